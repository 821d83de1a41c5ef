/** Lets many accounts work at once, but not all: one that stalls gives its place to another (design rule 15). */

import type { Clock } from '../../ports/clock.ts';

export interface PlaceOptions {
  /** How many work at once, those that stall not counted; and how many with them. */
  readonly atOnce: number;
  readonly inAll: number;
  /** How long one may go without headway before it counts as stalled. */
  readonly patienceMs: number;
  readonly clock: Clock;
}

export class Places {
  readonly #options: PlaceOptions;
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  #stalled = 0;

  constructor(options: PlaceOptions) {
    this.#options = options;
  }

  /** Waits for a place in the order of the calls; `work` calls `headway` whenever it got on. */
  async run<T>(work: (headway: () => void) => Promise<T>): Promise<T> {
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
      this.#admit();
    });
    const watch = new StallWatch(this.#options, (change) => {
      this.#stalled += change;
      this.#admit();
    });
    try {
      return await work(() => {
        watch.headway();
      });
    } finally {
      watch.end();
      this.#running -= 1;
      this.#admit();
    }
  }

  #hasRoom(): boolean {
    const { atOnce, inAll } = this.#options;
    return this.#running < inAll && this.#running - this.#stalled < atOnce;
  }

  #admit(): void {
    while (this.#hasRoom()) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#running += 1;
      next();
    }
  }
}

/** Tells +1 when the work stalls, -1 when it is no longer stalled. */
class StallWatch {
  readonly #options: PlaceOptions;
  readonly #tell: (change: 1 | -1) => void;
  readonly #ended = new AbortController();
  #since: number;
  #stalls = false;

  constructor(options: PlaceOptions, tell: (change: 1 | -1) => void) {
    this.#options = options;
    this.#tell = tell;
    this.#since = options.clock.now();
    void this.#watch().catch(() => undefined);
  }

  headway(): void {
    this.#since = this.#options.clock.now();
    this.#over();
  }

  end(): void {
    this.#ended.abort();
    this.#over();
  }

  #over(): void {
    if (!this.#stalls) return;
    this.#stalls = false;
    this.#tell(-1);
  }

  async #watch(): Promise<void> {
    const { clock, patienceMs } = this.#options;
    while (!this.#ended.signal.aborted) {
      // One that stalls is looked at no more often than one that does not.
      const from = this.#stalls ? clock.now() : this.#since;
      await clock.sleepUntil(Math.max(from + patienceMs, clock.now() + 1), this.#ended.signal);
      if (this.#stalls || clock.now() < this.#since + patienceMs) continue;
      this.#stalls = true;
      this.#tell(1);
    }
  }
}
