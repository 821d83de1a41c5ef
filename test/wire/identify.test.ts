/** What listens at a port: web servers, SSH, FTP, the mail protocols, in clear and under TLS; who says nothing is asked. */

import { readFile, rm, mkdtemp } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { identifyPort } from '../../src/wire/identify.ts';
import { protocolOf } from '../../src/wire/protocol-of.ts';
import { createAuthority } from '../servers/authority.ts';

let folder: string;
let keys: { cert: Buffer; key: Buffer };
const cleanups: (() => Promise<unknown>)[] = [];
const never = new AbortController().signal;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'posthorn-identify-'));
  const authority = await createAuthority(folder);
  const { cert, key } = await authority.certificate('self-signed');
  keys = { cert: await readFile(cert), key: await readFile(key) };
});

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

afterAll(() => rm(folder, { recursive: true }));

/** Resolves with its port. */
async function listening(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(async () => {
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  });
  return (server.address() as AddressInfo).port;
}

function identified(port: number, limits = { listenMs: 150, answerMs: 400 }) {
  return identifyPort({ host: '127.0.0.1', port }, never, limits);
}

const greeting = (text: string): Server => createServer((socket) => socket.write(text));

const encrypted = (text: string): Server =>
  createTlsServer(keys, (socket) => {
    socket.on('error', () => undefined);
    socket.write(text);
  });

describe('who speaks first is known by it', () => {
  it.each([
    ['ssh', 'SSH-2.0-OpenSSH_9.2p1 Debian\r\n'],
    ['ftp', '220 ProFTPD Server ready.\r\n'],
    ['imap', '* OK [CAPABILITY IMAP4rev1] ready\r\n'],
    ['pop3', '+OK ready\r\n'],
    ['smtp', '220 mail.example.org ESMTP\r\n'],
    ['other', 'RFB 003.008\n'],
  ])('%s', async (protocol, text) => {
    const identity = await identified(await listening(greeting(text)), {
      listenMs: 5_000,
      answerMs: 1,
    });
    expect(identity).toMatchObject({ protocol, encrypted: false, text: text.trimEnd() });
  });

  it('with control characters made harmless, and not more than a line', async () => {
    const port = await listening(greeting(`\u001b[2Jx${'y'.repeat(500)}\r\nsecond`));
    const identity = await identified(port, { listenMs: 5_000, answerMs: 1 });
    expect(identity?.text).toMatch(/^\?\[2Jxy{50,}…$/);
  });
});

describe('who says nothing is asked', () => {
  it('a web server', async () => {
    const port = await listening(createHttpServer((_request, response) => response.end('hello')));
    expect(await identified(port)).toMatchObject({ protocol: 'http', encrypted: false });
  });

  it('a web server under TLS, whatever its certificate', async () => {
    const server = createHttpsServer(keys, (_request, response) => response.end('hello'));
    expect(await identified(await listening(server))).toMatchObject({
      protocol: 'http',
      encrypted: true,
    });
  });

  it.each([
    ['imap', '* OK ready\r\n'],
    ['pop3', '+OK ready\r\n'],
    ['smtp', '220 mail ESMTP\r\n'],
  ])('%s under TLS', async (protocol, text) => {
    const port = await listening(encrypted(text));
    expect(await identified(port)).toMatchObject({ protocol, encrypted: true });
  });

  it('and where nothing comes of it, nothing is known', async () => {
    const port = await listening(createServer(() => undefined));
    expect(await identified(port)).toBeNull();
  });
});

it('who can not be reached is nobody', async () => {
  const server = createServer();
  const port = await listening(server);
  for (const cleanup of cleanups.splice(0)) await cleanup();
  expect(await identified(port)).toBeNull();
});

it('is broken off by the signal', async () => {
  const port = await listening(createServer(() => undefined));
  const stop = new AbortController();
  const running = identifyPort({ host: '127.0.0.1', port }, stop.signal, { listenMs: 60_000 });
  stop.abort(new Error('enough'));
  await expect(running).rejects.toThrow('enough');
});

it.each([
  ['HTTP/1.1 400 Bad Request', 'http'],
  ['<!DOCTYPE html>', 'http'],
  ['220 (vsFTPd 3.0.5)', 'ftp'],
  ['220-FileZilla Server 1.8', 'ftp'],
  ['220 mx.example.org ESMTP Postfix', 'smtp'],
  ['554 No service', 'smtp'],
  ['-ERR busy', 'pop3'],
  ['* BYE overloaded', 'imap'],
  ['* OKAY', 'other'],
  ['', 'other'],
])('%s is %s', (line, protocol) => {
  expect(protocolOf(line)).toBe(protocol);
});
