/** The UID up to which a folder is settled, while its messages are finished in any order (docs/decisions/watermark.md). */

import type { UidSet } from './uid-set.ts';

/**
 * The mark is the greatest UID with nothing unfinished at or below it, so a run that starts above it misses nothing, whenever
 * the last one was killed.
 */
export class Watermark {
  readonly #unfinished: Iterator<number>;
  readonly #finished = new Set<number>();
  #next: number | undefined;
  #mark: number;

  /** `expected`: all UIDs above `mark` that are to be finished. */
  constructor(mark: number, expected: UidSet) {
    this.#mark = mark;
    this.#unfinished = expected[Symbol.iterator]();
    this.#next = this.#take();
  }

  get mark(): number {
    return this.#mark;
  }

  finish(uids: Iterable<number>): void {
    for (const uid of uids) this.#finished.add(uid);
    while (this.#next !== undefined && this.#finished.delete(this.#next)) {
      this.#mark = this.#next;
      this.#next = this.#take();
    }
  }

  #take(): number | undefined {
    const { done, value } = this.#unfinished.next();
    return done === true ? undefined : value;
  }
}
