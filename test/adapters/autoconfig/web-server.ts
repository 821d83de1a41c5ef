/** A web server for tests on loopback: answers paths from a table, by https or in clear. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Certificate } from '../../servers/authority.ts';

export interface WebAnswer {
  readonly status?: number;
  readonly location?: string;
  readonly body?: string;
}

/** By path, or host and path, without what follows a question mark; `silent`: no answer at all. What is missing is 404. */
export type WebTable = Readonly<Record<string, WebAnswer | 'silent'>>;

export interface WebServer {
  readonly port: number;
  /** Host and path with query of each request. */
  readonly asked: readonly string[];
  stop(): Promise<void>;
}

/** In clear without a certificate. */
export async function startWebServer(
  table: WebTable,
  { certificate, port = 0 }: { readonly certificate?: Certificate; readonly port?: number } = {},
): Promise<WebServer> {
  const asked: string[] = [];
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    asked.push(`${request.headers.host ?? ''}${request.url ?? ''}`);
    const path = (request.url ?? '').replace(/\?.*$/, '');
    reply(table[`${request.headers.host ?? ''}${path}`] ?? table[path] ?? nothing, response);
  };
  const server =
    certificate === undefined
      ? createServer(answer)
      : createSecureServer(await pem(certificate), answer).on('tlsClientError', () => undefined);
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const nothing: WebAnswer = { status: 404 };

function reply(answer: WebAnswer | 'silent', response: ServerResponse): void {
  if (answer === 'silent') return;
  const { status = 200, location, body = '' } = answer;
  // The type is a web page's, as many a server says of all it has.
  response.writeHead(status, {
    'content-type': 'text/html',
    ...(location === undefined ? {} : { location }),
  });
  response.end(body);
}

async function pem({ cert, key }: Certificate): Promise<{ cert: Buffer; key: Buffer }> {
  return { cert: await readFile(cert), key: await readFile(key) };
}
