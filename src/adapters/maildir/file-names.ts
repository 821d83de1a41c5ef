/** The names of message files: what they are called once delivered, and while they are written. */

import { createHash } from 'node:crypto';
import { parseFileName } from '../../core/sync/flags.ts';

const hashLength = 32;
const ourBase = /^([0-9a-f]{32})(?:-[1-9][0-9]*)?$/;
const ourTemporary = /^posthorn-[0-9a-f]{32}-[0-9a-f]{16}$/;

/** First 128 bits of the key's SHA-256 in hex: the same in every run, and no wish of the server. */
export function hashOfKey(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, hashLength);
}

/** Name in `tmp/`; the random part keeps two attempts at one message apart. */
export function temporaryName(hash: string, random: Uint8Array): string {
  return `posthorn-${hash}-${Buffer.from(random).toString('hex')}`;
}

export function isOurTemporary(fileName: string): boolean {
  return ourTemporary.test(fileName);
}

/** Base names for one hash in the order of their making: the hash, then `-2`, `-3` … for other content under the same id. */
export function suffixed(hash: string, count: number): string {
  return count === 1 ? hash : `${hash}-${String(count)}`;
}

/** Base name and hash of a file that posthorn delivered, whatever a reader made of its flags; null for a stranger's. */
export function ourName(fileName: string): { base: string; hash: string } | null {
  const { base } = parseFileName(fileName);
  const hash = ourBase.exec(base)?.[1];
  return hash === undefined ? null : { base, hash };
}
