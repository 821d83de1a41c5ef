/** One accepted connection: lines and counted octets in, octets out with back-pressure, TLS from the middle on. */

import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { TLSSocket } from 'node:tls';
import type { OnResponse } from './faults.ts';

/** Longest line that is read, in octets; a SEARCH or FETCH may name thousands of UIDs. */
const lineLimit = 1_000_000;

/** The peer has gone, or the test wants it so: ends the session, is no fault of the server. */
export class ConnectionLost extends Error {}

export interface ConnectionOptions {
  /** Writes so many octets at a time, to split CRLF and literals everywhere. */
  chunk?: number;
  onResponse?: OnResponse;
  /** Sees each line that the client sends, secrets too: for tests. */
  trace?: (line: string) => void;
}

export class Connection {
  #socket: Socket;
  #pending: Buffer = Buffer.alloc(0);
  readonly #options: ConnectionOptions;
  /** The command being answered, for the fault hook. */
  command = '';

  constructor(socket: Socket, options: ConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
  }

  get encrypted(): boolean {
    return this.#socket instanceof TLSSocket;
  }

  /** The next line without its line end; undefined at the end of the stream. */
  async line(): Promise<Buffer | undefined> {
    for (let searched = 0; ;) {
      const end = this.#pending.indexOf(0x0a, searched);
      if (end >= 0) {
        const taken = this.#take(end + 1);
        const line = taken.subarray(0, taken.at(-2) === 0x0d ? -2 : -1);
        this.#options.trace?.(line.toString());
        return line;
      }
      searched = this.#pending.length;
      if (searched > lineLimit) throw new ConnectionLost('line too long');
      const more = await this.#more();
      if (more === undefined) return undefined;
      this.#pending = Buffer.concat([this.#pending, more]);
    }
  }

  /** Exactly so many octets; fewer never come, a stream that ends before is a lost connection. */
  async octets(count: number): Promise<Buffer> {
    const parts = [this.#take(Math.min(count, this.#pending.length))];
    let missing = count - (parts[0]?.length ?? 0);
    while (missing > 0) {
      const more = await this.#more();
      if (more === undefined) throw new ConnectionLost('ended within a literal');
      this.#pending = more;
      const part = this.#take(Math.min(missing, more.length));
      parts.push(part);
      missing -= part.length;
    }
    return Buffer.concat(parts);
  }

  /** Writes one response, after the fault hook has had its say. */
  async write(...parts: readonly (Buffer | string)[]): Promise<void> {
    const buffers = parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part));
    const { onResponse } = this.#options;
    if (onResponse === undefined) return await this.#send(buffers);
    const verdict = await onResponse(this.command, Buffer.concat(buffers));
    if (verdict === 'stall') return await this.#stall();
    if (Buffer.isBuffer(verdict)) return await this.#send([verdict]);
    if (verdict !== 'close') await this.#send([verdict.last]);
    this.end();
    throw new ConnectionLost('closed on purpose');
  }

  /** Goes on under TLS. What arrived in clear is thrown away: it may have been injected (RFC 3207 section 6). */
  startTls(tls: { key: string; cert: string }): void {
    this.#pending = Buffer.alloc(0);
    const plain = this.#socket;
    this.#socket = new TLSSocket(plain, { isServer: true, ...tls });
    this.#socket.on('error', () => plain.destroy());
  }

  end(): void {
    this.#socket.end();
    // Lingering input would keep a half-closed socket alive.
    this.#socket.resume();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #take(count: number): Buffer {
    const taken = this.#pending.subarray(0, count);
    this.#pending = this.#pending.subarray(count);
    return taken;
  }

  async #more(): Promise<Buffer | undefined> {
    for (;;) {
      const chunk = this.#socket.read() as Buffer | null;
      if (chunk !== null) return chunk;
      if (this.#socket.destroyed || this.#socket.readableEnded) return undefined;
      await eventOf(this.#socket, ['readable', 'end', 'close']);
    }
  }

  async #send(buffers: readonly Buffer[]): Promise<void> {
    const { chunk } = this.#options;
    if (chunk === undefined) return await this.#flush(buffers);
    const all = Buffer.concat(buffers);
    for (let at = 0; at < all.length; at += chunk) {
      await this.#flush([all.subarray(at, at + chunk)]);
      await nextTurn();
    }
  }

  async #flush(buffers: readonly Buffer[]): Promise<void> {
    if (!this.#socket.writable) throw new ConnectionLost('the client has gone');
    this.#socket.cork();
    for (const buffer of buffers) this.#socket.write(buffer);
    this.#socket.uncork();
    if (this.#socket.writableNeedDrain) await eventOf(this.#socket, ['drain', 'close']);
  }

  async #stall(): Promise<never> {
    this.#socket.resume();
    if (!this.#socket.destroyed) await once(this.#socket, 'close');
    throw new ConnectionLost('stalled on purpose');
  }
}

/** Resolves at the first of the events, and leaves no listener behind. */
export function eventOf(socket: Socket, names: readonly string[]): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      for (const name of names) socket.off(name, done);
      resolve();
    };
    for (const name of names) socket.on(name, done);
  });
}
