/** A server that says what a test tells it: for answers that no honest server gives. */

import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';

export interface Line {
  tag: string;
  /** The line behind the tag. */
  text: string;
  /** The whole line: one within a literal may look like a command. */
  raw: string;
}

/**
 * Answers a line; `undefined` leaves it to the polite answers. `$` at the start of a line stands for the tag of the last
 * command.
 */
export type Script = (line: Line, socket: Socket) => string | Buffer | undefined;

export interface ScriptedServer {
  readonly port: number;
  /** Lines as they came, passwords included. */
  readonly heard: string[];
  stop(): Promise<void>;
}

const basic = 'IMAP4rev1 AUTH=PLAIN SASL-IR';

export interface ScriptedOptions {
  greeting?: string;
  /** More that the server can, with blanks between. */
  capabilities?: string;
  /** Says yes to what a session begins with, unless the script answers. Default true. */
  polite?: boolean;
}

export async function scriptedServer(
  script: Script,
  options: ScriptedOptions = {},
): Promise<ScriptedServer> {
  const heard: string[] = [];
  const capabilities = `CAPABILITY ${basic} ${options.capabilities ?? ''}`.trimEnd();
  let last = '';
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    socket.write(options.greeting ?? `* OK [${capabilities}] ready\r\n`);
    let pending = '';
    socket.on('data', (chunk: Buffer) => {
      pending += chunk.toString('latin1');
      const lines = pending.split('\r\n');
      pending = lines.pop() ?? '';
      for (const text of lines) answer(text, socket);
    });
  });
  const answer = (text: string, socket: Socket): void => {
    heard.push(text);
    const [, tag = '', rest = ''] = /^(\S*) ?(.*)$/.exec(text) ?? [];
    // What a client says within a command has no tag.
    if (rest !== '') last = tag;
    const line = { tag: last, text: rest === '' ? text : rest, raw: text };
    const yes = options.polite === false ? undefined : polite(line, capabilities);
    const said = script(line, socket) ?? yes;
    if (said === undefined || socket.destroyed) return;
    socket.write(Buffer.isBuffer(said) ? said : said.replaceAll(/^\$/gm, last));
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    heard,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}

function polite({ text }: Pick<Line, 'text'>, capabilities: string): string | undefined {
  const [command = ''] = text.split(' ');
  switch (command.toUpperCase()) {
    case 'CAPABILITY':
      return `* ${capabilities}\r\n$ OK\r\n`;
    case 'AUTHENTICATE':
      return '$ OK in\r\n';
    case 'EXAMINE':
      return '* 3 EXISTS\r\n* OK [UIDVALIDITY 7] v\r\n* OK [UIDNEXT 9] n\r\n$ OK [READ-ONLY] open\r\n';
    case 'LOGOUT':
      return '* BYE\r\n$ OK\r\n';
    default:
      return undefined;
  }
}
