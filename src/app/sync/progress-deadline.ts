/** Ends a poll in which nothing becomes durable any more (design rule 15): each step has a deadline, and so have all together. */

import { TemporaryError } from '../../errors.ts';
import type { Clock } from '../../ports/clock.ts';

/** The largest message over a slow line takes less; a server that only ever promises takes for ever. */
const longestMs = 3_600_000;

/** Counted in pieces, so that the sleep of a machine counts as one of them, however long it is. */
const pieceMs = 60_000;

export class ProgressDeadline {
  readonly #clock: Clock;
  readonly #stalled = new AbortController();
  readonly #ended = new AbortController();
  #waited = 0;

  /** Counts from now on, until `end`. */
  constructor(clock: Clock) {
    this.#clock = clock;
    void this.#watch().catch(() => undefined);
  }

  /** Aborted with the reason once the time is over. */
  get signal(): AbortSignal {
    return this.#stalled.signal;
  }

  advance(): void {
    this.#waited = 0;
  }

  end(): void {
    this.#ended.abort();
  }

  async #watch(): Promise<void> {
    for (; this.#waited < longestMs; this.#waited += pieceMs)
      await this.#clock.sleepUntil(this.#clock.now() + pieceMs, this.#ended.signal);
    const minutes = String(longestMs / 60_000);
    this.#stalled.abort(
      new TemporaryError(`for ${minutes} minutes nothing came that could be kept`, {
        code: 'timeout',
        remedy: 'What was whole is kept; the next poll goes on there.',
      }),
    );
  }
}
