/** Edits of the configuration file as text to text; comments, order and everything untouched stay as they are. Pure. */
import { isDeepStrictEqual } from 'node:util';
import { parseDocument } from 'yaml';
import { ConfigurationError } from '../../errors.ts';
import type { ConfigMapping, ConfigValue } from './render.ts';
import type { AccountEntry } from '../schema/schema.ts';
import { removeFromText, setInText } from './text-edit.ts';
import { described, parseYaml } from '../read/yaml-file.ts';

export type Data = Record<string, unknown>;

/** A key of an account, dotted (`incoming.host`), to its new value; undefined removes it. */
export type AccountChanges = ReadonlyMap<string, ConfigValue | undefined>;

/** Throws ConfigurationError where the account is there already. */
export function addAccount(text: string, name: string, entry: AccountEntry): string {
  if (accountNames(text).includes(name)) {
    throw new ConfigurationError(`the account \`${name}\` exists already`, {
      remedy: 'Choose another name, or change it in the file; `posthorn config path` says where.',
    });
  }
  const versioned = text.trim() === '' ? setAt(text, ['version'], 1) : text;
  return setAt(versioned, ['accounts', name], entry as ConfigMapping);
}

/** Throws ConfigurationError where there is no such account. */
export function setAccountKeys(text: string, name: string, changes: AccountChanges): string {
  requireAccount(text, name);
  let edited = text;
  for (const [key, value] of changes) {
    const path = ['accounts', name, ...key.split('.')];
    edited = value === undefined ? unsetAt(edited, path) : setAt(edited, path, value);
  }
  return edited;
}

/** `defaultAccount` goes too where it names the account. Throws ConfigurationError where there is no such account. */
export function removeAccount(text: string, name: string): string {
  requireAccount(text, name);
  const without = unsetAt(text, ['accounts', name]);
  return dataOf(without)['defaultAccount'] === name
    ? unsetAt(without, ['defaultAccount'])
    : without;
}

/** Undefined: none. Whether the account may send is checked when the result is loaded. */
export function setDefaultAccount(text: string, name: string | undefined): string {
  return name === undefined
    ? unsetAt(text, ['defaultAccount'])
    : setAt(text, ['defaultAccount'], name);
}

/** In the order of the file; also of a file with accounts that do not hold. */
export function accountNames(text: string): string[] {
  return Object.keys(below(dataOf(text), 'accounts'));
}

function requireAccount(text: string, name: string): void {
  if (accountNames(text).includes(name)) return;
  throw new ConfigurationError(`there is no account \`${name}\``, {
    remedy: 'See `posthorn account list`.',
  });
}

/** One key by its whole path. */
export function setAt(text: string, path: readonly string[], value: ConfigValue): string {
  const wanted = withKey(dataOf(text), path, value);
  return firstThatHolds(wanted, setInText(text, path, value), () => rewritten(text, path, value));
}

/** The text as it is where the key is not there. */
export function unsetAt(text: string, path: readonly string[]): string {
  const wanted = withKey(dataOf(text), path, undefined);
  return firstThatHolds(wanted, removeFromText(text, path), () => rewritten(text, path, undefined));
}

/**
 * A cut in the text is kept when the text then says what was wanted, and nothing else. Where the file is written in a way
 * that cannot be cut, the library writes it anew: right and with its comments, but with spacing of its own.
 */
export function firstThatHolds(
  wanted: Data,
  cut: string | undefined,
  rewrite: () => string | undefined,
): string {
  const candidates = [() => cut, rewrite];
  for (const candidate of candidates) {
    const text = candidate();
    if (text !== undefined && says(text, wanted)) return text;
  }
  throw new ConfigurationError('the file is written in a way that cannot be edited safely', {
    reach: 'program',
    remedy: 'Make the change with an editor.',
  });
}

function rewritten(
  text: string,
  path: readonly string[],
  value: ConfigValue | undefined,
): string | undefined {
  const document = parseDocument(text, { schema: 'core', version: '1.2', stringKeys: true });
  try {
    if (value === undefined) document.deleteIn(path);
    else document.setIn(path, document.createNode(value));
    return document.toString({ lineWidth: 0 });
  } catch {
    // The library refuses to go through an alias: what it would change stands elsewhere too.
    return undefined;
  }
}

function says(text: string, wanted: Data): boolean {
  const { file, problems } = parseYaml(text);
  return problems.length === 0 && isDeepStrictEqual(pruned(file.value ?? {}), pruned(wanted));
}

/** What the text says, unchecked. Throws ConfigurationError where it is no YAML. */
export function dataOf(text: string): Data {
  const { file, problems } = parseYaml(text);
  const [first] = problems;
  if (first !== undefined)
    throw new ConfigurationError(described(first), {
      reach: 'program',
      remedy: first.remedy ?? 'Correct the file.',
    });
  const value = file.value ?? {};
  if (typeof value === 'object' && !Array.isArray(value)) return value as Data;
  throw new ConfigurationError('the file must be a mapping of keys to values', {
    reach: 'program',
    remedy: 'Correct the file.',
  });
}

export function withKey(data: Data, path: readonly string[], value: ConfigValue | undefined): Data {
  const [key = '', ...rest] = path;
  const { [key]: old, ...others } = data;
  if (rest.length === 0) return value === undefined ? others : { ...others, [key]: value };
  if (value === undefined && old === undefined) return data;
  return { ...data, [key]: withKey(below(data, key), rest, value) };
}

export function below(data: Data, key: string): Data {
  const value = data[key];
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Data)
    : {};
}

/** An empty section and one that is not there say the same. */
function pruned(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(pruned);
  const kept = Object.entries(value)
    .map(([key, each]) => [key, pruned(each)] as const)
    .filter(([, each]) => each !== undefined && each !== null && !isEmptyObject(each));
  return Object.fromEntries(kept);
}

function isEmptyObject(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.keys(value).length === 0
  );
}
