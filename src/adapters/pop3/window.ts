/** How much may be asked for before it has come: as much as the line takes, found as TCP finds it. */

/** Octets asked for at first. */
const first = 256 * 1024;
/** What a line of 1 Gbit/s with 60 ms there and back takes. */
const most = 8 * 1024 * 1024;
/** A window that took longer to arrive is large enough: more would only wait at the server. */
const longestRoundMs = 1000;
/** What a command counts at least, so that the number of commands is bounded too. */
const leastWeight = 4 * 1024;
/** What a message weighs whose size is not known. */
const usualWeight = 16 * 1024;

/**
 * Octets asked for and not here yet. It is doubled where the pipe ran dry while a whole window arrived (slow start, RFC 5681
 * section 3.1), and never shrinks: nothing is lost on the way, and who reads slowly slows the server by TCP.
 */
export class Window {
  readonly #now: () => number;
  #limit = first;
  /** Weights of what was asked for, in the order of the answers. */
  readonly #asked: number[] = [];
  #answered = 0;
  #inFlight = 0;
  /** Of the answer that arrives now. */
  #arrivedOfAnswer = 0;
  #round = { weight: 0, dry: false, since: 0 };

  /** `now`: milliseconds of a clock that never goes back. */
  constructor(now: () => number) {
    this.#now = now;
    this.#round.since = now();
  }

  get limit(): number {
    return this.#limit;
  }

  /** Half of it is free: worth several commands in one packet. */
  get isLow(): boolean {
    return this.#inFlight <= this.#limit / 2;
  }

  get isFull(): boolean {
    return this.#inFlight >= this.#limit;
  }

  /** `size`: LIST's octets. */
  ask(size: number | null): void {
    const weight = Math.max(size ?? usualWeight, leastWeight);
    this.#asked.push(weight);
    this.#inFlight += weight;
  }

  /** So many octets of the answer that is due. */
  arrive(octets: number): void {
    this.#settle(Math.min(octets, this.#due() - this.#arrivedOfAnswer));
  }

  /** The answer that was due is all here. */
  answer(): void {
    this.#settle(this.#due() - this.#arrivedOfAnswer);
    this.#answered += 1;
    this.#arrivedOfAnswer = 0;
  }

  #due(): number {
    return this.#asked[this.#answered] ?? 0;
  }

  #settle(weight: number): void {
    this.#arrivedOfAnswer += weight;
    this.#inFlight -= weight;
    this.#round.weight += weight;
    if (this.#round.weight >= this.#limit) this.#endRound();
  }

  /** Nothing more is here of what was asked for. */
  runDry(): void {
    this.#round.dry = true;
  }

  #endRound(): void {
    const now = this.#now();
    const { dry, since } = this.#round;
    if (dry && now - since < longestRoundMs) this.#limit = Math.min(this.#limit * 2, most);
    this.#round = { weight: 0, dry: false, since: now };
  }
}
