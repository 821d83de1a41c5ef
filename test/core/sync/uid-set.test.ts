/** Sets of UIDs behave as sets of numbers do. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { highestUid, UidSet } from '../../../src/core/sync/uid-set.ts';

const uids = fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 50 });

function sorted(numbers: Iterable<number>): number[] {
  return [...new Set(numbers)].sort((a, b) => a - b);
}

describe('a set of UIDs', () => {
  it.each([
    [[], ''],
    [[5], '5'],
    [[1, 2, 3, 7], '1:3,7'],
    [[9, 8, 7, 1, 8], '1,7:9'],
    [[highestUid, highestUid - 1], '4294967294:4294967295'],
  ])('of %j is written as %s', (given, text) => {
    expect(UidSet.of(given).toString()).toBe(text);
  });

  it('holds what it was made of, ascending, each once', () => {
    fc.assert(
      fc.property(uids, (given) => {
        const set = UidSet.of(given);
        expect([...set]).toEqual(sorted(given));
        expect(set.size).toBe(sorted(given).length);
        expect([set.first, set.last]).toEqual([sorted(given)[0], sorted(given).at(-1)]);
        for (let uid = 0; uid <= 61; uid += 1) expect(set.has(uid)).toBe(given.includes(uid));
      }),
    );
  });

  it('is joined, reduced and cut as sets are', () => {
    fc.assert(
      fc.property(uids, uids, fc.nat(61), fc.nat(61), (one, other, from, to) => {
        const set = UidSet.of(one);
        expect([...set.union(UidSet.of(other))]).toEqual(sorted([...one, ...other]));
        expect([...set.without(UidSet.of(other))]).toEqual(
          sorted(one.filter((uid) => !other.includes(uid))),
        );
        expect([...set.within(from, to)]).toEqual(
          sorted(one.filter((uid) => uid >= from && uid <= to)),
        );
      }),
    );
  });

  it('comes in windows of so many, nothing lost', () => {
    fc.assert(
      fc.property(uids, fc.integer({ min: 1, max: 9 }), (given, size) => {
        const windows = [...UidSet.of(given).windows(size)];
        expect(windows.flatMap((window) => [...window])).toEqual(sorted(given));
        for (const window of windows.slice(0, -1)) expect(window.size).toBe(size);
      }),
    );
  });

  it('of four thousand million costs two numbers', () => {
    const all = UidSet.ofRanges([{ from: 1, to: highestUid }]);
    expect(all.size).toBe(highestUid);
    expect(all.without(UidSet.of([7])).toString()).toBe('1:6,8:4294967295');
    expect(all.has(highestUid)).toBe(true);
  });
});
