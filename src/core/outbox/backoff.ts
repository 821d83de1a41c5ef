/** How long to wait before the next attempt. */

export interface Backoff {
  readonly firstMs: number;
  readonly longestMs: number;
}

/**
 * Doubles from `firstMs` to `longestMs`, then spreads by a fifth to either side, so that many accounts that failed together do
 * not come back together. `attempts` is 1 after the first failure; `chance` is in [0, 1).
 */
export function backoffMs(
  attempts: number,
  { firstMs, longestMs }: Backoff,
  chance: number,
): number {
  const doubled = firstMs * 2 ** Math.min(Math.max(attempts - 1, 0), 30);
  return Math.round(Math.min(doubled, longestMs) * (0.8 + 0.4 * chance));
}
