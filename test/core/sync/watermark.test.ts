/** The mark never passes a UID that is not finished, in whatever order they end. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UidSet } from '../../../src/core/sync/uid-set.ts';
import { Watermark } from '../../../src/core/sync/watermark.ts';

describe('the mark', () => {
  it.each([
    ['stays where nothing is finished', [4, 5, 6], [], 3],
    ['moves over what is finished from the front', [4, 5, 6], [4, 5], 5],
    ['waits for the first', [4, 5, 6], [5, 6], 3],
    ['catches up when the first is finished last', [4, 5, 6], [6, 5, 4], 6],
    ['passes UIDs that never were', [4, 90], [4, 90], 90],
    ['is not moved by what nobody expects', [4], [99], 3],
  ] as const)('%s', (_, expected, finished, mark) => {
    const watermark = new Watermark(3, UidSet.of(expected));
    for (const uid of finished) watermark.finish([uid]);
    expect(watermark.mark).toBe(mark);
  });

  it('is the greatest UID with nothing unfinished at or below it', () => {
    const uids = fc.uniqueArray(fc.integer({ min: 11, max: 200 }), { maxLength: 40 });
    const property = fc.property(
      uids,
      fc.integer(),
      fc.integer({ min: 1, max: 7 }),
      (given, seed, size) => {
        const ascending = given.toSorted((a, b) => a - b);
        const watermark = new Watermark(10, UidSet.of(given));
        const finished = new Set<number>();
        const order = shuffled(ascending, seed);
        for (let at = 0; at < order.length; at += size) {
          const batch = order.slice(at, at + size);
          watermark.finish(batch);
          for (const uid of batch) finished.add(uid);
          const open = ascending.find((each) => !finished.has(each)) ?? Infinity;
          expect(watermark.mark).toBe(ascending.findLast((each) => each < open) ?? 10);
        }
      },
    );
    fc.assert(property, { numRuns: 300 });
  });
});

function shuffled(list: readonly number[], seed: number): number[] {
  const key = (uid: number): number => Math.imul(uid ^ seed, 0x9e3779b1) >>> 0;
  return list.toSorted((a, b) => key(a) - key(b));
}
