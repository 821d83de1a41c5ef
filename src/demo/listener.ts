/** Listens on loopback, hands each connection to a session, and closes all of them at the end. */

import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { Connection, ConnectionLost, type ConnectionOptions } from './connection.ts';

/** Certificate and key of a demo server, PEM. */
export interface DemoTls {
  key: string;
  cert: string;
}

export type DemoSecurity = 'none' | 'starttls' | 'tls';

export interface ListenOptions extends ConnectionOptions {
  /** 0 or nothing: a free one. */
  port?: number;
  /** `starttls` refuses logins before TLS; both it and `tls` need `tls`. Default `none`. */
  security?: DemoSecurity;
  tls?: DemoTls;
}

export interface DemoServer {
  readonly port: number;
  /** Cuts every open connection, and goes on listening. */
  drop(): void;
  /** Cuts every open connection and frees the port. */
  stop(): Promise<void>;
}

export async function listen(
  options: ListenOptions,
  serve: (connection: Connection) => Promise<void>,
): Promise<DemoServer> {
  const sockets = new Set<Socket>();
  const onSocket = (socket: Socket) => {
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    void runSession(new Connection(socket, options), serve);
  };
  const server =
    options.security === 'tls'
      ? createTlsServer({ ...options.tls }, onSocket)
      : createServer(onSocket);
  server.on('tlsClientError', () => undefined);
  return await open(server, sockets, options.port ?? 0);
}

/** Binds the server to 127.0.0.1 and keeps book of its sockets. */
export async function open(
  server: Server,
  sockets: Set<Socket>,
  port: number,
): Promise<DemoServer> {
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const drop = () => {
    for (const socket of sockets) socket.destroy();
  };
  const stop = async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    drop();
    await closed;
  };
  return { port: (server.address() as AddressInfo).port, drop, stop };
}

async function runSession(
  connection: Connection,
  serve: (connection: Connection) => Promise<void>,
): Promise<void> {
  try {
    await serve(connection);
    connection.end();
  } catch (error) {
    connection.destroy();
    if (!(error instanceof ConnectionLost)) throw error;
  }
}
