/** Does what is due, rests until something is due again, and goes on after whatever was thrown. */

import type { Clock } from '../ports/clock.ts';

const pauseAfterErrorMs = 60_000;

export interface WorkLoopOptions {
  readonly clock: Clock;
  /** Does what is due; resolves with the wall-clock time at which to look again, null: not before it is woken. */
  readonly step: () => Promise<number | null>;
  readonly onError: (error: unknown) => void;
}

export class WorkLoop {
  readonly #options: WorkLoopOptions;
  #interrupt = new AbortController();
  #ended = false;

  constructor(options: WorkLoopOptions) {
    this.#options = options;
  }

  /** Runs until `end`; never throws. */
  async run(): Promise<void> {
    while (!this.#ended) {
      // Before the step, so that being woken in the middle of it is not lost.
      this.#interrupt = new AbortController();
      const next = await this.#attempt();
      await this.#rest(next);
    }
  }

  /** Something may be due earlier than thought. */
  wake(): void {
    this.#interrupt.abort();
  }

  end(): void {
    this.#ended = true;
    this.wake();
  }

  async #attempt(): Promise<number | null> {
    const { clock, step, onError } = this.#options;
    try {
      return await step();
    } catch (error) {
      onError(error);
      return clock.now() + pauseAfterErrorMs;
    }
  }

  async #rest(until: number | null): Promise<void> {
    const at = until ?? Number.MAX_SAFE_INTEGER;
    await this.#options.clock.sleepUntil(at, this.#interrupt.signal).catch(() => undefined);
  }
}
