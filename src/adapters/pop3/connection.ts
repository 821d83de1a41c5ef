/** One POP3 connection: command lines out, replies and multi-line responses in, each within its deadline. */

import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { TlsSettings } from '../../core/account/account.ts';
import { ConfigurationError, RefusedError, type Layer } from '../../errors.ts';
import { connect, upgrade, type ConnectOptions, type Peer } from '../../wire/connect.ts';
import { SocketReader } from '../../wire/lines.ts';
import { printable } from '../../wire/printable.ts';
import { parseReply, type Reply } from './reply.ts';
import { DotUnstuffer } from './unstuff.ts';

/** RFC 1939 section 3 allows 512 octets; servers that say more are known, servers without end are no servers. */
const lineLimit = 8192;
/** Some answers wait for the server's disk: the sizes of a large maildrop, the deletions at QUIT. */
const slowFactor = 5;

/** How long an answer may take: the greeting as long as connecting, which it ends for the person who waits. */
type Pace = 'greeting' | 'usual' | 'slow';

export interface ConnectionLimits {
  /** DNS, TCP and TLS together, in milliseconds; and then the greeting. */
  readonly connectMs: number;
  /** Silence while an answer is waited for, in milliseconds. */
  readonly answerMs: number;
}

export class Pop3Connection {
  readonly peer: Peer & Pick<ConnectOptions, 'observe'>;
  readonly #limits: ConnectionLimits;
  #socket: Socket;
  #reader: SocketReader;

  private constructor(socket: Socket, peer: Pop3Connection['peer'], limits: ConnectionLimits) {
    this.#socket = socket;
    this.peer = peer;
    this.#limits = limits;
    this.#reader = new SocketReader(socket, { peer, idleMs: limits.answerMs });
  }

  /** Connects; by TLS at once where settings are given. The greeting is not read yet. */
  static async open(
    peer: Peer & Pick<ConnectOptions, 'observe'>,
    tls: TlsSettings | null,
    limits: ConnectionLimits,
    signal: AbortSignal,
  ): Promise<Pop3Connection> {
    const socket = await connect({ ...peer, tls, timeoutMs: limits.connectMs, signal });
    return new Pop3Connection(socket, peer, limits);
  }

  /** RFC 2595 section 4, after +OK to STLS: what came in clear is thrown away before the handshake. */
  async startTls(tls: TlsSettings, signal: AbortSignal): Promise<void> {
    this.#reader.release();
    const { connectMs: timeoutMs, answerMs: idleMs } = this.#limits;
    this.#socket = await upgrade(this.#socket, { ...this.peer, tls, timeoutMs, signal });
    this.#reader = new SocketReader(this.#socket, { peer: this.peer, idleMs });
  }

  /** `TLSv1.3`, or null in clear. */
  get tls(): string | null {
    return this.#socket instanceof TLSSocket ? this.#socket.getProtocol() : null;
  }

  get remoteAddress(): string | undefined {
    return this.#socket.remoteAddress;
  }

  /** What the connection is at, for its errors. */
  set layer(layer: Layer) {
    this.#reader.layer = layer;
  }

  /** Sends commands in one go; their replies come in the same order. */
  send(lines: readonly string[]): void {
    // A line break in a name would be a command of its own.
    if (lines.some((line) => /[\r\n\0]/.test(line))) {
      throw new ConfigurationError('a user name or password for POP3 cannot hold a line break', {
        layer: 'login',
      });
    }
    this.#socket.write(lines.map((line) => `${line}\r\n`).join(''));
  }

  async reply(pace: Pace = 'usual'): Promise<Reply> {
    this.#reader.idleMs = this.#patience(pace);
    const line = await this.#reader.line(lineLimit);
    this.#reader.idleMs = this.#limits.answerMs;
    const reply = parseReply(line);
    if (reply !== null) return reply;
    throw new RefusedError(
      `${this.peer.host}:${this.peer.port} answers with what is no POP3: ${printable(line, 60)}`,
      {
        layer: this.#reader.layer,
        remedy: 'Check that host and port are those of a POP3 server.',
      },
    );
  }

  #patience(pace: Pace): number {
    const { connectMs, answerMs } = this.#limits;
    if (pace === 'greeting') return connectMs;
    return pace === 'slow' ? answerMs * slowFactor : answerMs;
  }

  async command(line: string, pace: Pace = 'usual'): Promise<Reply> {
    this.send([line]);
    return await this.reply(pace);
  }

  /** The lines of a listing, after its +OK, up to the final dot. */
  async *lines(): AsyncGenerator<string> {
    for (;;) {
      const line = (await this.#reader.line(lineLimit)).toString('latin1');
      if (line === '.') return;
      yield line.startsWith('.') ? line.slice(1) : line;
    }
  }

  /** The octets of a message, after its +OK, up to the final dot. */
  async *octets(): AsyncGenerator<Buffer> {
    const unstuffer = new DotUnstuffer();
    while (unstuffer.rest === null) yield* unstuffer.push(await this.#reader.chunk());
    this.#reader.unread(unstuffer.rest);
  }

  /** Drops the socket; whoever waits for the server gets this error. */
  fail(reason: Error): void {
    this.#reader.fail(reason);
  }

  destroy(): void {
    this.#socket.destroy();
  }
}
