/** The mark never passes a UID that is not finished, in whatever order they end. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
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
    const watermark = new Watermark(3);
    for (const uid of expected) watermark.expect(uid);
    for (const uid of finished) watermark.finish(uid);
    expect(watermark.mark).toBe(mark);
  });

  it('counts a UID that was finished before it was expected', () => {
    const watermark = new Watermark(3);
    watermark.finish(4);
    expect(watermark.mark).toBe(3);
    watermark.expect(4);
    watermark.expect(5);
    watermark.finish(4);
    expect(watermark.mark).toBe(4);
  });

  it('is the greatest UID with nothing unfinished at or below it', () => {
    const uids = fc.uniqueArray(fc.integer({ min: 11, max: 200 }), { maxLength: 40 });
    const property = fc.property(uids, fc.integer(), fc.nat(40), (given, seed, pageEnd) => {
      const ascending = [...given].sort((a, b) => a - b);
      const order = shuffled(ascending, seed);
      const watermark = new Watermark(10);
      const finished = new Set<number>();
      // The second page is expected while the first is under way.
      for (const uid of ascending.slice(0, pageEnd)) watermark.expect(uid);
      for (const uid of order.filter((each) => ascending.indexOf(each) < pageEnd).slice(1))
        finish(watermark, finished, uid);
      for (const uid of ascending.slice(pageEnd)) watermark.expect(uid);
      for (const uid of order.filter((each) => !finished.has(each))) {
        finish(watermark, finished, uid);
        const open = ascending.filter((each) => !finished.has(each));
        const settled = ascending.filter((each) => each < (open[0] ?? Infinity));
        expect(watermark.mark).toBe(settled.at(-1) ?? 10);
      }
    });
    fc.assert(property, { numRuns: 300 });
  });
});

/** What `markAfter` foretells is what `finish` brings, and foretelling moves nothing. */
function finish(watermark: Watermark, finished: Set<number>, uid: number): void {
  const before = watermark.mark;
  const foretold = watermark.markAfter([uid]);
  expect(watermark.mark).toBe(before);
  watermark.finish(uid);
  finished.add(uid);
  expect(watermark.mark).toBe(foretold);
  expect(watermark.mark).toBeGreaterThanOrEqual(before);
}

function shuffled(list: readonly number[], seed: number): number[] {
  const key = (uid: number): number => Math.imul(uid ^ seed, 0x9e3779b1) >>> 0;
  return [...list].sort((a, b) => key(a) - key(b));
}
