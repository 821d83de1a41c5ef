/** The octets of a large message, taken by one while they are read by another. */

import type { PosthornError } from '../../../errors.ts';
import type { KeptOctets } from './kept-octets.ts';

/** So many octets were taken, or will not be; `drained`: none are left that were read. */
export type OnTaken = (octets: number, drained: boolean) => void;

export class BodyStream implements AsyncIterableIterator<Buffer> {
  readonly #kept: KeptOctets;
  readonly #onTaken: OnTaken;
  #waiting: Buffer[] = [];
  #handedOut = 0;
  #outcome: 'open' | 'whole' | PosthornError = 'open';
  #wanted = true;
  #wake: (() => void) | undefined;

  constructor(kept: KeptOctets, onTaken: OnTaken) {
    this.#kept = kept;
    this.#onTaken = onTaken;
  }

  /** Somebody can take something. */
  get hasWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  push(slice: Buffer): void {
    if (!this.#wanted) return;
    this.#kept.add(this.#waiting, slice);
    this.#wake?.();
  }

  finish(): void {
    this.#settle('whole');
  }

  /** It is cut short, after what has arrived. */
  fail(error: PosthornError): void {
    this.#settle(error);
  }

  /** It is cut short at once. */
  abort(error: PosthornError): void {
    this.#waiting = [];
    this.#outcome = error;
    this.#wake?.();
  }

  /** Nothing more is handed out; what comes yet is passed over. */
  discard(): void {
    if (!this.#wanted) return;
    this.#wanted = false;
    for (const { length } of this.#waiting) this.#handedOut += length;
    this.#waiting = [];
    this.#tellTaken();
    this.#wake?.();
  }

  async next(): Promise<IteratorResult<Buffer, undefined>> {
    this.#tellTaken();
    while (this.#wanted && this.#waiting.length === 0 && this.#outcome === 'open')
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    const value = this.#waiting.shift();
    if (value !== undefined) {
      this.#handedOut = value.length;
      return { done: false, value };
    }
    if (this.#wanted && typeof this.#outcome !== 'string') throw this.#outcome;
    return { done: true, value: undefined };
  }

  async return(): Promise<IteratorResult<Buffer, undefined>> {
    this.discard();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #tellTaken(): void {
    const taken = this.#handedOut;
    this.#handedOut = 0;
    this.#onTaken(taken, this.#waiting.length === 0 && this.#outcome === 'open');
  }

  #settle(outcome: 'whole' | PosthornError): void {
    if (this.#outcome === 'open') this.#outcome = outcome;
    this.#wake?.();
  }
}
