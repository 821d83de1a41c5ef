/** Flags between IMAP's names and Maildir's letters. */

import { describe, expect, it } from 'vitest';
import {
  allFlags,
  flagsFromImap,
  flagsToImap,
  infoSuffix,
  parseFileName,
} from '../../../src/core/sync/flags.ts';

describe('flagsFromImap', () => {
  it('takes names in any case and order, and leaves out what Maildir has no letter for', () => {
    expect(flagsFromImap(['\\SEEN', '$label1', '\\draft', '$forwarded', '\\Recent'])).toEqual([
      'D',
      'P',
      'S',
    ]);
  });

  it('is undone by flagsToImap', () => {
    expect(flagsFromImap(flagsToImap(allFlags))).toEqual(allFlags);
  });
});

describe('infoSuffix', () => {
  it('writes the letters in the order Maildir asks for', () => {
    expect(infoSuffix(['T', 'S', 'D'])).toBe(':2,DST');
    expect(infoSuffix([])).toBe(':2,');
  });
});

describe('parseFileName', () => {
  it.each([
    ['abc', 'abc', [], ''],
    ['abc:2,', 'abc', [], ''],
    ['abc:2,FS', 'abc', ['F', 'S'], ''],
    ['1700000000.M1P2.host,S=12,W=13:2,SaT', '1700000000.M1P2.host,S=12,W=13', ['S', 'T'], 'a'],
    ['abc:1,S', 'abc:1,S', [], ''],
  ])('%s', (fileName, base, flags, others) => {
    expect(parseFileName(fileName)).toEqual({ base, flags, others });
  });
});
