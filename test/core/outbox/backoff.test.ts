/** How long to wait before the next attempt. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffMs } from '../../../src/core/outbox/backoff.ts';

const bounds = { firstMs: 60_000, longestMs: 3_600_000 };

describe('the wait', () => {
  it.each([
    [0, 60_000],
    [1, 60_000],
    [2, 120_000],
    [3, 240_000],
    [6, 1_920_000],
    [7, 3_600_000],
    [1000, 3_600_000],
  ])('after %i failures, in the middle of its spread: %i ms', (attempts, expected) => {
    expect(backoffMs(attempts, bounds, 0.5)).toBe(expected);
  });

  it('is spread by a fifth to either side', () => {
    expect(backoffMs(1, bounds, 0)).toBe(48_000);
    expect(backoffMs(1, bounds, 0.999_999)).toBe(72_000);
  });

  it('is never below the first nor above the longest by more than a fifth, and never shrinks', () => {
    const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    const property = fc.property(fc.integer({ min: 0, max: 1e9 }), chance, (attempts, drawn) => {
      const wait = backoffMs(attempts, bounds, drawn);
      expect(wait).toBeGreaterThanOrEqual(bounds.firstMs * 0.8);
      expect(wait).toBeLessThanOrEqual(bounds.longestMs * 1.2);
      expect(backoffMs(attempts + 1, bounds, drawn)).toBeGreaterThanOrEqual(wait);
      expect(Number.isSafeInteger(wait)).toBe(true);
    });
    fc.assert(property);
  });
});
