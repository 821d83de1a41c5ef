/** Fetching messages: a window of RETR in flight, bodies that stream, and no more read ahead than memory should hold. */

import type { RemoteMessage } from '../../core/sync/message.ts';
import { InternalError } from '../../errors.ts';
import type { IncomingMessage } from '../../ports/mailbox-source.ts';
import type { Pop3Connection } from './connection.ts';
import { Backlog, Feed } from './read-ahead.ts';
import { refusal } from './reply.ts';

/** What may lie unread, in octets; beyond that the socket is left alone, and TCP slows the server. */
const readAheadLimit = 4 * 1024 * 1024;
/** What a message weighs that has no octets: its place in the queue. */
const messageWeight = 1024;

interface Incoming extends IncomingMessage {
  readonly body: Feed<Buffer>;
}

export class Retrieval {
  readonly #connection: Pop3Connection;
  readonly #messages: readonly RemoteMessage[];
  readonly #window: number;
  readonly #backlog = new Backlog(readAheadLimit);
  readonly #arrived = new Feed<Incoming>(() => this.#backlog.remove(messageWeight));
  #sent = 0;
  #cancelled = false;

  /** `window`: how many RETR may be without an answer; 1 where the server has no PIPELINING (RFC 2449 6.6). */
  constructor(connection: Pop3Connection, messages: readonly RemoteMessage[], window: number) {
    this.#connection = connection;
    this.#messages = messages;
    this.#window = window;
  }

  /** The next message whose answer has begun. */
  async next(): Promise<IteratorResult<IncomingMessage, undefined>> {
    return await this.#arrived.next();
  }

  /** Asks for no more; what is on its way already is read and, where nobody has it yet, thrown away. */
  cancel(): void {
    this.#cancelled = true;
    for (const { body } of this.#arrived.discard()) body.discard();
  }

  /** Ends when every answer is in; never rejects, `next` throws the errors. */
  async run(): Promise<void> {
    let body: Feed<Buffer> | undefined;
    try {
      for (let received = 0; this.#ask(received); received += 1) {
        await this.#backlog.room();
        body = new Feed<Buffer>((chunk) => this.#backlog.remove(chunk.length));
        await this.#receive(this.#messages[received], body);
      }
      this.#arrived.end();
    } catch (error) {
      body?.fail(error);
      this.#arrived.fail(error);
    }
  }

  /** Keeps the window at least half full, several commands a packet; whether an answer is due. */
  #ask(received: number): boolean {
    const inFlight = this.#sent - received;
    if (!this.#cancelled && inFlight <= this.#window / 2) {
      const next = this.#messages.slice(this.#sent, received + this.#window);
      if (next.length > 0)
        this.#connection.send(next.map((message) => `RETR ${numberOf(message)}`));
      this.#sent += next.length;
    }
    return received < this.#sent;
  }

  async #receive(message: RemoteMessage | undefined, body: Feed<Buffer>): Promise<void> {
    const reply = await this.#connection.reply();
    this.#hand(message, body);
    if (reply.kind !== 'ok') {
      body.fail(refusal('to give the message', reply, { reach: 'message', retry: 'later' }));
      return;
    }
    for await (const octets of this.#connection.octets()) {
      this.#backlog.add(octets.length);
      body.push(octets);
      await this.#backlog.room();
    }
    body.end();
  }

  #hand(message: RemoteMessage | undefined, body: Feed<Buffer>): void {
    if (message === undefined || this.#cancelled) {
      body.discard();
      return;
    }
    this.#backlog.add(messageWeight);
    this.#arrived.push({ message, body });
  }
}

export function numberOf(message: RemoteMessage): number {
  if (message.number !== undefined) return message.number;
  throw new InternalError('a POP3 message without its number in this session');
}
