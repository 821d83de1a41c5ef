/** The names of message files: what they are called once delivered, and while they are written. */

import { hash } from 'node:crypto';
import { writerPattern } from './writers.ts';

const hashOctets = 16;
const temporaryPrefix = 'posthorn-';
const ourTemporary = new RegExp(
  `^${temporaryPrefix}[0-9a-f]{32}-(?:(${writerPattern})-)?[0-9a-f]{16}$`,
);

/** First 128 bits of the key's SHA-256 in hex: the same in every run, and no wish of the server. */
export function hashOfKey(key: string): string {
  return hash('sha256', key, 'buffer').toString('hex', 0, hashOctets);
}

/** Names in `tmp/` that no other writer gives, nor this one twice: `random` are 4 octets of the tree's own. */
export function temporaryNames(writer: string, random: Uint8Array): (hash: string) => string {
  const prefix = Buffer.from(random).toString('hex');
  let count = 0;
  return (hash) => {
    count += 1;
    return `${temporaryPrefix}${hash}-${writer}-${prefix}${count.toString(16).padStart(8, '0')}`;
  };
}

/** Who writes this file of ours in `tmp/`; null where its name does not tell, as once they did not; undefined for a stranger's file. */
export function writerOf(fileName: string): string | null | undefined {
  const match = ourTemporary.exec(fileName);
  return match === null ? undefined : (match[1] ?? null);
}

/** Base names for one message in the order of their making: its own, then `-2`, `-3` … where other content has that. */
export function suffixed(base: string, count: number): string {
  return count === 1 ? base : `${base}-${String(count)}`;
}

const ourName = /^[0-9a-f]{32}(?:-[1-9][0-9]*)?$/;

/** Whether no other program gives this name to a message of its own. */
export function isOurs(base: string): boolean {
  return ourName.test(base);
}

const ourSuffixed = /^([0-9a-f]{32})-[1-9][0-9]*$/;

/** The hash that this name of ours is a suffixed one of; null for every other name. */
export function hashBehind(base: string): string | null {
  return ourSuffixed.exec(base)?.[1] ?? null;
}
