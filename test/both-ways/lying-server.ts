/** A real Dovecot behind a proxy that lies: answers are changed on their way, or given in the server's place. */

import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface Command {
  readonly tag: string;
  /** Behind the tag, without its literals, e.g. `UID MOVE 1 "Archive"`. */
  readonly text: string;
  /** Folder that is selected, as the client wrote it. */
  readonly folder: string;
}

export interface Lie {
  /** Given instead of the server, which does not hear of it; `$` stands for the tag. */
  readonly instead?: (command: Command) => string | undefined;
  /** What becomes of one response, its literals within it, without its last line end; `command` is the last one. */
  readonly response?: (text: string, command: Command) => string | undefined;
}

export class LyingServer {
  readonly port: number;
  /** Null: the truth. */
  lie: Lie | null = null;
  readonly #stop: () => Promise<void>;

  private constructor(port: number, stop: () => Promise<void>) {
    this.port = port;
    this.#stop = stop;
  }

  static async before(port: number): Promise<LyingServer> {
    const sockets = new Set<Socket>();
    const server = createServer((client) => {
      const behind = connect(port, '127.0.0.1');
      for (const [socket, other] of [
        [client, behind],
        [behind, client],
      ] as const) {
        sockets.add(socket);
        socket.on('error', () => socket.destroy());
        socket.on('close', () => other.end());
      }
      carry(client, behind, () => liar.lie ?? {});
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const liar: LyingServer = new LyingServer((server.address() as AddressInfo).port, async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    });
    return liar;
  }

  stop(): Promise<void> {
    return this.#stop();
  }
}

function carry(client: Socket, server: Socket, lie: () => Lie): void {
  let command: Command = { tag: '', text: '', folder: '' };
  /** Continuations that the client has got from here already. */
  let early = 0;
  const asked = new Entries(
    (entry) => {
      const [, tag = '', text = ''] = /^(\S+) ?([^]*)$/.exec(withoutLiterals(entry)) ?? [];
      const opened = /^(?:SELECT|EXAMINE) "?([^" ]*)/.exec(text)?.[1];
      if (text !== '') command = { tag, text, folder: opened ?? command.folder };
      const answer = text === '' ? undefined : lie().instead?.(command);
      if (answer === undefined) return void server.write(entry, 'latin1');
      early = 0;
      client.write(answer.replaceAll(/^\$/gm, tag), 'latin1');
    },
    () => {
      early += 1;
      client.write('+ go on\r\n');
    },
  );
  const answered = new Entries((entry) => {
    if (entry.startsWith('+') && early > 0) {
      early -= 1;
      return;
    }
    const said = lie().response?.(entry.slice(0, -2), command);
    if (said === undefined) client.write(entry, 'latin1');
    else if (said !== '') client.write(`${said}\r\n`, 'latin1');
  });
  client.on('data', (chunk: Buffer) => asked.add(chunk));
  server.on('data', (chunk: Buffer) => answered.add(chunk));
}

/** A literal is octets of a message: nothing is to be read in it. */
function withoutLiterals(entry: string): string {
  const at = entry.search(/\{\d+\+?\}\r\n/);
  return at < 0 ? entry.slice(0, -2) : entry.slice(0, at);
}

/** Cuts a stream into commands or responses: lines with their literals. */
class Entries {
  #pending = '';
  /** Where the literal that is awaited ends. */
  #from = 0;
  readonly #each: (entry: string) => void;
  readonly #literal: () => void;

  /** `literal`: one that the other side waits to be asked for. */
  constructor(each: (entry: string) => void, literal: () => void = () => undefined) {
    this.#each = each;
    this.#literal = literal;
  }

  add(chunk: Buffer): void {
    this.#pending += chunk.toString('latin1');
    for (;;) {
      const end = this.#pending.indexOf('\r\n', this.#from);
      if (end < 0) return;
      const literal = /\{(\d+)(\+?)\}$/.exec(this.#pending.slice(this.#from, end));
      if (literal === null) {
        const entry = this.#pending.slice(0, end + 2);
        this.#pending = this.#pending.slice(end + 2);
        this.#from = 0;
        this.#each(entry);
        continue;
      }
      this.#from = end + 2 + Number(literal[1]);
      if (literal[2] === '') this.#literal();
    }
  }
}
