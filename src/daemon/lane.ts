/** One piece of work after the other, never two at once; what runs can be broken off, and ends by a deadline anyway. */

import { TemporaryError, type PosthornError } from '../errors.ts';

/** Work that takes longer is broken off; the next poll goes on where it was. */
const longestMs = 2 * 3_600_000;

export class Lane {
  #last: Promise<unknown> = Promise.resolve();
  /** A controller for each piece of work: listeners on one long-lived signal would pile up over the years. */
  #current: AbortController | null = null;
  #closed: PosthornError | null = null;

  get busy(): boolean {
    return this.#current !== null;
  }

  /** Runs `work` once all that came before has ended, however it ended. */
  async run<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const mine = this.#last.then(() => this.#do(work));
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  /** Aborts what runs now, if anything does. */
  breakOff(reason: PosthornError): void {
    this.#current?.abort(reason);
  }

  /** Aborts what runs now and all that comes; resolves once nothing runs any more. */
  async close(reason: PosthornError): Promise<void> {
    this.#closed = reason;
    this.breakOff(reason);
    await this.#last;
  }

  async #do<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    if (this.#closed !== null) controller.abort(this.#closed);
    const timer = setTimeout(() => {
      controller.abort(tooLong());
    }, longestMs);
    this.#current = controller;
    try {
      return await work(controller.signal);
    } finally {
      clearTimeout(timer);
      this.#current = null;
    }
  }
}

function tooLong(): TemporaryError {
  const hours = String(longestMs / 3_600_000);
  return new TemporaryError(`it was broken off after ${hours} hours`, {
    code: 'timeout',
    remedy: 'The next poll goes on where this one was.',
  });
}
