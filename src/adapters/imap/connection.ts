/** One IMAP connection: commands one after another, each within a deadline, and what became of it when it is lost. */

import type { ImapFlow } from 'imapflow';
import { PosthornError, TemporaryError } from '../../errors.ts';
import { printable } from '../../wire/printable.ts';
import { RefusedCommand, readRefusal } from './failures.ts';
import type { Answer, TokenNode } from './tokens.ts';

/** What happens to untagged answers while a command runs, by their keyword. */
export type Untagged = Readonly<Record<string, (answer: Answer) => void>>;

/**
 * The part of imapflow that it uses itself and does not declare. Its commands are left aside: they fall back on others
 * that expunge, and return false for failures; its connection, parser and compiler are what is used here.
 */
interface Inner {
  exec(
    command: string,
    attributes: readonly (TokenNode | undefined)[] | false,
    options: ExecOptions,
  ): Promise<{ response: Answer; next: () => void }>;
  write(text: string): void;
  readonly socket: InnerSocket | false;
}

interface ExecOptions {
  untagged?: Record<string, (answer: Answer) => Promise<void>>;
  onPlusTag?: (answer: Answer) => Promise<void>;
}

/** net.Socket or tls.TLSSocket. */
export interface InnerSocket {
  readonly connecting: boolean;
  readonly remoteAddress?: string | undefined;
  readonly bytesWritten: number;
  readonly writableLength: number;
  getProtocol?: () => string | null;
}

/** A refusal as imapflow throws it. */
interface FlowError extends Error {
  code?: string;
  response?: Answer;
  responseStatus?: string;
  responseText?: string;
  /** The tagged answer itself could not be read; the two sides are still in step. */
  parserError?: unknown;
}

/** A line of the answer could not be read, so what it said is not known; never leaves this adapter. */
export class UnreadableAnswer extends Error {
  constructor() {
    super('the answer is no valid IMAP');
  }
}

export function socketOf(flow: ImapFlow): InnerSocket | undefined {
  const { socket } = flow as unknown as Inner;
  return socket === false ? undefined : socket;
}

/** Writes a line within a command that is running (RFC 9051, section 6.2.2). */
export function writeLine(flow: ImapFlow, text: string): void {
  (flow as unknown as Inner).write(text);
}

export class ImapConnection {
  readonly flow: ImapFlow;
  readonly #stallMs: number;
  readonly #unparsed: { readonly count: number };
  readonly #lostListeners = new Set<() => void>();
  #running = 0;
  #watchdog: NodeJS.Timeout | undefined;
  #cause: PosthornError | undefined;
  #failure: Error | undefined;
  #closed = false;

  /**
   * `stallMs`: how long an answer may make no progress. `unparsed` counts lines that could not be read. To be made before
   * the connection is opened, so that no error goes unheard.
   */
  constructor(flow: ImapFlow, stallMs: number, unparsed: { readonly count: number }) {
    this.flow = flow;
    this.#stallMs = stallMs;
    this.#unparsed = unparsed;
    flow.on('error', (error: Error) => {
      this.#failure ??= error;
    });
    flow.on('close', () => {
      this.#closed = true;
      clearTimeout(this.#watchdog);
      for (const listener of this.#lostListeners) listener();
      this.#lostListeners.clear();
    });
  }

  /** Why drop() was called, if it was. */
  get dropped(): PosthornError | undefined {
    return this.#cause;
  }

  get lost(): boolean {
    return this.#closed;
  }

  /** Drops the socket at once; every wait ends with `why`. */
  drop(why: PosthornError): void {
    if (!this.#closed) this.#cause ??= why;
    this.flow.close();
  }

  /** Called once when the connection ends, at once where it has. Returns the way to stop it. */
  onLost(listener: () => void): () => void {
    if (this.#closed) {
      listener();
      return () => {};
    }
    this.#lostListeners.add(listener);
    return () => this.#lostListeners.delete(listener);
  }

  /** Why there is no connection any more. */
  lossError(): PosthornError {
    if (this.#cause !== undefined) return this.#cause;
    const bye = this.flow.byeReason;
    const told = bye === undefined ? '' : `: “${printable(bye)}”`;
    const why = bye === undefined ? (this.#failure ?? undefined) : undefined;
    const detail = why === undefined ? {} : { detail: printable(why.message), cause: why };
    return new TemporaryError(
      bye === undefined ? 'the connection to the server broke' : `the server hung up${told}`,
      { layer: 'session', remedy: 'It is tried again at the next sync.', ...detail },
    );
  }

  /**
   * Runs a command and resolves with its tagged OK. Throws RefusedCommand for NO and BAD, UnreadableAnswer where a line
   * of the answer could not be read, else lossError(). Handlers see untagged answers as they come; what they throw
   * fails the command once it is answered.
   */
  async run(
    command: string,
    attributes: readonly TokenNode[],
    untagged: Untagged = {},
  ): Promise<Answer> {
    let thrown: unknown;
    const guarded = Object.entries(untagged).map(
      ([keyword, handle]) =>
        [
          keyword,
          async (answer: Answer) => {
            try {
              handle(answer);
            } catch (error) {
              thrown ??= error;
            }
          },
        ] as const,
    );
    const before = this.#unparsed.count;
    const answer = await this.exec(command, attributes, { untagged: Object.fromEntries(guarded) });
    if (thrown !== undefined) throw thrown;
    if (this.#unparsed.count !== before) throw new UnreadableAnswer();
    return answer;
  }

  /** Like run(), with imapflow's own handlers: for commands that go on after a `+`. */
  async exec(
    command: string,
    attributes: readonly TokenNode[],
    options: ExecOptions = {},
  ): Promise<Answer> {
    if (this.#closed) throw this.lossError();
    this.#watch();
    try {
      const inner = this.flow as unknown as Inner;
      const given = attributes.length === 0 ? false : attributes;
      const { response, next } = await inner.exec(command, given, options);
      next();
      return response;
    } catch (error) {
      throw this.#classify(error as FlowError);
    } finally {
      this.#unwatch();
    }
  }

  #classify(error: FlowError): Error {
    if (error instanceof PosthornError) return error;
    if (error.code === 'ETHROTTLE') {
      return new TemporaryError('the server asks for a pause', {
        layer: 'session',
        remedy: 'It is tried again at the next sync.',
      });
    }
    if (error.responseStatus === 'NO' || error.responseStatus === 'BAD') {
      const { responseStatus, response, responseText } = error;
      return new RefusedCommand(readRefusal(responseStatus, response, responseText));
    }
    if (error.parserError !== undefined) return new UnreadableAnswer();
    // What is neither a refusal nor a loss left the two sides out of step: nothing after it can be believed.
    this.#failure ??= error;
    this.flow.close();
    return this.lossError();
  }

  /** Octets that went either way. */
  #progress(): number {
    const socket = socketOf(this.flow);
    const sent = socket === undefined ? 0 : socket.bytesWritten - socket.writableLength;
    return this.flow.stats().received + sent;
  }

  #watch(): void {
    this.#running += 1;
    if (this.#running > 1) return;
    let seen = this.#progress();
    // Not the wall clock, which may be put back by hours meanwhile.
    let since = performance.now();
    this.#watchdog = setInterval(
      () => {
        const now = this.#progress();
        if (now !== seen) {
          seen = now;
          since = performance.now();
        } else if (performance.now() - since >= this.#stallMs) {
          this.drop(stalled(this.#stallMs));
        }
      },
      Math.max(10, this.#stallMs / 20),
    );
  }

  #unwatch(): void {
    this.#running -= 1;
    if (this.#running === 0) clearInterval(this.#watchdog);
  }
}

function stalled(stallMs: number): TemporaryError {
  return new TemporaryError(`the server did not answer for ${Math.round(stallMs / 1000)} s`, {
    code: 'timeout',
    layer: 'session',
    remedy: 'It is tried again at the next sync.',
  });
}
