/** Text of a configuration file to settings and accounts, or to everything that is wrong with it; pure. */
import { checkAccount, checkDefaultAccount, checkName, checkTogether } from '../schema/checks.ts';
import { checkAccessList } from '../schema/check-access.ts';
import type { Problem } from './config.ts';
import { faultsOf } from '../schema/schema-faults.ts';
import type { Fault } from '../schema/fault.ts';
import { inherit } from './inherit.ts';
import { fileSchema } from '../schema/schema.ts';
import type { FileEntry } from '../schema/schema.ts';
import { resolveFile, withoutEmptySections, type Resolved } from './resolve-file.ts';
import type { PathContext } from './settings.ts';
import { located, parseYaml } from './yaml-file.ts';

export interface Reading extends Resolved {
  /** In the order of the file; with any of them the rest is not to be used. */
  readonly problems: readonly Problem[];
}

export function readConfigText(text: string, context: PathContext): Reading {
  const { file, problems } = parseYaml(text);
  if (problems.length > 0) return { ...resolveFile({}, context), problems };
  const raw = withoutEmptySections(file.value ?? {});
  const checked = fileSchema.safeParse(raw);
  const names = Object.keys(mappingAt(raw, 'accounts')).flatMap(checkName);
  // What the schema refuses is left out, so that the checks between keys still run on the rest.
  const entry = checked.success ? checked.data : soundPart(raw);
  const resolved = resolveFile(entry, context);
  const faults = faultsIn(entry, resolved.accounts);
  const all = [
    ...names,
    ...(checked.success ? faults : [...faultsOf(checked.error, raw), ...faults]),
  ];
  const placed = all.map((fault) => located(fault, file));
  return {
    ...resolved,
    problems: placed.sort(
      (a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
    ),
  };
}

function faultsIn(entry: FileEntry, accounts: Resolved['accounts']): Fault[] {
  const { accessLists = {}, defaults = {} } = entry;
  const faults = checkAccessList(['defaults', 'access'], defaults.access, accessLists);
  for (const [name, own] of Object.entries(entry.accounts ?? {}))
    faults.push(
      ...checkAccount(name, inherit(defaults, own), own),
      ...checkAccessList(['accounts', name, 'access'], own.access, accessLists),
    );
  faults.push(
    ...checkTogether([...accounts.values()]),
    ...checkDefaultAccount(entry.defaultAccount, accounts),
  );
  return faults;
}

/** The accounts that hold by themselves; nothing where options or defaults, on which they rest, do not. */
function soundPart(raw: unknown): FileEntry {
  const { options, defaults, accessLists } = mappingAt(raw);
  const base = fileSchema.safeParse({ options, defaults, accessLists });
  if (!base.success) return {};
  const entries = Object.entries(mappingAt(raw, 'accounts'));
  const sound = entries.filter(
    ([name, account]) => fileSchema.safeParse({ accounts: { [name]: account } }).success,
  );
  return {
    ...base.data,
    accounts: Object.fromEntries(sound) as NonNullable<FileEntry['accounts']>,
  };
}

function mappingAt(value: unknown, ...path: readonly string[]): Record<string, unknown> {
  let found = value;
  for (const key of path) found = mappingAt(found)[key];
  return typeof found === 'object' && found !== null && !Array.isArray(found)
    ? (found as Record<string, unknown>)
    : {};
}
