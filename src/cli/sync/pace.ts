/** How fast something goes, by what was done in the last seconds. */

/** Long enough that a batch made durable at once is no leap, short enough that a stall is seen. */
const windowMs = 15_000;

/** Sooner nothing can be said. */
const leastMs = 1_000;

export class Pace {
  #samples: { readonly at: number; readonly done: number }[] = [];

  /** `at` in milliseconds, never less than before. */
  add(at: number, done: number): void {
    this.#samples.push({ at, done });
    // The last one before the window stays: it says where the window begins.
    const first = this.#samples.findIndex((sample) => sample.at > at - windowMs);
    if (first > 1) this.#samples.splice(0, first - 1);
  }

  /** Null where it is too early. */
  get perSecond(): number | null {
    const [first] = this.#samples;
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined || last.at - first.at < leastMs) return null;
    return (1000 * (last.done - first.done)) / (last.at - first.at);
  }
}
