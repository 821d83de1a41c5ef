import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from '../../../src/core/account/duration.ts';

describe('duration', () => {
  it.each([
    ['30s', 30_000],
    ['5m', 300_000],
    ['24h', 86_400_000],
    ['14d', 1_209_600_000],
    ['1y', 31_536_000_000],
    ['0s', 0],
  ])('%s is %i ms', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  it.each([
    '',
    '5',
    'm',
    '5 m',
    '-5m',
    '5M',
    '1.5h',
    '5m30s',
    '12345678s',
    '5m\n',
    '100000y',
    'y',
    '1Y',
  ])('%j is none', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  it.each([
    [300_000, '5m'],
    [90_000, '90s'],
    [86_400_000, '1d'],
    [90_000_000, '25h'],
    [730 * 86_400_000, '2y'],
    [366 * 86_400_000, '366d'],
    [1_999, '1s'],
    [0, '0s'],
  ])('%i ms is written %s', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });

  it('what is written is read again', () => {
    fc.assert(
      fc.property(fc.nat({ max: 9_999_999 }), (seconds) => {
        expect(parseDuration(formatDuration(seconds * 1_000))).toBe(seconds * 1_000);
      }),
    );
    fc.assert(
      fc.property(fc.nat({ max: 9_999_999 }), (days) => {
        expect(parseDuration(formatDuration(days * 86_400_000))).toBe(days * 86_400_000);
      }),
    );
  });
});
