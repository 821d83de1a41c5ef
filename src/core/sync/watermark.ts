/** The UID up to which a folder is settled, while its messages are finished in any order. */

/**
 * UIDs are expected in ascending order. The mark is the greatest UID with nothing unfinished at or below it, so a run that
 * starts above it misses nothing, whenever the last one was killed.
 */
export class Watermark {
  readonly #unfinished: number[] = [];
  readonly #finished = new Set<number>();
  #mark: number;

  constructor(mark: number) {
    this.#mark = mark;
  }

  get mark(): number {
    return this.#mark;
  }

  expect(uid: number): void {
    this.#unfinished.push(uid);
  }

  /** What the mark will be once these are finished too; nothing is finished by asking. */
  markAfter(uids: readonly number[]): number {
    const soon = new Set(uids);
    let mark = this.#mark;
    for (const next of this.#unfinished) {
      if (!this.#finished.has(next) && !soon.has(next)) break;
      mark = Math.max(mark, next);
    }
    return mark;
  }

  finish(uid: number): void {
    this.#finished.add(uid);
    let done = 0;
    for (const next of this.#unfinished) {
      if (!this.#finished.delete(next)) break;
      this.#mark = Math.max(this.#mark, next);
      done += 1;
    }
    this.#unfinished.splice(0, done);
  }
}
