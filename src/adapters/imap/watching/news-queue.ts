/** News that wait for whoever listens: each folder once, so that a burst takes no more room than one. */

import type { FolderNews } from '../../../ports/receiving/mailbox-source.ts';

export class NewsQueue {
  readonly #waiting = new Set<string | null>();
  #error: unknown;
  #ended = false;
  #wake = (): void => {};

  add(path: string | null): void {
    this.#waiting.add(path);
    this.#wake();
  }

  /** Nothing comes any more; the first end counts. What came before is still told, then `error` is thrown unless it is null. */
  end(error: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    this.#wake();
  }

  async *take(): AsyncGenerator<FolderNews, void> {
    for (;;) {
      for (const path of this.#waiting) {
        this.#waiting.delete(path);
        yield { path };
      }
      if (this.#ended && this.#error === null) return;
      if (this.#ended) throw this.#error;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
