/** Ends a connection that does not get on: silent, dripping, or talking without an end (design rule 15). */

import { TemporaryError } from '../../errors.ts';

export interface WatchLimits {
  /** How long nothing may come or go at all. */
  readonly stallMs: number;
  /** Within each such time at least `floorOctets` of use must come or go. */
  readonly floorMs: number;
  readonly floorOctets: number;
  /** How long one command may take, however busy the server looks. */
  readonly commandMs: number;
}

/** Octets so far, both ways. */
export interface Progress {
  readonly total: number;
  /** Without answers that nobody asked for. */
  readonly useful: number;
}

export class Watchdog {
  readonly #limits: WatchLimits;
  readonly #progress: () => Progress;
  readonly #bark: (why: TemporaryError) => void;
  #timer: NodeJS.Timeout | undefined;

  /** `bark` is called once for each time that it was started, at most. */
  constructor(limits: WatchLimits, progress: () => Progress, bark: (why: TemporaryError) => void) {
    this.#limits = limits;
    this.#progress = progress;
    this.#bark = bark;
  }

  /** `what` is under way, e.g. `LIST`; `extraMs` is what it may take beyond `commandMs`. */
  start(what: string, extraMs = 0): void {
    this.stop();
    const { stallMs, floorMs, floorOctets, commandMs } = this.#limits;
    // Not the wall clock, which may be put back by hours meanwhile.
    const began = performance.now();
    let [last, lastAt] = [this.#progress().total, began];
    let [floor, floorAt] = [this.#progress().useful, began];
    const look = (): void => {
      const now = performance.now();
      const { total, useful } = this.#progress();
      if (total !== last) [last, lastAt] = [total, now];
      if (now - lastAt >= stallMs) this.#end(`the server did not answer for ${seconds(stallMs)}`);
      else if (now - began >= commandMs + extraMs)
        this.#end(`the server came to no end with ${what} in ${seconds(commandMs + extraMs)}`);
      else if (now - floorAt < floorMs) return;
      else if (useful - floor < floorOctets)
        this.#end(`the server sent next to nothing for ${seconds(floorMs)}`);
      else [floor, floorAt] = [useful, now];
    };
    const shortest = Math.min(stallMs, floorMs, commandMs);
    this.#timer = setInterval(look, Math.max(10, Math.min(1_000, shortest / 20)));
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #end(message: string): void {
    this.stop();
    this.#bark(
      new TemporaryError(message, {
        code: 'timeout',
        layer: 'session',
        remedy: 'It is tried again at the next sync.',
      }),
    );
  }
}

function seconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 1000)} s`;
}
