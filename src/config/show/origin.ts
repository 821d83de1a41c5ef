/** Where each value of an account comes from: its own part of the file, the defaults there, or posthorn. Pure. */
import { below, dataOf, type Data } from '../edit/edit.ts';
import { flattened } from '../edit/key-changes.ts';
import { inherit } from '../read/inherit.ts';
import type { AccountEntry, FileEntry } from '../schema/schema.ts';

export type Origin = 'account' | 'defaults' | 'built-in';

/** For these keys of an account, dotted as in the file. */
export function originsOf(
  text: string,
  name: string,
  keys: readonly string[],
): Map<string, Origin> {
  const data = dataOf(text);
  const account = below(below(data, 'accounts'), name) as AccountEntry;
  const own = flattened(account as Data);
  // What of the defaults belongs to the other type passes the account by.
  const { type } = account;
  const given = inherit((data as FileEntry).defaults ?? {}, type === undefined ? {} : { type });
  const defaults = flattened(given as Data);
  const origin = (key: string): Origin => {
    if (own.has(key)) return 'account';
    return defaults.has(key) ? 'defaults' : 'built-in';
  };
  return new Map(keys.map((key) => [key, origin(key)]));
}
