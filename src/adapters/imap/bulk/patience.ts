/** How long a server is waited for: while nothing comes, and while it comes by drips. */

import { TemporaryError } from '../../../errors.ts';

export interface PatienceOptions {
  /** How long nothing at all may come. */
  readonly stallMs: number;
  /** Octets of messages that have to come in `floorMs`. */
  readonly floorOctets: number;
  readonly floorMs: number;
}

/** What it looks at. */
export interface Progress {
  /** Octets of any kind so far. */
  readonly read: number;
  /** Octets of messages so far. */
  readonly useful: number;
  /** It is the reader who rests: nothing is expected. */
  readonly resting: boolean;
}

const ticks = 20;

/**
 * Time is counted in ticks at which something could have been read, so that neither a program that was stopped meanwhile nor
 * a clock that was set takes a server for dead.
 */
export class Patience {
  readonly #options: PatienceOptions;
  readonly #look: () => Progress;
  readonly #onEnd: (why: TemporaryError) => void;
  readonly #timers: readonly NodeJS.Timeout[];
  #silent = 0;
  #read = 0;
  #dripping = 0;
  #useful = 0;

  constructor(
    options: PatienceOptions,
    look: () => Progress,
    onEnd: (why: TemporaryError) => void,
  ) {
    this.#options = options;
    this.#look = look;
    this.#onEnd = onEnd;
    this.#timers = [
      setInterval(() => this.#tickStall(), Math.max(1, options.stallMs / ticks)),
      setInterval(() => this.#tickFloor(), Math.max(1, options.floorMs / ticks)),
    ];
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }

  #tickStall(): void {
    const { read, resting } = this.#look();
    if (resting || read !== this.#read) this.#silent = 0;
    else this.#silent += 1;
    this.#read = read;
    const { stallMs } = this.#options;
    if (this.#silent >= ticks) this.#end(`the server did not answer for ${inSeconds(stallMs)}`);
  }

  #tickFloor(): void {
    const { useful, resting } = this.#look();
    if (resting) return;
    this.#dripping += 1;
    if (this.#dripping < ticks) return;
    const { floorOctets, floorMs } = this.#options;
    if (useful - this.#useful < floorOctets)
      this.#end(`the server gave hardly anything for ${inSeconds(floorMs)}`);
    this.#dripping = 0;
    this.#useful = useful;
  }

  #end(what: string): void {
    this.stop();
    this.#onEnd(
      new TemporaryError(what, {
        code: 'timeout',
        layer: 'session',
        remedy: 'It is tried again at the next sync.',
      }),
    );
  }
}

function inSeconds(ms: number): string {
  return `${String(Math.round(ms / 1000))} s`;
}
