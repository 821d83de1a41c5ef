/** What stands in an account's part of the file, key by key, and what an edit made of it; never a secret. Pure. */
import { UsageError } from '../../errors.ts';
import { accountNames, below, dataOf, type Data } from './edit.ts';
import { knownKeys, nearest } from '../schema/nearest.ts';

/** Texts as people read them; null: the key does not stand there. */
export interface KeyChange {
  /** Dotted, below the account: `incoming.host`. */
  readonly key: string;
  readonly before: string | null;
  readonly after: string | null;
}

type Flat = ReadonlyMap<string, unknown>;

/** A password is one value, and so is a list. */
const isWhole = (key: string, value: unknown): boolean =>
  key === 'password' || typeof value !== 'object' || value === null || Array.isArray(value);

/** Dotted keys below an account to their values, in the order of the mapping; `undefined` stands for no key. */
export function flattened(entry: Data, prefix = ''): Map<string, unknown> {
  const pairs = Object.entries(entry).flatMap(([key, value]): [string, unknown][] => {
    if (value === undefined) return [];
    if (isWhole(key, value)) return [[`${prefix}${key}`, value]];
    return [...flattened(value as Data, `${prefix}${key}.`)];
  });
  return new Map(pairs);
}

/** What stands in the account itself, and under `defaults`. */
export function writtenKeys(text: string, name: string): { own: Flat; defaults: Flat } {
  const data = dataOf(text);
  return {
    own: flattened(below(below(data, 'accounts'), name)),
    defaults: flattened(below(data, 'defaults')),
  };
}

/** By NAME, only where something changed; accounts that stand in one of the texts alone are left out. */
export function accountChanges(before: string, after: string): Map<string, KeyChange[]> {
  const names = new Set(accountNames(after));
  const both = accountNames(before).filter((name) => names.has(name));
  const changes = both.map((name): [string, KeyChange[]] => [
    name,
    difference(writtenKeys(before, name).own, writtenKeys(after, name).own),
  ]);
  return new Map(changes.filter(([, each]) => each.length > 0));
}

function difference(before: Flat, after: Flat): KeyChange[] {
  const keys = [...new Set([...before.keys(), ...after.keys()])];
  return keys.flatMap((key) => {
    const [old, now] = [before.get(key), after.get(key)];
    if (JSON.stringify(old) === JSON.stringify(now)) return [];
    return [{ key, before: shown(key, old), after: shown(key, now) }];
  });
}

/** A command line may hold a secret of its own: only where a password comes from is said. */
function shown(key: string, value: unknown): string | null {
  if (value === undefined) return null;
  if (key.split('.').at(-1) === 'password')
    return typeof value === 'object' ? Object.keys(value ?? {}).join(', ') : '';
  if (Array.isArray(value)) return value.map(inList).join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A rule by its name, a word as it is. */
function inList(each: unknown): string {
  if (typeof each !== 'object' || each === null) return String(each);
  return 'name' in each ? String(each.name) : JSON.stringify(each);
}

/** Every key that an account can have, dotted, in the order of the schema. */
export function accountKeys(prefix: readonly string[] = []): string[] {
  return knownKeys(['accounts', 'any', ...prefix]).flatMap((key) => {
    const below = accountKeys([...prefix, key]);
    return [[...prefix, key].join('.'), ...below];
  });
}

/** Throws UsageError for a key that no account can have, with the nearest one that it can. */
export function requireAccountKey(key: string): void {
  const path = key.split('.');
  for (const [at, word] of path.entries()) {
    const parent = path.slice(0, at);
    const known = knownKeys(['accounts', 'any', ...parent]);
    if (known.includes(word)) continue;
    const near = nearest(word, known);
    const meant = near === undefined ? '' : `; did you mean \`${[...parent, near].join('.')}\`?`;
    throw new UsageError(`no account has a key \`${key}\`${meant}`, {
      remedy:
        known.length === 0
          ? `Name \`${parent.join('.')}\` as a whole.`
          : `Known there: ${known.join(', ')}.`,
    });
  }
}
