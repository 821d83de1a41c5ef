/** Commands that we write ourselves, several on the wire at once: each is known by its tag, and answered for by itself. */

import type { Socket } from 'node:net';
import type { PosthornError } from '../../errors.ts';
import { begun, type Listener, type Running } from './answers/answer-gate.ts';
import { readRefusal, RefusedCommand, throttled } from './answers/refusal.ts';
import type { StatusLine } from './answers/status-line.ts';

/** What they need of the connection. */
interface Line {
  readonly lost: boolean;
  readonly socket: Socket | undefined;
  lossError(): PosthornError;
  onLost(listener: () => void): () => void;
  nextTag(): string;
  post(tag: string, text: string, onAnswer: (line: StatusLine) => void): void;
  beginWork(what: string, options: Limits): () => void;
}

interface Limits {
  readonly mostOctets?: number;
  readonly extraMs?: number;
}

export class OwnCommands {
  readonly #line: Line;
  #attended: Running | undefined;
  #onContinued: (() => void) | undefined;

  constructor(line: Line) {
    this.#line = line;
  }

  /** What of the answers is taken in beside those to commands of imapflow. */
  get attended(): Running | undefined {
    return this.#attended;
  }

  /**
   * `work` sends commands: meanwhile the listener hears what is said, and the server is waited for within the usual limits.
   * Throws lossError(), and what the listener threw, after the work is done.
   */
  async attend<T>(
    what: string,
    work: () => Promise<T>,
    { listener = { data: {} }, ...limits }: Limits & { readonly listener?: Listener } = {},
  ): Promise<T> {
    const end = this.#line.beginWork(what, limits);
    const running = begun(listener);
    this.#attended = running;
    try {
      const done = await work();
      if (running.thrown !== undefined) throw running.thrown;
      return done;
    } finally {
      this.#attended = undefined;
      end();
    }
  }

  /**
   * Sends a command in its own words (one character an octet), without waiting for those before it. Resolves with its tagged
   * answer, whatever that is; rejects with lossError() where none comes, which may go unheard.
   */
  send(text: string): Promise<StatusLine> {
    const answer = new Promise<StatusLine>((resolve, reject) => {
      const stop = this.#line.onLost(() => reject(this.#line.lossError()));
      this.#line.post(this.#line.nextTag(), text, (line) => {
        stop();
        resolve(line);
      });
    });
    answer.catch(() => {});
    return answer;
  }

  /** True once the server asks for what follows the command that was sent last, false where it answers instead. */
  async isAskedFor(answer: Promise<StatusLine>): Promise<boolean> {
    const asked = new Promise<boolean>((resolve) => {
      this.#onContinued = () => resolve(true);
    });
    try {
      return await Promise.race([asked, answer.then(() => false)]);
    } finally {
      this.#onContinued = undefined;
    }
  }

  /** True where somebody waited for it. */
  takeContinued(): boolean {
    const onContinued = this.#onContinued;
    this.#onContinued = undefined;
    onContinued?.();
    return onContinued !== undefined;
  }

  /** Writes octets within the command that was sent last, as fast as the server takes them. Throws lossError(). */
  async write(octets: Buffer): Promise<void> {
    const { socket } = this.#line;
    if (this.#line.lost || socket === undefined) throw this.#line.lossError();
    if (socket.write(octets)) return;
    await drained(socket);
    if (socket.destroyed) throw this.#line.lossError();
  }
}

/** Or closed. */
async function drained(socket: Socket): Promise<void> {
  await new Promise<void>((resolve) => {
    const go = (): void => {
      for (const event of ['drain', 'close']) socket.off(event, go);
      resolve();
    };
    for (const event of ['drain', 'close']) socket.on(event, go);
  });
}

/** The refusal in a tagged answer: RefusedCommand, or TemporaryError where a pause is asked for; null for OK. */
export function refusalIn(line: StatusLine): Error | null {
  if (line.status === 'OK') return null;
  const refusal = readRefusal(line.status === 'BAD' ? 'BAD' : 'NO', line);
  return throttled(refusal, 'session') ?? new RefusedCommand(refusal);
}
