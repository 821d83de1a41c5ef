/** How long one flush may take: as long as mail leaves, and no longer. */

/** What a flush may take beside what it earns by mail that was sent. */
const graceMs = 15 * 60_000;

/** What a message earns that was answered for: a moment for itself, and its octets over the slowest line. */
const messageMs = 10_000;
const octetsPerMs = 0.5;

/** Whether another message is begun; `answered` are those that the server has answered for. */
export function hasPatience(
  elapsedMs: number,
  answered: readonly { readonly size: number }[],
): boolean {
  const earned = answered.map(({ size }) => messageMs + size / octetsPerMs);
  return elapsedMs < earned.reduce((sum, each) => sum + each, graceMs);
}
