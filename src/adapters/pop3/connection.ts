/** One POP3 connection: command lines out, replies and multi-line responses in, each within its deadline. */

import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { TlsSettings } from '../../core/account/account.ts';
import { ConfigurationError, RefusedError, TemporaryError, type Layer } from '../../errors.ts';
import { connect, upgrade, type ConnectOptions, type Peer } from '../../wire/connect.ts';
import { timeoutError } from '../../wire/connection-error.ts';
import { SocketReader } from '../../wire/lines.ts';
import { printable } from '../../wire/printable.ts';
import { Floor } from './floor.ts';
import { parseReply, type Reply } from './reply.ts';

/** RFC 1939 section 3 allows 512 octets; servers that say more are known, servers without end are no servers. */
const lineLimit = 8192;
/** Some answers wait for the server's disk: the sizes of a large maildrop, the deletions at QUIT. */
const slowFactor = 5;
const dot = 0x2e;

/** How long an answer may take: the greeting as long as connecting, which it ends for the person who waits. */
type Pace = 'greeting' | 'usual' | 'slow';

export interface ConnectionLimits {
  /** DNS, TCP and TLS together, in milliseconds; and then the greeting. */
  readonly connectMs: number;
  /** For the whole first line of an answer, and of silence within what follows it, in milliseconds. */
  readonly answerMs: number;
  /** Of waiting within multi-line responses, in milliseconds, before what it brought is weighed (floor.ts). */
  readonly floorMs: number;
}

export class Pop3Connection {
  readonly peer: Peer & Pick<ConnectOptions, 'observe'>;
  readonly #limits: ConnectionLimits;
  readonly #floor: Floor;
  #socket: Socket;
  #reader: SocketReader;
  /** What was waited for the first line of the answer that is due, in milliseconds. */
  #waitedMs = 0;

  private constructor(socket: Socket, peer: Pop3Connection['peer'], limits: ConnectionLimits) {
    this.#socket = socket;
    this.peer = peer;
    this.#limits = limits;
    this.#floor = new Floor(limits.floorMs);
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

  get isBroken(): boolean {
    return this.#reader.isBroken;
  }

  /** The last line ended by LF alone, so this server's lines do. */
  get endsLinesByLf(): boolean {
    return this.#reader.endedByLf;
  }

  /** What the connection is at, for its errors. */
  set layer(layer: Layer) {
    this.#reader.layer = layer;
  }

  /** Sends commands in one go; their replies come in the same order. */
  send(lines: readonly string[]): void {
    if (lines.length === 0) return;
    // A line break in a name would be a command of its own.
    if (lines.some((line) => /[\r\n\0]/.test(line))) {
      throw new ConfigurationError('a user name or password for POP3 cannot hold a line break', {
        layer: 'login',
      });
    }
    this.#socket.write(lines.map((line) => `${line}\r\n`).join(''));
  }

  async reply(pace: Pace = 'usual'): Promise<Reply> {
    for (;;) {
      const reply = this.takeReply();
      if (reply !== null) return reply;
      await this.waitForReply(pace);
    }
  }

  async command(line: string, pace: Pace = 'usual'): Promise<Reply> {
    this.send([line]);
    return await this.reply(pace);
  }

  /** The reply that is due where it is here already, else null. Throws where what came is none. */
  takeReply(): Reply | null {
    const line = this.#reader.takeLine(lineLimit);
    if (line === null) return null;
    this.#waitedMs = 0;
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

  /** For more of the reply that is due. All of it must be here within its time, whatever comes in between. */
  async waitForReply(pace: Pace = 'usual'): Promise<void> {
    const { peer } = this;
    const patience = this.#patience(pace);
    const since = performance.now();
    await this.#reader.wait(Math.max(0, patience - this.#waitedMs), () =>
      timeoutError(peer.host, peer.port, patience, this.#reader.layer),
    );
    this.#waitedMs += performance.now() - since;
  }

  #patience(pace: Pace): number {
    const { connectMs, answerMs } = this.#limits;
    if (pace === 'greeting') return connectMs;
    return pace === 'slow' ? answerMs * slowFactor : answerMs;
  }

  /** The lines of a listing, after its +OK, up to the final dot; each is parsed before the next chunk is read. */
  async lines(onLine: (line: Buffer) => void): Promise<void> {
    for (;;) {
      const line = this.#reader.takeLine(lineLimit);
      if (line === null) await this.waitForOctets();
      else if (line.length === 1 && line[0] === dot) break;
      else {
        this.#floor.arrive(line.length);
        onLine(line[0] === dot ? line.subarray(1) : line);
      }
    }
    this.#floor.answer();
  }

  /** What is here of a multi-line response; null where nothing is. */
  takeOctets(): Buffer | null {
    const octets = this.#reader.takeChunk();
    this.#floor.arrive(octets?.length ?? 0);
    return octets;
  }

  /** What came behind the response that takeOctets() was asked for. */
  endOctets(rest: Buffer): void {
    this.#floor.answer();
    this.#reader.putBack(rest);
  }

  /** For more of a multi-line response: silence may last so long, and what comes be no less than the floor. */
  async waitForOctets(idleMs = this.#limits.answerMs): Promise<void> {
    const since = performance.now();
    await this.#reader.wait(Math.min(idleMs, this.#limits.answerMs));
    if (!this.#floor.waited(performance.now() - since, this.#reader.unread)) return;
    const error = this.#drips();
    this.fail(error);
    throw error;
  }

  #drips(): TemporaryError {
    const { host, port } = this.peer;
    return new TemporaryError(`${host}:${port} sends next to nothing any more`, {
      code: 'timeout',
      layer: this.#reader.layer,
      remedy: 'posthorn tries again at the next poll.',
    });
  }

  /** Throws where something came that no command is left to have asked for. */
  checkInStep(): void {
    if (this.#reader.unread > 0) throw outOfStep(this.peer);
  }

  /** Drops the socket; whoever waits for the server gets this error. */
  fail(reason: Error): void {
    this.#reader.fail(reason);
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

/** What was said is no answer to what was asked, so nothing on this connection can be believed any more. */
export function outOfStep({ host, port }: Peer): TemporaryError {
  return new TemporaryError(`${host}:${port} says more than it was asked for`, {
    layer: 'session',
    remedy: 'Nothing is deleted there. posthorn tries again at the next poll.',
  });
}
