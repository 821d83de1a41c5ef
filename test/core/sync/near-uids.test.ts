/** Numbers in names of files, as mbsync reads them. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearUid, numberFiles } from '../../../src/core/sync/near-uids.ts';

describe('numbers in names', () => {
  it.each([
    ['1700000000.1_2.host,U=7', 7],
    ['1700000000.1_2.host,U=7,FMD5=0a', 7],
    ['1700000000.1_2.host,S=12,U=7', 7],
    ['1700000000.1_2.host', null],
    ['1700000000.1_2.host,U=0', null],
    ['1700000000.1_2.host,U=4294967296', null],
    ['1700000000.1_2.host,U=7x', null],
  ])('%s: %s', (base, uid) => {
    expect(nearUid(base)).toBe(uid);
  });

  it.each<[string, string[], number, string[]]>([
    ['gives new ones above the last', ['a', 'b'], 5, ['a,U=6', 'b,U=7']],
    ['keeps those that it knows', ['a,U=3', 'b'], 5, ['a,U=3', 'b,U=6']],
    ['believes none that two files have', ['a,U=3', 'b,U=3'], 5, ['a,U=6', 'b,U=7']],
    ['believes none that was never given here', ['a,U=9'], 5, ['a,U=6']],
    ['puts it behind what Dovecot wrote', ['a,S=1,W=2'], 0, ['a,S=1,W=2,U=1']],
  ])('%s', (_, bases, last, names) => {
    expect(numberFiles(bases, last).map(({ name }) => name)).toEqual(names);
  });

  it('gives each file a number of its own, and does nothing the second time', () => {
    const base = fc.tuple(fc.stringMatching(/^[a-z0-9.]{1,8}$/), fc.option(fc.nat(12)));
    const bases = fc.uniqueArray(
      base.map(([text, uid]) => (uid === null ? text : `${text},U=${String(uid)}`)),
    );
    fc.assert(
      fc.property(bases, fc.nat(12), (all, last) => {
        const numbered = numberFiles(all, last);
        expect(new Set(numbered.map(({ uid }) => uid)).size).toBe(all.length);
        for (const { name, uid } of numbered) expect(nearUid(name)).toBe(uid);
        const highest = Math.max(last, ...numbered.map(({ uid }) => uid));
        const names = numbered.map(({ name }) => name);
        expect(numberFiles(names, highest).map(({ name }) => name)).toEqual(names);
      }),
    );
  });
});
