/** Pulls lines and raw octets from a socket: nothing is read before it is asked for, so a slow reader slows the server. */

import type { Socket } from 'node:net';
import { RefusedError, type Layer } from '../errors.ts';
import { connectionError, cutError, timeoutError } from './connection-error.ts';
import type { Peer } from './connect.ts';

const LF = 0x0a;
const CR = 0x0d;
const nothing = Buffer.alloc(0);

export interface ReaderOptions {
  readonly peer: Peer;
  /** First value of SocketReader.idleMs. */
  readonly idleMs: number;
}

export class SocketReader {
  readonly #socket: Socket;
  readonly #peer: Peer;
  #pending: Buffer = nothing;
  /** What the socket said. */
  #failure: Error | undefined;
  /** What the caller said; it comes before anything that may still lie in the socket. */
  #abandoned: Error | undefined;
  #wake: (() => void) | undefined;
  /** What the connection is at, for its errors. */
  layer: Layer = 'session';
  /** How long the server may say nothing at all while it is waited for, in milliseconds. */
  idleMs: number;
  /** The last line had no CR before its LF. */
  endedByLf = false;

  constructor(socket: Socket, options: ReaderOptions) {
    this.#socket = socket;
    this.#peer = options.peer;
    this.idleMs = options.idleMs;
    for (const event of ['readable', 'end', 'close']) socket.on(event, this.#onNews);
    socket.on('error', this.#onError);
  }

  /** Lets go of the socket, for TLS to take it over. What came in clear until now is thrown away (RFC 2595 section 4). */
  release(): void {
    for (const event of ['readable', 'end', 'close']) this.#socket.off(event, this.#onNews);
    this.#pending = nothing;
    while (this.#socket.read() !== null);
  }

  readonly #onNews = (): void => this.#wake?.();

  readonly #onError = (error: Error): void => {
    this.#failure ??= error;
    this.#wake?.();
  };

  /** Why the connection is to be taken as broken, for whoever waits now or later. */
  fail(reason: Error): void {
    this.#abandoned ??= reason;
    this.#socket.destroy();
    this.#wake?.();
  }

  /** Puts octets back in front of what is to come. */
  putBack(octets: Buffer): void {
    this.#pending = this.#pending.length === 0 ? octets : Buffer.concat([octets, this.#pending]);
  }

  /** Octets that are here and were not taken. */
  get unread(): number {
    return this.#pending.length + this.#socket.readableLength;
  }

  /** The connection is gone, or was given up. */
  get isBroken(): boolean {
    return this.#abandoned !== undefined || this.#socket.destroyed;
  }

  /** The next octets, as many as there are; never empty. A stream that ends is a TemporaryError. */
  async chunk(): Promise<Buffer> {
    for (;;) {
      const chunk = this.takeChunk();
      if (chunk !== null) return chunk;
      await this.wait(this.idleMs);
    }
  }

  /** The next line without its CRLF (or LF); RefusedError where it is longer than `limit` octets. */
  async line(limit: number): Promise<Buffer> {
    for (;;) {
      const line = this.takeLine(limit);
      if (line !== null) return line;
      await this.wait(this.idleMs);
    }
  }

  /** What is here already; null where nothing is. */
  takeChunk(): Buffer | null {
    this.#checkKept();
    const pending = this.#pending;
    this.#pending = nothing;
    if (pending.length > 0) return pending;
    return this.#socket.read() as Buffer | null;
  }

  /** As line(), where all of it is here already; else null. */
  takeLine(limit: number): Buffer | null {
    this.#checkKept();
    for (let searched = 0; ;) {
      const end = this.#pending.indexOf(LF, searched);
      if (end > limit || (end < 0 && this.#pending.length > limit)) throw this.#tooLong(limit);
      if (end >= 0) return this.#take(end);
      searched = this.#pending.length;
      const more = this.#socket.read() as Buffer | null;
      if (more === null) return null;
      this.#pending = searched === 0 ? more : Buffer.concat([this.#pending, more]);
    }
  }

  #take(end: number): Buffer {
    this.endedByLf = this.#pending[end - 1] !== CR;
    const line = this.#pending.subarray(0, this.endedByLf ? end : end - 1);
    this.#pending = this.#pending.subarray(end + 1);
    return line;
  }

  /**
   * Until anything more is here, or the stream has ended, which throws. Where nothing happens for so long, the connection is
   * given up with what `late` makes, else a timeout.
   */
  async wait(ms: number, late?: () => Error): Promise<void> {
    this.#checkAlive();
    await this.#news(ms, late);
    this.#checkKept();
  }

  #checkKept(): void {
    if (this.#abandoned !== undefined) throw this.#abandoned;
  }

  #checkAlive(): void {
    this.#checkKept();
    const { host, port } = this.#peer;
    if (this.#failure !== undefined) throw connectionError(this.#failure, host, port);
    if (this.#socket.destroyed || this.#socket.readableEnded)
      throw cutError(host, port, this.layer);
  }

  #news(ms: number, late?: () => Error): Promise<void> {
    const { layer } = this;
    const { host, port } = this.#peer;
    return new Promise((resolve) => {
      let isLate: NodeJS.Immediate | undefined;
      const giveUp = (): void => this.fail(late?.() ?? timeoutError(host, port, ms, layer));
      // A process that was busy for so long has not looked yet what came meanwhile.
      const timer = setTimeout(() => (isLate = setImmediate(giveUp)), ms);
      this.#wake = () => {
        clearTimeout(timer);
        clearImmediate(isLate);
        this.#wake = undefined;
        resolve();
      };
    });
  }

  #tooLong(limit: number): RefusedError {
    const { host, port } = this.#peer;
    return new RefusedError(`${host}:${port} sends a line of more than ${limit} octets`, {
      layer: 'session',
      remedy: 'Check that host and port are those of a mail server.',
    });
  }
}
