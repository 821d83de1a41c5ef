import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import {
  createServer as createTcpServer,
  type AddressInfo,
  type Server,
  type Socket,
} from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer, TLSSocket } from 'node:tls';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { TlsSettings } from '../../src/core/account/account.ts';
import { connect, probeCertificate } from '../../src/wire/connect.ts';
import { createAuthority, type Authority, type CertificateKind } from '../servers/authority.ts';

let folder: string;
let authority: Authority;
const cleanups: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'posthorn-wire-'));
  authority = await createAuthority(join(folder, 'tls'));
});

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

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

/** A TLS server that counts the octets it is sent. */
async function tlsServer(kind: CertificateKind) {
  const { cert, key } = await authority.certificate(kind);
  const heard: Buffer[] = [];
  const server = createTlsServer(
    { cert: await readFile(cert), key: await readFile(key) },
    (socket) => {
      socket.on('data', (data: Buffer) => heard.push(data));
      socket.on('error', () => undefined);
    },
  );
  server.on('tlsClientError', () => undefined);
  return { port: await listening(server), heard };
}

async function attempt(port: number, tls: TlsSettings | null, host = '127.0.0.1') {
  const socket = await connect({ host, port, tls, timeoutMs: 5000 });
  cleanups.push(async () => {
    socket.destroy();
    await Promise.resolve();
  });
  return socket;
}

async function failure(work: Promise<unknown>) {
  return await work.then(
    () => {
      throw new Error('it worked');
    },
    (error: unknown) => error as Error & { remedy?: string },
  );
}

describe('certificates', () => {
  it.each(['127.0.0.1', 'localhost'])('one of a known authority for %s is taken', async (host) => {
    const { port } = await tlsServer('good');
    const socket = await attempt(port, { ca: authority.ca }, host);
    expect((socket as TLSSocket).getProtocol()).toBe('TLSv1.3');
  });

  it.each([
    ['good', false, /issued by an authority that is not trusted here/],
    ['self-signed', true, /is self-signed/],
    ['expired', true, /expired on \d{4}-\d\d-\d\d/],
    ['wrong-host', true, /issued for other names: mail\.example\.net/],
  ] as const)('%s, authority known: %s', async (kind, known, words) => {
    const { port, heard } = await tlsServer(kind);
    const error = await failure(attempt(port, known ? { ca: authority.ca } : {}));
    expect(error).toMatchObject({ code: 'certificate', exitStatus: 69, layer: 'tls' });
    expect(error.message).toMatch(words);
    expect(error.message).toMatch(/SHA-256 [0-9a-f]{64}/);
    expect(error.remedy).toMatch(/--in-tls-fingerprint [0-9a-f]{64}/);
    expect(heard).toEqual([]);
  });

  it.each(['good', 'self-signed', 'expired', 'wrong-host'] as const)(
    'a pin trusts exactly the one it names: %s',
    async (kind) => {
      const { port } = await tlsServer(kind);
      const { facts, trouble } = await probeCertificate({ host: '127.0.0.1', port });
      expect(trouble).toEqual(expect.any(String));
      if (facts === null) throw new Error('no certificate');
      const socket = await attempt(port, { fingerprint: facts.fingerprint });
      expect(socket).toBeInstanceOf(TLSSocket);
      const other = { fingerprint: '0'.repeat(64), ca: authority.ca };
      const error = await failure(attempt(port, other));
      expect(error).toMatchObject({ code: 'certificate' });
      expect(error.message).toContain('another certificate than the one that is pinned');
    },
  );

  it.each(['missing.pem', 'empty.pem'])('an authority that is none: %s', async (name) => {
    await writeFile(join(folder, 'empty.pem'), 'nothing in here');
    const { port } = await tlsServer('good');
    const error = await failure(attempt(port, { ca: join(folder, name) }));
    expect(error).toMatchObject({ exitStatus: 78 });
    expect(error.message).toContain(name);
  });
});

describe('connecting', () => {
  it('a port where nobody listens', async () => {
    const server = createTcpServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    const error = await failure(attempt(port, null));
    expect(error).toMatchObject({ exitStatus: 75, layer: 'connect' });
    expect(error.message).toBe(`127.0.0.1:${port} refuses connections`);
  });

  it('a server that says nothing to a TLS handshake, within the deadline', async () => {
    const port = await listening(createTcpServer());
    const work = connect({ host: '127.0.0.1', port, tls: {}, timeoutMs: 50 });
    expect(await failure(work)).toMatchObject({ exitStatus: 75, code: 'timeout', layer: 'tls' });
  });

  it('a server that does not speak TLS', async () => {
    const port = await listening(createTcpServer((socket) => socket.write('+OK ready\r\n')));
    const error = await failure(attempt(port, {}));
    expect(error).toMatchObject({ exitStatus: 69, layer: 'tls' });
    expect(error.message).toContain('does not speak TLS');
  });

  it('a server that hangs up in the handshake', async () => {
    const port = await listening(createTcpServer((socket) => socket.destroy()));
    const error = await failure(attempt(port, {}));
    expect(error).toMatchObject({ exitStatus: 75 });
  });

  it('the signal ends it with its own reason', async () => {
    const port = await listening(createTcpServer());
    const abort = new AbortController();
    const work = connect({ host: '127.0.0.1', port, tls: {}, signal: abort.signal });
    abort.abort(new Error('enough'));
    expect((await failure(work)).message).toBe('enough');
  });
});
