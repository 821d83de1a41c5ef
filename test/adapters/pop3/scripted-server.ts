/** A POP3 server that breaks rules on purpose: line ends, dots, sizes, and answers as a test wants them. */

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { eventOf } from '../../../src/demo/connection.ts';
import type { MaildropWorld } from '../../contract/maildrop-source.ts';
import { enter, type Opening } from './support.ts';

/** Says what it likes; `null`: nothing at all. An iterable is written piece by piece, as fast as the client takes it. */
export type Answer = string | Buffer | Iterable<Buffer> | AsyncIterable<Buffer> | null;

export interface Script {
  readonly messages?: readonly Buffer[];
  /** Ends the server's own lines; `\r\n`. */
  readonly eol?: string;
  /** Whether the dots that lines begin with are doubled; true. */
  readonly doubles?: boolean;
  /** What LIST says of a message. */
  readonly size?: (octets: Buffer, number: number) => number;
  readonly capabilities?: readonly string[];
  /** Answers this command, e.g. `RETR 2`, in place of the server; undefined leaves it to it. */
  readonly answer?: (command: string) => Answer | undefined;
  /** Writes so many octets at a time, in turns of their own. */
  readonly chunk?: number;
  /** The same with sizes that take turns. */
  readonly cuts?: readonly number[];
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Closes the connection when the client has said this. */
  readonly hangUpAt?: string;
}

export interface ScriptedServer {
  readonly port: number;
  /** All that clients said, line by line, as it arrives. */
  readonly said: readonly string[];
  readonly messages: Buffer[];
  stop(): Promise<void>;
}

export async function startScripted(script: Script): Promise<ScriptedServer> {
  const said: string[] = [];
  const messages = [...(script.messages ?? [])];
  const sockets = new Set<Socket>();
  const accept = (socket: Socket): void => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    new Conversation(socket, script, messages, said).run().catch(() => socket.destroy());
  };
  const server: Server =
    script.tls === undefined ? createServer(accept) : createTlsServer({ ...script.tls }, accept);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  };
  return { port: (server.address() as AddressInfo).port, said, messages, stop };
}

class Conversation {
  readonly #socket: Socket;
  readonly #script: Script;
  readonly #messages: Buffer[];
  readonly #said: string[];
  readonly #deleted = new Set<number>();

  constructor(socket: Socket, script: Script, messages: Buffer[], said: string[]) {
    this.#socket = socket;
    this.#script = script;
    this.#messages = messages;
    this.#said = said;
  }

  async run(): Promise<void> {
    await this.#write(this.#script.answer?.('') ?? this.#line('+OK ready'));
    let pending = '';
    for await (const chunk of this.#socket) {
      const lines = (pending + String(chunk)).split('\r\n');
      pending = lines.pop() ?? '';
      this.#said.push(...lines);
      for (const line of lines) {
        if (line === this.#script.hangUpAt) return void this.#socket.destroy();
        const answer = this.#script.answer?.(line);
        await this.#write(answer === undefined ? this.#answer(line) : answer);
        if (line === 'QUIT') return void this.#socket.end();
      }
    }
  }

  #answer(line: string): string | Buffer {
    const [command = '', word = ''] = line.split(' ');
    const number = Number(word);
    switch (command) {
      case 'CAPA':
        return this.#lines(this.#script.capabilities ?? ['USER', 'UIDL', 'TOP', 'PIPELINING']);
      case 'STAT':
        return this.#line(`+OK ${this.#messages.length} 0`);
      case 'UIDL':
        return this.#lines(this.#messages.map((octets, at) => `${at + 1} ${uidlOf(octets)}`));
      case 'LIST':
        return this.#lines(
          this.#messages.map((octets, at) => `${at + 1} ${this.#size(octets, at)}`),
        );
      case 'RETR':
        return this.#message(this.#messages[number - 1]);
      case 'TOP':
        return this.#message(headerOf(this.#messages[number - 1]));
      case 'DELE':
        this.#deleted.add(number);
        return this.#line('+OK');
      case 'QUIT':
        this.#commit();
        return this.#line('+OK');
      default:
        return this.#line('+OK');
    }
  }

  #size(octets: Buffer, at: number): number {
    return this.#script.size?.(octets, at + 1) ?? octets.length;
  }

  #commit(): void {
    const left = this.#messages.filter((_, at) => !this.#deleted.has(at + 1));
    this.#messages.splice(0, Infinity, ...left);
  }

  #line(text: string): string {
    return text + (this.#script.eol ?? '\r\n');
  }

  #lines(lines: readonly string[]): string {
    return ['+OK', ...lines, '.'].map((line) => this.#line(line)).join('');
  }

  #message(octets: Buffer | undefined): Buffer | string {
    if (octets === undefined) return this.#line('-ERR no such message');
    const text = octets.toString('latin1');
    // A line begins behind what ends the server's own lines.
    const dots = new RegExp(`(^|${this.#line('')})\\.`, 'g');
    const body = this.#script.doubles === false ? text : text.replaceAll(dots, '$1..');
    const end = text.endsWith('\n') ? '' : this.#line('');
    return Buffer.from(`${this.#line('+OK')}${body}${end}${this.#line('.')}`, 'latin1');
  }

  async #write(answer: Answer): Promise<void> {
    if (answer === null) return;
    if (typeof answer === 'string' || Buffer.isBuffer(answer))
      return await this.#send(Buffer.from(answer as string, 'latin1'));
    for await (const piece of answer) {
      if (!this.#socket.writable) return;
      await this.#send(piece);
    }
  }

  async #send(octets: Buffer): Promise<void> {
    const { chunk = octets.length, cuts = [chunk] } = this.#script;
    for (let at = 0, turn = 0, step = 0; at < octets.length; at += step, turn += 1) {
      if (!this.#socket.writable) return;
      step = cuts[turn % cuts.length] ?? octets.length;
      const isTaken = this.#socket.write(octets.subarray(at, at + step));
      if (!isTaken) await eventOf(this.#socket, ['drain', 'close']);
      else if (step < octets.length) await new Promise((done) => setImmediate(done));
    }
  }
}

function uidlOf(octets: Buffer): string {
  return createHash('sha256').update(octets).digest('hex');
}

function headerOf(octets: Buffer | undefined): Buffer | undefined {
  const end = octets?.indexOf('\r\n\r\n') ?? -1;
  return end < 0 ? octets : octets?.subarray(0, end + 4);
}

/** A scripted server as a world of the contract. */
export async function scriptedWorld(script: Script, opening: Opening = {}): Promise<MaildropWorld> {
  const refused = new Set<string>();
  let more = 0;
  const server = await startScripted({
    ...script,
    answer: (command) => {
      if (refused.has(command)) return '-ERR cannot open it\r\n';
      if (command === 'STAT' && more > 0) return `+OK ${server.messages.length + more} 0\r\n`;
      return script.answer?.(command);
    },
  });
  return {
    deliver: (messages) => {
      server.messages.push(...messages);
      return Promise.resolve();
    },
    connect: () => enter(server.port, opening),
    left: () => Promise.resolve([...server.messages]),
    refuse: (number) => refused.add(`RETR ${number}`),
    countMore: () => (more = 1),
    dispose: () => server.stop(),
  };
}
