/** What counts as a mail server: the right service, by TLS, with a certificate that holds. */
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer, TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createCertificates } from '../../../src/adapters/autoconfig/certificate.ts';
import { createDiscovery } from '../../../src/adapters/autoconfig/discovery.ts';
import type { Service } from '../../../src/core/discovery/discovery.ts';
import { createAuthority, type Authority, type CertificateKind } from '../../servers/authority.ts';

let folder: string;
let authority: Authority;
const cleanups: (() => Promise<unknown>)[] = [];
const { signal } = new AbortController();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'posthorn-probe-'));
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
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return (server.address() as AddressInfo).port;
}

async function keys(kind: CertificateKind): Promise<{ cert: Buffer; key: Buffer }> {
  const { cert, key } = await authority.certificate(kind);
  return { cert: await readFile(cert), key: await readFile(key) };
}

/** Speaks TLS at once, and greets. */
async function secure(greeting: string, kind: CertificateKind = 'good'): Promise<number> {
  const server = createTlsServer(await keys(kind), (socket) => {
    socket.on('error', () => undefined);
    socket.write(greeting);
  });
  server.on('tlsClientError', () => undefined);
  return await listening(server);
}

/** Greets in clear, answers each line by the table, and goes over into TLS where the answer says so. */
async function plain(
  greeting: string,
  answers: Readonly<Record<string, string>>,
  kind: CertificateKind = 'good',
): Promise<number> {
  const options = await keys(kind);
  const server = createServer((socket) => {
    socket.write(greeting);
    socket.on('data', (chunk: Buffer) => {
      const line = chunk.toString('latin1').trimEnd();
      socket.write(answers[line] ?? answers['*'] ?? '');
      if (!/STARTTLS|STLS/.test(line)) return;
      socket.removeAllListeners('data');
      new TLSSocket(socket, { isServer: true, ...options }).on('error', () => undefined);
    });
  });
  return await listening(server);
}

function probe(
  service: Service,
  port: number,
  security: 'tls' | 'starttls',
  timeoutMs = 3_000,
): Promise<void> {
  const discovery = createDiscovery({ timeoutMs, tls: { ca: authority.ca } });
  return discovery.probe(service, { host: 'localhost', port, security }, signal);
}

describe('TLS from the first octet', () => {
  it.each([
    ['imap', '* OK ready\r\n'],
    ['pop3', '+OK ready\r\n'],
    ['smtp', '220-one\r\n220 mx.example.org ESMTP\r\n'],
  ] as const)('%s is known by its greeting', async (service, greeting) => {
    await expect(probe(service, await secure(greeting), 'tls')).resolves.toBeUndefined();
  });

  it.each([
    ['imap', '220 mx.example.org ESMTP\r\n'],
    ['pop3', '* OK ready\r\n'],
    ['smtp', 'HTTP/1.1 400 Bad Request\r\n'],
    ['smtp', '554 go away\r\n'],
  ] as const)('another service is not %s: %j', async (service, greeting) => {
    await expect(probe(service, await secure(greeting), 'tls')).rejects.toMatchObject({
      exitStatus: 69,
      message: expect.stringContaining(`does not speak ${service.toUpperCase()}`) as string,
    });
  });

  it.each(['wrong-host', 'expired', 'self-signed'] as const)(
    'a certificate that is %s does not hold',
    async (kind) => {
      const port = await secure('* OK ready\r\n', kind);
      await expect(probe('imap', port, 'tls')).rejects.toMatchObject({ code: 'certificate' });
    },
  );

  it('a server that says nothing is given up within the deadline', async () => {
    const port = await secure('');
    await expect(probe('imap', port, 'tls', 300)).rejects.toMatchObject({ exitStatus: 75 });
  });
});

describe('STARTTLS', () => {
  const imap = { 'a STARTTLS': '* CAPABILITY IMAP4rev1\r\na OK begin\r\n' };
  const smtp = {
    'EHLO [127.0.0.1]': '250-mx\r\n250-STARTTLS\r\n250 SIZE 1\r\n',
    STARTTLS: '220 go on\r\n',
  };

  it.each([
    ['imap', '* OK ready\r\n', imap],
    ['pop3', '+OK ready\r\n', { STLS: '+OK begin\r\n' }],
    ['smtp', '220 mx\r\n', smtp],
  ] as const)('%s goes over into TLS', async (service, greeting, answers) => {
    const port = await plain(greeting, answers);
    await expect(probe(service, port, 'starttls')).resolves.toBeUndefined();
  });

  it.each([
    ['imap', '* OK ready\r\n', { '*': 'a BAD no\r\n' }],
    ['pop3', '+OK ready\r\n', { '*': '-ERR no\r\n' }],
    ['smtp', '220 mx\r\n', { ...smtp, STARTTLS: '502 no\r\n' }],
  ] as const)('%s that refuses it is no candidate', async (service, greeting, answers) => {
    const port = await plain(greeting, answers);
    await expect(probe(service, port, 'starttls')).rejects.toMatchObject({
      exitStatus: 69,
      message: expect.stringContaining('offers no STARTTLS') as string,
    });
  });

  it('is judged by its certificate as well', async () => {
    const port = await plain('* OK ready\r\n', imap, 'wrong-host');
    await expect(probe('imap', port, 'starttls')).rejects.toMatchObject({ code: 'certificate' });
  });
});

describe('a certificate to look at', () => {
  const smtp = {
    'EHLO [127.0.0.1]': '250-mx\r\n250-STARTTLS\r\n250 SIZE 1\r\n',
    STARTTLS: '220 go on\r\n',
  };

  it.each([
    ['self-signed', /self-signed/],
    ['expired', /expired on/],
    ['wrong-host', /issued for other names/],
    ['good', null],
  ] as const)('is shown behind STARTTLS, and judged: %s', async (kind, trouble) => {
    const server = { host: 'localhost', port: await plain('220 mx\r\n', smtp, kind) } as const;
    const tls = { ca: authority.ca, fingerprint: '0'.repeat(64) };
    const certificates = createCertificates(3_000);
    const found = await certificates.shown(
      'smtp',
      { ...server, security: 'starttls' },
      tls,
      signal,
    );
    expect(found.fingerprint).toMatch(/^[0-9a-f]{64}$/);
    if (trouble === null) expect(found.trouble).toBeNull();
    else expect(found.trouble).toMatch(trouble);
  });

  it('is none where the server refuses TLS', async () => {
    const port = await plain('* OK ready\r\n', { '*': 'a BAD no\r\n' });
    const server = { host: 'localhost', port, security: 'starttls' } as const;
    await expect(createCertificates(3_000).shown('imap', server, {}, signal)).rejects.toMatchObject(
      { exitStatus: 69 },
    );
  });
});
