/** Between a server that sends and a caller that writes to disk: what was read ahead, and how much of it there may be. */

import { TemporaryError } from '../../errors.ts';

/** A server ends a session that says nothing for 10 minutes (RFC 1939 section 3); a caller that reads nothing for so long hangs. */
const longestHoldMs = 600_000;

/** Counts what lies unread over all messages of a session, and makes the reader wait where it is too much. */
export class Backlog {
  readonly #limit: number;
  #unread = 0;
  #wake: (() => void) | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(octets: number): void {
    this.#unread += octets;
  }

  remove(octets: number): void {
    this.#unread -= octets;
    if (this.#unread < this.#limit) this.#wake?.();
  }

  /** Resolves once there is room again; TemporaryError where nobody makes any. One waits at a time. */
  async room(): Promise<void> {
    if (this.#unread < this.#limit) return;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(notTaken()), longestHoldMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }
}

function notTaken(): TemporaryError {
  return new TemporaryError('the messages that came were not taken for 10 minutes', {
    code: 'timeout',
    layer: 'session',
    remedy: 'Check that the disk of the mail root answers.',
  });
}

/** A queue that is filled at one end and iterated at the other, once. */
export class Feed<T> implements AsyncIterableIterator<T, undefined> {
  readonly #onTaken: (item: T) => void;
  #items: T[] = [];
  #head = 0;
  #end: { readonly error: unknown } | 'end' | undefined;
  #discarding = false;
  #waiting: (() => void) | undefined;

  /** `onTaken` is called for each item that has left the queue, read or thrown away. */
  constructor(onTaken: (item: T) => void) {
    this.#onTaken = onTaken;
  }

  push(item: T): void {
    if (this.#discarding) this.#onTaken(item);
    else this.#items.push(item);
    this.#waiting?.();
  }

  end(): void {
    this.#end ??= 'end';
    this.#waiting?.();
  }

  /** What is in the queue can still be read; then the error is thrown. */
  fail(error: unknown): void {
    this.#end ??= { error };
    this.#waiting?.();
  }

  /** Throws away what is to come, and what is there: this comes back. */
  discard(): readonly T[] {
    this.#discarding = true;
    const left = this.#items.slice(this.#head);
    this.#items = [];
    this.#head = 0;
    for (const item of left) this.#onTaken(item);
    this.#waiting?.();
    return left;
  }

  async next(): Promise<IteratorResult<T, undefined>> {
    while (this.#head === this.#items.length) {
      if (this.#discarding || this.#end === 'end') return { done: true, value: undefined };
      if (this.#end !== undefined) throw this.#end.error;
      await new Promise<void>((resolve) => (this.#waiting = resolve));
      this.#waiting = undefined;
    }
    return { done: false, value: this.#shift() };
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    this.discard();
    return await Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #shift(): T {
    const item = this.#items[this.#head] as T;
    this.#head += 1;
    if (this.#head === this.#items.length) {
      this.#items = [];
      this.#head = 0;
    }
    this.#onTaken(item);
    return item;
  }
}
