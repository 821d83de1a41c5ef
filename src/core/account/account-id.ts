/** Ids of accounts: short enough to read aloud, unlike each other, never derived from anything. */

import { InternalError } from '../../errors.ts';

/** 32 signs without 0, 1, 8 and 9, of which each takes five bits of a byte evenly. */
const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';

/** Six characters of [a-z2-7]; `random` yields so many random bytes; an id that is taken is drawn again. */
export function newAccountId(
  random: (bytes: number) => Uint8Array,
  taken: ReadonlySet<string> = new Set(),
): string {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const id = Array.from(random(6), (byte) => alphabet[byte & 31]).join('');
    if (!taken.has(id)) return id;
  }
  throw new InternalError('the source of randomness repeats itself');
}
