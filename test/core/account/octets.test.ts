import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatOctets, parseOctets } from '../../../src/core/account/octets.ts';

describe('octets', () => {
  it.each([
    ['500', 500],
    ['500k', 512_000],
    ['500K', 512_000],
    ['20M', 20_971_520],
    ['20m', 20_971_520],
    ['1G', 1_073_741_824],
  ])('%s is %i', (text, octets) => {
    expect(parseOctets(text)).toBe(octets);
  });

  it.each([
    '',
    '0',
    '0M',
    'M',
    '20 M',
    '-1',
    '1.5M',
    '20MB',
    '1T',
    '1234567890',
    '1234567G',
    '1\n',
  ])('%j is none', (text) => {
    expect(parseOctets(text)).toBeUndefined();
  });

  it.each([
    [20_971_520, '20M'],
    [512_000, '500k'],
    [1_073_741_824, '1G'],
    [1_000, '1000'],
  ])('%i is written %s', (octets, text) => {
    expect(formatOctets(octets)).toBe(text);
  });

  it('what is written is read again, and is exact', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999_999_999 }), (octets) => {
        expect(parseOctets(formatOctets(octets))).toBe(octets);
      }),
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 999_999 }),
        fc.constantFrom('k', 'M', 'G'),
        (count, unit) => {
          expect(Number.isSafeInteger(parseOctets(`${String(count)}${unit}`))).toBe(true);
        },
      ),
    );
  });
});
