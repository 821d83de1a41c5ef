/** Fetching messages: a window of RETR in flight, small messages in batches, large ones as streams; read only as they are taken. */

import type { ListedMail } from '../../core/maildrop/maildrop.ts';
import { InternalError, RefusedError, TemporaryError } from '../../errors.ts';
import type { Retrieved } from '../../ports/receiving/maildrop-source.ts';
import { Body } from './body.ts';
import { outOfStep, type Pop3Connection } from './connection.ts';
import { Refusals } from './refusals.ts';
import { Window } from './window.ts';

/** A message of more octets is handed on while it comes. */
const largestWhole = 256 * 1024;
/** What a batch may hold before it is handed on. */
const batchOctets = 1024 * 1024;
const batchCount = 500;
/** A batch is handed on where nothing more is here and it waited so long, in milliseconds. */
const longestHoldMs = 50;
/** Silence behind what may have been the end of a message, in milliseconds. */
const doubtMs = 5_000;

/** The message whose octets come. `pieces`: what was not handed on yet; null where nobody wants it. */
interface Current {
  readonly mail: ListedMail;
  readonly body: Body;
  pieces: Buffer[] | null;
}

interface Batch {
  readonly items: Retrieved[];
  readonly since: number;
  octets: number;
}

export interface RetrievalOptions {
  readonly connection: Pop3Connection;
  readonly mail: readonly ListedMail[];
  /** Without it each command waits for the answer to the one before (RFC 2449 section 6.6). */
  readonly pipelining: boolean;
  /** TOP asks for the header alone. */
  readonly command: 'RETR' | 'TOP';
}

export class Retrieval {
  readonly #connection: Pop3Connection;
  readonly #mail: readonly ListedMail[];
  readonly #pipelining: boolean;
  readonly #command: RetrievalOptions['command'];
  readonly #window = new Window(() => performance.now());
  readonly #refusals = new Refusals();
  #sent = 0;
  #answered = 0;
  /** NOOP, whose answer proves that the last message was whole. */
  #isProofAsked = false;
  #current: Current | null = null;
  /** `current` was handed on as a stream. */
  #isStreaming = false;
  #failure: unknown = null;
  #isEnded: boolean;

  constructor({ connection, mail, pipelining, command }: RetrievalOptions) {
    this.#connection = connection;
    this.#mail = mail;
    this.#pipelining = pipelining;
    this.#command = command;
    this.#isEnded = mail.length === 0;
  }

  /** Every answer is in, and in step. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** The next batch is read while the one before is worked on, but never over a stream. */
  async *batches(): AsyncGenerator<readonly Retrieved[]> {
    let next = this.#gather();
    for (;;) {
      const items = await next;
      if (items.length === 0) break;
      const streams = this.#isStreaming;
      if (!streams) next = this.#gather();
      yield items;
      if (streams) next = this.#gather();
    }
    if (this.#failure !== null) throw this.#failure;
  }

  /** What is worth handing on; nothing at the end, and after a failure. Never rejects. */
  async #gather(): Promise<Retrieved[]> {
    this.#leaveStream();
    const batch = { items: [], since: performance.now(), octets: 0 };
    try {
      while (this.#wantsMore(batch)) {
        if (this.#advance(batch)) continue;
        if (batch.items.length > 0 && performance.now() - batch.since > longestHoldMs) break;
        await this.#wait();
      }
    } catch (error) {
      this.#failure ??= error;
    }
    return batch.items;
  }

  #wantsMore({ octets, items }: Batch): boolean {
    const isFull = octets >= batchOctets || items.length >= batchCount;
    return !isFull && !this.#isEnded && !this.#isStreaming && this.#failure === null;
  }

  /** A stream that was not read to its end is not wanted. */
  #leaveStream(): void {
    if (this.#isStreaming && this.#current !== null) this.#current.pieces = null;
    this.#isStreaming = false;
  }

  /** Takes what is here; false where nothing is. */
  #advance(batch: Batch): boolean {
    const current = this.#current;
    if (current === null) return this.#takeReply(batch);
    if (current.body.state === 'open' && !this.#takeOctets(current)) return false;
    this.#collect(current, batch);
    return true;
  }

  #takeReply(batch: Batch): boolean {
    this.#ask();
    const reply = this.#connection.takeReply();
    if (reply === null) return false;
    const mail = this.#mail[this.#answered];
    if (reply.kind === 'continue') throw outOfStep(this.#connection.peer);
    if (mail === undefined) this.#end(batch);
    else if (reply.kind === 'ok') {
      batch.items.push(...this.#refusals.given());
      this.#current = { mail, body: this.#begin(mail), pieces: [] };
    } else {
      this.#refusals.add(mail, reply);
      this.#answer();
      if (this.#answered === this.#mail.length && !this.#isProofAsked) this.#end(batch);
    }
    return true;
  }

  #begin({ size }: ListedMail): Body {
    const isWhole = this.#command === 'RETR';
    return new Body({
      size: isWhole ? size : null,
      lineFeeds: this.#connection.endsLinesByLf,
    });
  }

  #end(batch: Batch): void {
    this.#connection.checkInStep();
    // Who has no TOP refuses every one.
    if (this.#command === 'RETR') batch.items.push(...this.#refusals.atEnd());
    this.#isEnded = true;
  }

  #answer(): void {
    this.#answered += 1;
    this.#window.answer();
  }

  /** False where nothing is here. */
  #takeOctets(current: Current): boolean {
    const octets = this.#connection.takeOctets();
    if (octets === null) return false;
    const { body } = current;
    const before = body.octets;
    body.push(octets);
    this.#window.arrive(body.octets - before);
    const pieces = body.take();
    current.pieces?.push(...pieces);
    if (body.state === 'ended') {
      this.#connection.endOctets(body.rest);
      this.#current = null;
      this.#answer();
    }
    this.#ask();
    return true;
  }

  #collect({ mail, body, pieces }: Current, batch: Batch): void {
    switch (body.state) {
      case 'open':
        if (pieces !== null && body.octets > largestWhole) this.#handOn(batch);
        break;
      case 'ended':
        if (pieces === null) break;
        batch.items.push({ kind: 'message', mail, body: { kind: 'whole', octets: pieces } });
        batch.octets += body.octets;
        break;
      case 'out-of-step':
      case 'endless':
        if (pieces !== null) batch.items.push({ kind: 'refused', mail, error: this.#lose(body) });
        else this.#lose(body);
    }
  }

  #handOn(batch: Batch): void {
    const current = this.#current;
    if (current === null) return;
    this.#isStreaming = true;
    const chunks = this.#stream(current);
    batch.items.push({ kind: 'message', mail: current.mail, body: { kind: 'stream', chunks } });
  }

  async *#stream(current: Current): AsyncGenerator<Buffer> {
    const { body } = current;
    while (current.pieces !== null) {
      const pieces = current.pieces;
      current.pieces = [];
      yield* pieces;
      if (body.state === 'ended') return;
      if (body.state !== 'open') throw this.#lose(body);
      await this.#moreOf(current);
    }
    throw new InternalError('a message was read on after the next one had been asked for');
  }

  async #moreOf(current: Current): Promise<void> {
    try {
      if (!this.#takeOctets(current)) await this.#wait();
    } catch (error) {
      this.#failure ??= error;
      throw error;
    }
  }

  /** Nobody knows where this message ends, so the session is over too. The message's own error. */
  #lose(body: Body): RefusedError {
    const error = outOfStep(this.#connection.peer);
    this.#failure ??= error;
    this.#connection.fail(error);
    return new RefusedError(`nobody can tell where the message ends: ${whyUnknown(body)}`, {
      reach: 'message',
      retry: 'later',
      layer: 'session',
      remedy: 'It stays on the server: read it there, and tell the provider.',
    });
  }

  /** Asks for more where the window has room, several commands a packet. */
  #ask(): void {
    const lines: string[] = [];
    while (this.#mayAsk(lines.length > 0)) {
      const mail = this.#mail[this.#sent];
      if (mail === undefined) break;
      lines.push(this.#command === 'RETR' ? `RETR ${mail.number}` : `TOP ${mail.number} 0`);
      this.#window.ask(this.#command === 'RETR' ? mail.size : 0);
      this.#sent += 1;
    }
    if (this.#mayAskForProof()) {
      lines.push('NOOP');
      this.#isProofAsked = true;
    }
    this.#connection.send(lines);
  }

  #mayAsk(hasBegun: boolean): boolean {
    if (!this.#pipelining) return !hasBegun && this.#isServerIdle();
    return hasBegun ? !this.#window.isFull : this.#window.isLow;
  }

  #mayAskForProof(): boolean {
    if (this.#isProofAsked || this.#sent < this.#mail.length) return false;
    return this.#pipelining || (this.#current !== null && this.#isServerIdle());
  }

  /** All that was asked for seems to be here. */
  #isServerIdle(): boolean {
    const awaitsAnswer = this.#current?.body.awaitsAnswer === true;
    return this.#sent === this.#answered + (awaitsAnswer ? 1 : 0);
  }

  async #wait(): Promise<void> {
    this.#window.runDry();
    const body = this.#current?.body;
    if (body === undefined || body.awaitsAnswer) await this.#connection.waitForReply();
    else if (body.isDoubtful) await this.#waitInDoubt(body);
    else await this.#connection.waitForOctets();
  }

  async #waitInDoubt(body: Body): Promise<void> {
    try {
      await this.#connection.waitForOctets(doubtMs);
    } catch (error) {
      if (!(error instanceof TemporaryError) || error.code !== 'timeout') throw error;
      body.giveUp();
    }
  }
}

function whyUnknown(body: Body): string {
  if (body.state === 'endless') return 'it goes on far beyond its size';
  if (body.hasLooseEnd) return 'the server ends its lines by LF alone, or lies about the size';
  return 'the server does not double the dots that lines begin with (RFC 1939, section 3)';
}
