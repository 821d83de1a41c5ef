/** A connection that mostly listens: what is said on it now and then must be answered, or the line is dead. */

import { TemporaryError, type PosthornError } from '../../../errors.ts';
import type { Clock } from '../../../ports/clock.ts';
import { readDataLine, type DataLine } from '../answers/line.ts';
import { commandFailure, readRefusal, throttled } from '../answers/refusal.ts';
import { readStatusLine, type StatusLine } from '../answers/status-line.ts';
import type { ImapConnection } from '../connection.ts';
import { promised, until } from './until.ts';

/** How long the server may take for the answer to a word of ours. */
const answerMs = 60_000;
/** A longer line is none of those that tell news. */
const longestLine = 64 * 1024;

/** What the server says of its own accord. */
export interface Ears {
  data?(line: DataLine): void;
  status?(line: StatusLine): void;
  /** `+` (RFC 2177, section 3). */
  continuation?(): void;
}

export class WatchedLine {
  readonly connection: ImapConnection;
  readonly #clock: Clock;
  readonly #quietMs: number;
  readonly #over: AbortSignal;
  #tags = 0;
  #quietSince: number | null = null;

  /** `over` ends every wait; `quietMs` is how long nothing may be said on it. */
  constructor(connection: ImapConnection, clock: Clock, quietMs: number, over: AbortSignal) {
    this.connection = connection;
    this.#clock = clock;
    this.#quietMs = quietMs;
    this.#over = over;
  }

  /** For how long nothing has been said or asked for, in milliseconds; null where an answer is due. */
  get quietForMs(): number | null {
    return this.#quietSince === null ? null : this.#clock.now() - this.#quietSince;
  }

  /** From now on these hear it, and nobody else. */
  listen(ears: Ears): void {
    this.connection.onUnasked = ({ payload, literals }) => {
      if (payload[0] === plus) ears.continuation?.();
      if (payload.length > longestLine) return;
      const status = readStatusLine(payload);
      if (status?.tag === '*') ears.status?.(status);
      const data = status === undefined ? readDataLine(payload, literals) : undefined;
      if (data !== undefined) ears.data?.(data);
    };
  }

  /** Sends a command; resolves with its tagged answer, whatever it says, whenever it comes. */
  say(command: string): Promise<StatusLine> {
    const { promise, resolve } = promised<StatusLine>();
    this.#tags += 1;
    this.connection.post(`W${this.#tags}`, command, resolve);
    return promise;
  }

  /** What must come soon after a word of ours. Otherwise the connection is dropped, and TemporaryError is thrown. */
  async answered<T>(answer: Promise<T>): Promise<T> {
    const at = this.#clock.now() + answerMs;
    const given = await until(answer, at, this.#clock, this.#over);
    if (given !== null) return given;
    const seconds = `${answerMs / 1000} s`;
    const why = new TemporaryError(
      `the server did not answer for ${seconds} while it was watched`,
      {
        code: 'timeout',
        layer: 'session',
        remedy: 'The connection is made anew.',
      },
    );
    this.connection.drop(why);
    throw why;
  }

  /** Waits as long as nothing needs to be said, or until `end` comes, with what it comes to; null otherwise. */
  async quiet<T>(end: Promise<T>): Promise<T | null> {
    this.#quietSince = this.#clock.now();
    const came = await until(end, this.#quietSince + this.#quietMs, this.#clock, this.#over);
    this.#quietSince = null;
    return came;
  }

  async pauseUntil(at: number): Promise<void> {
    await this.#clock.sleepUntil(at, this.#over);
  }

  now(): number {
    return this.#clock.now();
  }
}

const plus = 0x2b;

/** What a NO or BAD to IDLE or NOOP becomes. */
export function unwilling(line: StatusLine): PosthornError {
  const refusal = readRefusal(line.status === 'BAD' ? 'BAD' : 'NO', line);
  const what = 'the server does not let a connection wait for news';
  return throttled(refusal, 'session') ?? commandFailure(what, refusal, 'account');
}
