/** Work that serves all who asked for it before it began, such as syncing a folder: they share one run. */

/** One run at a time. What is asked while one is under way is served by the next, for the one under way may have missed it. */
export class GroupCommit {
  readonly #work: () => Promise<void>;
  #running: Promise<void> = Promise.resolve();
  #next: Promise<void> | null = null;

  constructor(work: () => Promise<void>) {
    this.#work = work;
  }

  run(): Promise<void> {
    this.#next ??= this.#running
      .catch(() => undefined)
      .then(() => {
        this.#next = null;
        return this.#work();
      });
    this.#running = this.#next;
    return this.#next;
  }
}
