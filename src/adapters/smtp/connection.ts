/** One SMTP connection: commands out, replies in, each within its deadline (RFC 5321 4.5.3.2). */

import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { OutgoingServer, TlsSettings } from '../../core/account/account.ts';
import { asPosthornError, InternalError, type Layer, type PosthornError } from '../../errors.ts';
import type { StepObserver } from '../../ports/connection-steps.ts';
import { connect, upgrade, type ConnectOptions, type Peer } from '../../wire/connect.ts';
import { timeoutError } from '../../wire/connection-error.ts';
import { SocketReader } from '../../wire/lines.ts';
import { turnedAway } from './failures.ts';
import { readReply, type SmtpReply } from './reply.ts';

/** Milliseconds. */
export interface ConnectionLimits {
  /** From the first packet to the end of the login. */
  readonly connectMs: number;
  /** For each reply to be whole, however it drips. */
  readonly answerMs: number;
  /** For a block of a message to be taken (RFC 5321 4.5.3.2.5): with its size it is the slowest line that counts as one. */
  readonly blockMs: number;
  /** How long the server may take over a whole message (RFC 5321 4.5.3.2.6). */
  readonly finalMs: number;
  /** For the answer to QUIT. */
  readonly quitMs: number;
}

/** The reader's own patience never ends: what is waited for has a deadline of its own. */
const withoutEnd = 2 ** 31 - 1;

export class SmtpConnection {
  readonly peer: Peer & Pick<ConnectOptions, 'observe'>;
  readonly limits: ConnectionLimits;
  #socket: Socket;
  #reader: SocketReader;
  #broken: PosthornError | null = null;

  private constructor(socket: Socket, peer: SmtpConnection['peer'], limits: ConnectionLimits) {
    this.#socket = socket;
    this.peer = peer;
    this.limits = limits;
    this.#reader = new SocketReader(socket, { peer, idleMs: withoutEnd });
    this.layer = 'greeting';
  }

  /** TCP, and TLS where it comes first; the greeting is not read yet. */
  static async open(
    { host, port, security, tls }: OutgoingServer,
    observe: StepObserver | undefined,
    limits: ConnectionLimits,
    signal: AbortSignal,
  ): Promise<SmtpConnection> {
    const peer = { host, port, observe };
    const atOnce = security === 'tls' ? tls : null;
    const socket = await connect({ ...peer, timeoutMs: limits.connectMs, signal, tls: atOnce });
    return new SmtpConnection(socket, peer, limits);
  }

  /** RFC 3207 section 4, after 220 to STARTTLS: what came in clear is thrown away before the handshake. */
  async startTls(tls: TlsSettings, signal: AbortSignal): Promise<void> {
    const { layer } = this.#reader;
    this.#reader.release();
    const timeoutMs = this.limits.connectMs;
    this.#socket = await upgrade(this.#socket, { ...this.peer, tls, timeoutMs, signal });
    this.#reader = new SocketReader(this.#socket, { peer: this.peer, idleMs: withoutEnd });
    this.layer = layer;
  }

  /** The encrypted socket, or null. */
  get tls(): TLSSocket | null {
    return this.#socket instanceof TLSSocket ? this.#socket : null;
  }

  get remoteAddress(): string | undefined {
    return this.#socket.remoteAddress;
  }

  /** Why it is of no use any more, or null. */
  get broken(): PosthornError | null {
    return this.#broken;
  }

  /** What the session is at, for its errors. */
  get layer(): Layer {
    return this.#reader.layer;
  }

  set layer(layer: Layer) {
    this.#reader.layer = layer;
  }

  /** Sends commands in one go (RFC 2920); their replies come in the same order. */
  send(lines: readonly string[]): void {
    // A line break would be a command of its own.
    if (lines.some((line) => /[\r\n\0]/.test(line)))
      throw new InternalError('a command of SMTP with a line break');
    this.#socket.write(lines.map((line) => `${line}\r\n`).join(''));
  }

  async command(line: string, withinMs?: number): Promise<SmtpReply> {
    this.send([line]);
    return await this.reply(withinMs);
  }

  /** The next reply, whatever it says. After 421 (RFC 5321 3.8) nothing more is read. */
  async reply(withinMs = this.limits.answerMs): Promise<SmtpReply> {
    return await this.within(this.nextReply(), withinMs);
  }

  /** The same without a deadline, for who waits for more than it. */
  async nextReply(): Promise<SmtpReply> {
    try {
      if (this.#broken !== null) throw this.#broken;
      const reply = await readReply(this.#reader);
      if (reply.code === 421) this.fail(turnedAway(reply, this.peer, this.layer));
      return reply;
    } catch (thrown) {
      this.fail(asPosthornError(thrown));
      throw this.#broken ?? thrown;
    }
  }

  /** Waits for what hangs on the server; too late, the connection ends, and so does the wait. */
  async within<T>(wait: Promise<T>, ms: number): Promise<T> {
    const { host, port } = this.peer;
    const timer = setTimeout(
      () => {
        this.fail(timeoutError(host, port, ms, this.layer));
      },
      Math.max(0, ms),
    );
    try {
      return await wait;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Until the octets have left, or the connection has ended: the next reply tells why. */
  async write(octets: Buffer): Promise<void> {
    const gone = new Promise<void>((resolve) => {
      this.#socket.write(octets, () => resolve());
    });
    await this.within(gone, this.limits.blockMs);
  }

  /** QUIT, waited for a little while; never throws. */
  async quit(): Promise<void> {
    if (this.#broken === null)
      await this.command('QUIT', this.limits.quitMs).catch(() => undefined);
    this.fail(new InternalError('the connection is closed'));
  }

  /** Drops the connection; what waits for it, now or later, is told the first reason. */
  fail(reason: Error): void {
    this.#broken ??= asPosthornError(reason);
    this.#reader.fail(this.#broken);
  }
}
