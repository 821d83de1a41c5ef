/** One IMAP connection: commands one after another, each within its limits, and what became of it when it is lost. */

import type { Socket } from 'node:net';
import type { ImapFlow } from 'imapflow';
import { PosthornError } from '../../errors.ts';
import {
  begun,
  installGate,
  type Listener,
  type Running,
  type StreamItem,
} from './answers/answer-gate.ts';
import { existsAfter } from './answers/exists.ts';
import { readRefusal, RefusedCommand, throttled } from './answers/refusal.ts';
import type { StatusLine } from './answers/status-line.ts';
import type { TokenNode } from './answers/tokens.ts';
import { endlessAnswer, lossOf } from './loss.ts';
import { OwnCommands, refusalIn } from './own-commands.ts';
import { Watchdog, type WatchLimits } from './watchdog.ts';

/** The part of imapflow that it uses itself and does not declare. */
interface Inner {
  exec(
    command: string,
    attributes: readonly (TokenNode | undefined)[] | false,
    options: { running?: Running; onPlusTag?: (answer: unknown) => Promise<void> },
  ): Promise<{ response: unknown; next: () => void }>;
  write(text: string): void;
  readonly socket: Socket | false | null;
  tagCounter: number;
  commandParts: readonly unknown[];
  readonly streamer: { readonly readBytesCounter: number };
}

/** A refusal as imapflow throws it. */
interface FlowError extends Error {
  code?: string;
  responseStatus?: string;
  responseText?: string;
}

/** A line of the answer could not be read, so what it said is not known; never leaves this adapter. */
export class UnreadableAnswer extends Error {
  constructor() {
    super('the answer is no valid IMAP');
  }
}

export interface RunOptions {
  /** Octets of the answer, beyond which it is not read any further. Default 32 MiB. */
  readonly mostOctets?: number;
  /** How long the command may take beyond the usual, as it sends much. */
  readonly extraMs?: number;
}

/** A tagged OK, and what of the answer could not be read, fit to be shown. */
export interface Answered {
  readonly line: StatusLine;
  readonly unreadable: readonly string[];
}

const usualOctets = 32 * 1024 * 1024;
const nothing: Listener = { data: {} };

export class ImapConnection {
  readonly flow: ImapFlow;
  /** Commands that are written and pipelined by us. */
  readonly own: OwnCommands;
  /** Takes what the server says of its own accord; must not throw. */
  onUnasked: ((item: StreamItem) => void) | undefined;
  readonly #watchdog: Watchdog;
  readonly #lostListeners = new Set<() => void>();
  readonly #posted = new Map<string, (line: StatusLine) => void>();
  #running = 0;
  #most = usualOctets;
  #wasted = 0;
  #unasked = 0;
  #asked = false;
  #qresync = false;
  #exists: number | null = null;
  #cause: PosthornError | undefined;
  #failure: Error | undefined;
  #closed = false;

  /** To be made before the connection is opened, so that no error goes unheard. */
  constructor(flow: ImapFlow, limits: WatchLimits) {
    this.flow = flow;
    this.own = new OwnCommands(this);
    this.#watchdog = new Watchdog(
      limits,
      () => this.#progress(),
      (why) => this.drop(why),
    );
    installGate(flow, {
      attended: () => this.own.attended,
      continued: () => this.own.takeContinued(),
      counted: (running, octets) => this.#count(running, octets),
      answered: (line) => this.#takePosted(line),
      counts: (line) => {
        this.#exists = existsAfter(this.#exists, line);
      },
      wasted: (octets) => {
        this.#wasted += octets;
      },
      unasked: (item) => this.onUnasked?.(item),
    });
    flow.on('error', (error: Error) => {
      this.#failure ??= error;
    });
    flow.on('close', () => {
      this.#closed = true;
      this.#watchdog.stop();
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

  get socket(): Socket | undefined {
    return this.#inner.socket || undefined;
  }

  /** Capabilities as they stand now; names in any case. */
  has(capability: string): boolean {
    return this.flow.capabilities.has(capability);
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
    return lossOf(this.flow.byeReason, this.#failure);
  }

  /**
   * Runs a command and resolves with its tagged OK. Throws RefusedCommand for NO and BAD (TemporaryError where the server asks
   * for a pause), UnreadableAnswer where the tagged answer could not be read, else lossError(). What a listener throws fails
   * the command once it is answered; a line that it can't read is told with the answer.
   */
  async run(
    command: string,
    attributes: readonly TokenNode[],
    listener: Listener = nothing,
    options: RunOptions = {},
  ): Promise<Answered> {
    const running = await this.#exec(command, attributes, listener, options);
    if (running.thrown !== undefined) throw running.thrown;
    if (running.tagged === undefined) throw new UnreadableAnswer();
    // imapflow takes the refusal of what is partly gone (EXPUNGEISSUED) for a success; that is right for reading alone.
    const refusal = command === 'UID FETCH' ? null : refusalIn(running.tagged);
    if (refusal !== null) throw refusal;
    return { line: running.tagged, unreadable: running.unreadable };
  }

  /** Like run(), for a command that goes on after each `+` (RFC 9051, section 6.2.2). */
  async converse(
    command: string,
    attributes: readonly TokenNode[],
    onPlus: (answer: unknown) => void,
  ): Promise<void> {
    const onPlusTag = async (answer: unknown): Promise<void> => onPlus(answer);
    await this.#exec(command, attributes, nothing, { onPlusTag });
  }

  /** Writes a line within a command that is running. */
  writeLine(text: string): void {
    this.#inner.write(text);
  }

  /**
   * Sends a command ahead of the next one without waiting for its answer, which costs no time on the line; with the next one,
   * where that follows at once. `onAnswer` is told the tagged answer if one comes. Only between commands.
   */
  post(tag: string, text: string, onAnswer: (line: StatusLine) => void = () => {}): void {
    if (this.#closed) return;
    this.#unasked = 0;
    this.#posted.set(tag, onAnswer);
    // What a refused command left behind would be taken for the beginning of this one.
    this.#inner.commandParts = [];
    const { socket } = this;
    socket?.cork();
    this.#inner.write(`${tag} ${text}`);
    setImmediate(() => socket?.uncork());
  }

  /**
   * RFC 5161, section 3.1: ENABLE is for the time before a folder is selected. Its answer comes before that of the command
   * which follows.
   */
  enableQresync(): void {
    if (this.#asked || !this.has('QRESYNC') || !this.has('ENABLE')) return;
    this.#asked = true;
    this.post('ENABLE', 'ENABLE QRESYNC', ({ status }) => {
      this.#qresync = status === 'OK';
    });
  }

  get hasAskedForQresync(): boolean {
    return this.#asked;
  }

  get hasQresync(): boolean {
    return this.#qresync;
  }

  /** Messages in the folder that is open, as last told; null where nobody could read it. */
  get exists(): number | null {
    return this.#exists;
  }

  set exists(count: number | null) {
    this.#exists = count;
  }

  /** Says LOGOUT and hangs up, within `patienceMs`; the server's farewell is not waited for. */
  async leave(patienceMs: number): Promise<void> {
    const { socket } = this;
    if (this.#closed || socket === undefined) return;
    this.post('BYE', 'LOGOUT');
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, patienceMs);
      const done = (): void => {
        clearTimeout(timer);
        resolve();
      };
      this.onLost(done);
      socket.end(done);
    });
    this.flow.close();
  }

  /** A tag that imapflow will not use: its own are hexadecimal. */
  nextTag(): string {
    this.#inner.tagCounter += 1;
    return `W${this.#inner.tagCounter.toString(10)}`;
  }

  /** From now on the server is waited for within limits, until the returned function is called. Throws lossError(). */
  beginWork(what: string, { mostOctets = usualOctets, extraMs }: RunOptions): () => void {
    if (this.#closed) throw this.lossError();
    this.#most = mostOctets;
    this.#unasked = 0;
    if ((this.#running += 1) === 1) this.#watchdog.start(what, extraMs);
    return () => {
      if ((this.#running -= 1) === 0) this.#watchdog.stop();
    };
  }

  get #inner(): Inner {
    return this.flow as unknown as Inner;
  }

  async #exec(
    command: string,
    attributes: readonly TokenNode[],
    listener: Listener,
    options: RunOptions & { onPlusTag?: (answer: unknown) => Promise<void> },
  ): Promise<Running> {
    const running = begun(listener);
    const { onPlusTag } = options;
    const end = this.beginWork(command, options);
    try {
      const given = attributes.length === 0 ? false : attributes;
      const more = onPlusTag === undefined ? {} : { onPlusTag };
      const { next } = await this.#inner.exec(command, given, { running, ...more });
      next();
      return running;
    } catch (error) {
      throw this.#classify(error as FlowError, running);
    } finally {
      end();
    }
  }

  #classify(error: FlowError, { tagged }: Running): Error {
    if (error instanceof PosthornError) return error;
    const status = tagged?.status ?? error.responseStatus;
    if (status === 'NO' || status === 'BAD') {
      const refusal = readRefusal(status, tagged, error.responseText);
      const layer = this.flow.authenticated ? 'session' : 'login';
      return throttled(refusal, layer) ?? new RefusedCommand(refusal);
    }
    if (!this.#closed && (error as { parserError?: unknown }).parserError !== undefined)
      return new UnreadableAnswer();
    // What is neither a refusal nor a loss left the two sides out of step: nothing after it can be believed.
    this.#failure ??= error;
    this.flow.close();
    return this.lossError();
  }

  #takePosted(line: StatusLine): boolean {
    const onAnswer = this.#posted.get(line.tag);
    if (onAnswer === undefined) return false;
    this.#posted.delete(line.tag);
    onAnswer(line);
    return true;
  }

  #count(running: Running | undefined, octets: number): boolean {
    if (this.#closed) return false;
    const most = running === undefined ? usualOctets : this.#most;
    const sum = running === undefined ? (this.#unasked += octets) : (running.octets += octets);
    if (sum <= most) return true;
    this.drop(endlessAnswer(most));
    return false;
  }

  #progress(): { total: number; useful: number } {
    const { socket } = this;
    const sent = socket === undefined ? 0 : socket.bytesWritten - socket.writableLength;
    const total = this.#inner.streamer.readBytesCounter + sent;
    return { total, useful: total - this.#wasted };
  }
}
