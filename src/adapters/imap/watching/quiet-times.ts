/** How long a watched connection may say nothing, by server: it learns from those that hang up sooner than they should. */

const minute = 60_000;

/** RFC 2177: a server may hang up after 29 minutes without a command. */
export const longestQuietMs = 28 * minute;
/** What is lost sooner is lost for other reasons. */
const shortestQuietMs = minute;
/** Two losses are alike within this. */
const alikeMs = 15_000;

interface Known {
  readonly quietMs: number;
  readonly lostAfterMs: number | null;
}

const unknown: Known = { quietMs: longestQuietMs, lostAfterMs: null };

/** Lives as long as the process: what is forgotten costs two lost connections. */
export class QuietTimes {
  readonly #known = new Map<string, Known>();

  quietMs(server: string): number {
    return (this.#known.get(server) ?? unknown).quietMs;
  }

  /** The connection was lost so long after we had said something last, with nothing asked for meanwhile. */
  lost(server: string, afterMs: number): void {
    const { quietMs, lostAfterMs } = this.#known.get(server) ?? unknown;
    if (afterMs < shortestQuietMs || afterMs > quietMs + alikeMs) return;
    const again = lostAfterMs !== null && Math.abs(afterMs - lostAfterMs) <= alikeMs;
    const shorter = Math.max(shortestQuietMs, Math.min(afterMs, lostAfterMs ?? afterMs) * 0.8);
    this.#known.set(server, {
      quietMs: again ? Math.min(quietMs, shorter) : quietMs,
      lostAfterMs: again ? null : afterMs,
    });
  }
}
