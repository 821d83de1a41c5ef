/** Many edits at once: each by itself costs several readings of the whole file, which a thousand accounts would feel. Pure. */
import { parseDocument } from 'yaml';
import { below, dataOf, firstThatHolds, setAt, unsetAt, withKey } from './edit.ts';
import type { Data } from './edit.ts';
import type { ConfigMapping, ConfigValue } from './render.ts';
import type { AccountEntry } from '../schema/schema.ts';
import { insertInText } from './text-edit.ts';

export interface Edits {
  readonly set: readonly (readonly [path: readonly string[], value: ConfigValue])[];
  readonly remove: readonly (readonly string[])[];
  /** New accounts. */
  readonly add: readonly (readonly [name: string, entry: AccountEntry])[];
}

/** Edits times characters: up to here each is cut into the text by itself, which takes about two seconds at most. */
const cutBudget = 2_000_000;

/** Comments and order stay; beyond the budget the library writes the file anew, with spacing of its own. */
export function editMany(text: string, edits: Edits): string {
  const count = edits.set.length + edits.remove.length;
  const changed =
    count * text.length <= cutBudget
      ? oneByOne(text, edits)
      : (allAtOnce(text, edits) ?? oneByOne(text, edits));
  return addAccounts(changed, edits.add);
}

function oneByOne(text: string, { set, remove }: Edits): string {
  const without = remove.reduce(unsetAt, text);
  return set.reduce((edited, [path, value]) => setAt(edited, path, value), without);
}

function allAtOnce(text: string, { set, remove }: Edits): string | undefined {
  const document = parseDocument(text, { schema: 'core', version: '1.2', stringKeys: true });
  try {
    for (const path of remove) document.deleteIn(path);
    for (const [path, value] of set) {
      const flow = typeof value === 'object';
      document.setIn(path, document.createNode(value, { flow, aliasDuplicateObjects: false }));
    }
  } catch {
    // An alias, or a section without content, stands in the way: cut by cut it can be done.
    return undefined;
  }
  return firstThatHolds(
    wantedOf(dataOf(text), { set, remove }),
    document.toString({ lineWidth: 0 }),
    () => undefined,
  );
}

function wantedOf(data: Data, { set, remove }: Pick<Edits, 'set' | 'remove'>): Data {
  const copy = structuredClone(data);
  for (const path of remove) delete mappingAt(copy, path.slice(0, -1))[path.at(-1) ?? ''];
  for (const [path, value] of set) mappingAt(copy, path.slice(0, -1))[path.at(-1) ?? ''] = value;
  return copy;
}

/** In place, made where it is missing. */
function mappingAt(data: Data, path: readonly string[]): Data {
  let found = data;
  for (const key of path) {
    const next = { ...below(found, key) };
    found[key] = next;
    found = next;
  }
  return found;
}

/** All of them as one block behind the last account. */
function addAccounts(text: string, added: Edits['add']): string {
  if (added.length === 0) return text;
  const mapping = Object.fromEntries(added) as ConfigMapping;
  const versioned = text.trim() === '' ? setAt(text, ['version'], 1) : text;
  const data = dataOf(versioned);
  const accounts = below(data, 'accounts');
  if (Object.keys(accounts).length === 0) return setAt(versioned, ['accounts'], mapping);
  const wanted = withKey(data, ['accounts'], { ...(accounts as ConfigMapping), ...mapping });
  return firstThatHolds(wanted, insertInText(versioned, ['accounts'], mapping), () =>
    rewritten(versioned, mapping),
  );
}

function rewritten(text: string, added: ConfigMapping): string | undefined {
  const document = parseDocument(text, { schema: 'core', version: '1.2', stringKeys: true });
  try {
    for (const [name, entry] of Object.entries(added))
      document.setIn(
        ['accounts', name],
        document.createNode(entry, { aliasDuplicateObjects: false }),
      );
    return document.toString({ lineWidth: 0 });
  } catch {
    return undefined;
  }
}
