/** Tells a slow server from one that drips: a floor of useful octets for each minute that was spent waiting for it. */

/** Octets that a minute of waiting must bring: a modem brings a hundred times as many. */
const leastOctets = 4096;
/** What an answer that came to its end counts beside its octets: slow servers have small messages too. */
const answerWorth = 1024;

export class Floor {
  readonly #perMs: number;
  #waitedMs = 0;
  #octets = 0;

  constructor(perMs: number) {
    this.#perMs = perMs;
  }

  arrive(octets: number): void {
    this.#octets += octets;
  }

  answer(): void {
    this.#octets += answerWorth;
  }

  /** Time spent waiting for the server alone, in milliseconds; whether it brought less than it must. `unread`: octets not taken yet. */
  waited(ms: number, unread = 0): boolean {
    this.#waitedMs += ms;
    if (this.#waitedMs < this.#perMs) return false;
    const isBelow = this.#octets + unread < leastOctets;
    this.#waitedMs = 0;
    this.#octets = 0;
    return isBelow;
  }
}
