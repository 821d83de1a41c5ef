/** A server that greets, then answers each line by a script, and keeps what it was told. */

import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export interface ScriptedServer {
  readonly port: number;
  /** Commands, and lines of messages. */
  readonly lines: string[];
  connections: number;
  stop(): Promise<void>;
}

/**
 * What it says to one line: nothing for `''`, the end for null; a function gets the socket and does as it likes. Lines of a
 * message come after a 354, and are answered by the script too.
 */
export type Answer = string | null | ((socket: Socket) => void);

export async function startScriptedServer(
  greeting: string | null,
  answer: (line: string) => Answer = () => '250 ok',
): Promise<ScriptedServer> {
  const lines: string[] = [];
  const sockets = new Set<Socket>();
  const started = { lines, connections: 0 };
  const server: Server = createServer((socket) => {
    started.connections += 1;
    sockets.add(socket.on('error', () => undefined));
    if (greeting !== null) socket.write(`${greeting}\r\n`);
    let pending = '';
    socket.on('data', (chunk) => {
      pending += chunk.toString('latin1');
      const all = pending.split('\r\n');
      pending = all.pop() ?? '';
      for (const line of all) {
        lines.push(line);
        say(socket, answer(line));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(() => resolve()));
  };
  return Object.assign(started, { port: (server.address() as AddressInfo).port, stop });
}

function say(socket: Socket, said: Answer): void {
  if (typeof said === 'function') said(socket);
  else if (said === null) socket.destroy();
  else if (said !== '') socket.write(`${said}\r\n`);
}
