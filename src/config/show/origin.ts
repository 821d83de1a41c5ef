/** Where each value of an account comes from: its own part of the file, the defaults there, or posthorn. Pure. */
import { writtenKeys } from '../edit/key-changes.ts';

export type Origin = 'account' | 'defaults' | 'built-in';

/** For these keys of an account, dotted as in the file. */
export function originsOf(
  text: string,
  name: string,
  keys: readonly string[],
): Map<string, Origin> {
  const { own, defaults } = writtenKeys(text, name);
  const origin = (key: string): Origin => {
    if (own.has(key)) return 'account';
    return defaults.has(key) ? 'defaults' : 'built-in';
  };
  return new Map(keys.map((key) => [key, origin(key)]));
}
