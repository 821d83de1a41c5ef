/** A socket read by lines and octets: the ground of the tests' own small clients, which share no code with the program. */
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ConnectionOptions, TLSSocket } from 'node:tls';

export interface DialogueOptions {
  host: string;
  port: number;
  /** TLS from the first octet, with these options. */
  tls?: ConnectionOptions;
  /** Longest silence of the server, 20 seconds unless given. */
  timeoutMs?: number;
}

export class Dialogue {
  #socket: Socket;
  #chunks: Buffer[] = [];
  #size = 0;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;
  readonly #timeoutMs: number;

  private constructor(socket: Socket, timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
    this.#socket = socket;
    this.#listen(socket);
  }

  static async open(options: DialogueOptions): Promise<Dialogue> {
    const { host, port, tls, timeoutMs = 20_000 } = options;
    const socket = tls === undefined ? connect(port, host) : connectTls({ ...tls, host, port });
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`${host}:${port} is silent`)));
    await once(socket, tls === undefined ? 'connect' : 'secureConnect');
    socket.setNoDelay(true);
    return new Dialogue(socket, timeoutMs);
  }

  /** The TLS connection, for looking at its certificate and version. */
  get tls(): TLSSocket | undefined {
    return 'getPeerCertificate' in this.#socket ? (this.#socket as TLSSocket) : undefined;
  }

  /** Next line without its end, octets as Latin-1. */
  async readLine(): Promise<string> {
    for (;;) {
      const end = this.#chunks[0]?.indexOf(10) ?? -1;
      if (end >= 0) {
        const line = this.#take(end + 1);
        return line.toString('latin1', 0, line.at(-2) === 13 ? end - 1 : end);
      }
      if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)];
      else await this.#more();
    }
  }

  async readBytes(count: number): Promise<Buffer> {
    while (this.#size < count) await this.#more();
    if ((this.#chunks[0]?.length ?? 0) < count) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#take(count);
  }

  write(data: string | Buffer): void {
    this.#socket.write(data, 'latin1');
  }

  /** Sends a line and returns the next one of the server. */
  ask(line: string): Promise<string> {
    this.write(`${line}\r\n`);
    return this.readLine();
  }

  async startTls(options: ConnectionOptions): Promise<void> {
    this.#socket.removeAllListeners('data');
    const socket = connectTls({ ...options, socket: this.#socket });
    await once(socket, 'secureConnect');
    socket.setTimeout(this.#timeoutMs, () => socket.destroy(new Error('the server is silent')));
    this.#socket = socket;
    this.#listen(socket);
  }

  close(): void {
    this.#socket.destroy();
  }

  #listen(socket: Socket): void {
    const fail = (error: Error): void => {
      this.#failure ??= error;
      this.#wake?.();
    };
    socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#size += chunk.length;
      this.#wake?.();
    });
    socket.on('error', fail);
    socket.on('close', () => fail(new Error('the server closed the connection')));
  }

  async #more(): Promise<void> {
    const before = this.#size;
    this.#complain();
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    if (this.#size === before) this.#complain();
  }

  #complain(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  #take(count: number): Buffer {
    const first = this.#chunks[0] ?? Buffer.alloc(0);
    const rest = first.subarray(count);
    if (rest.length === 0) this.#chunks.shift();
    else this.#chunks[0] = rest;
    this.#size -= count;
    return first.subarray(0, count);
  }
}
