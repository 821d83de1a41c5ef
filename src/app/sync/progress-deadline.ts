/** Ends a poll in which nothing becomes durable any more (design rule 15): each step has a deadline, and so have all together. */

import { TemporaryError } from '../../errors.ts';
import type { Clock } from '../../ports/clock.ts';

/** The largest message over a slow line takes less; a server that only ever promises takes for ever. */
const longestMs = 3_600_000;

export class ProgressDeadline {
  readonly #clock: Clock;
  readonly #stalled = new AbortController();
  readonly #ended = new AbortController();
  #since: number;

  /** Counts from now on, until `end`. */
  constructor(clock: Clock) {
    this.#clock = clock;
    this.#since = clock.now();
    void this.#watch().catch(() => undefined);
  }

  /** Aborted with the reason once the time is over. */
  get signal(): AbortSignal {
    return this.#stalled.signal;
  }

  advance(): void {
    this.#since = this.#clock.now();
  }

  end(): void {
    this.#ended.abort();
  }

  async #watch(): Promise<void> {
    while (this.#clock.now() < this.#since + longestMs)
      await this.#clock.sleepUntil(this.#since + longestMs, this.#ended.signal);
    const minutes = String(longestMs / 60_000);
    this.#stalled.abort(
      new TemporaryError(`for ${minutes} minutes nothing came that could be kept`, {
        code: 'timeout',
        remedy: 'What was whole is kept; the next poll goes on there.',
      }),
    );
  }
}
