/** Octets that were read and not yet taken: the socket rests while they are too many. */

import type { Socket } from 'node:net';

/**
 * Counts positions in what was read, not what messages hold: then it also covers what was read with them and keeps memory
 * until they are gone.
 */
export class InFlight {
  readonly #socket: Socket;
  readonly #limit: number;
  #read = 0;
  #taken = 0;
  #full = false;
  #held = false;

  constructor(socket: Socket, limit: number) {
    this.#socket = socket;
    this.#limit = limit;
  }

  /** How far has been read. */
  get position(): number {
    return this.#read;
  }

  /** Nothing is read now. */
  get resting(): boolean {
    return this.#full || this.#held;
  }

  arrived(octets: number): void {
    this.#read += octets;
  }

  /** `takeable`: somebody can take something, so that it goes on again. Without it a pause would be for ever. */
  pauseIfFull(takeable: boolean): void {
    if (!takeable || this.#read - this.#taken < this.#limit) return;
    this.#full = true;
    this.#socket.pause();
  }

  /** Everything up to there was taken. */
  takenTo(position: number): void {
    this.#taken = Math.max(this.#taken, position);
    if (!this.#full || this.#read - this.#taken >= this.#limit) return;
    this.#full = false;
    this.#resume();
  }

  takenMore(octets: number): void {
    this.takenTo(Math.min(this.#read, this.#taken + octets));
  }

  /** Rests until somebody else has caught up. */
  hold(): void {
    this.#held = true;
    this.#socket.pause();
  }

  goOn(): void {
    this.#held = false;
    this.#resume();
  }

  #resume(): void {
    if (!this.resting) this.#socket.resume();
  }
}
