import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSmtpServer } from '../../../src/demo/smtp-server.ts';
import { userWith } from '../../demo/clients.ts';
import { createAuthority, type Authority, type CertificateKind } from '../../servers/authority.ts';
import { connectTo, never } from './senders.ts';

const cleanups: (() => Promise<unknown> | unknown)[] = [];
let authority: Authority;

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-smtp-'));
  authority = await createAuthority(folder);
  return () => rmSync(folder, { recursive: true });
});

// Only at the end, when every handshake is over: cutting one below TLS can crash Node 20.
afterAll(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function server(security: 'tls' | 'starttls', kind: CertificateKind) {
  const { cert, key } = await authority.certificate(kind);
  const tls = { cert: await readFile(cert, 'utf8'), key: await readFile(key, 'utf8') };
  let logins = 0;
  const user = userWith();
  const started = await startSmtpServer({ users: [user], security, tls });
  cleanups.push(() => started.stop());
  const counted = { ...started, logins: () => logins };
  Object.defineProperty(user, 'password', {
    get: () => {
      logins += 1;
      return 'geheim';
    },
  });
  return counted;
}

describe.each(['tls', 'starttls'] as const)('by %s', (security) => {
  it.each<[CertificateKind, RegExp]>([
    ['expired', /expired/],
    ['wrong-host', /other names/],
    ['self-signed', /self-signed/],
  ])('a certificate that is %s is refused before any login', async (kind, message) => {
    const { port, logins } = await server(security, kind);
    await expect(connectTo({ port, security, tls: { ca: authority.ca } })).rejects.toMatchObject({
      ...{ exitStatus: 69, code: 'certificate', layer: 'tls' },
      message: expect.stringMatching(message),
    });
    expect(logins()).toBe(0);
  });

  it('a good one is trusted, and the mail goes', async () => {
    const { port, deliveries } = await server(security, 'good');
    const open = await connectTo({ port, security, tls: { ca: authority.ca } });
    const octets = Buffer.from('Subject: x\r\n\r\n');
    const message = { from: 'mara@brunnen.example', recipients: ['a@x.example'], octets };
    expect(await open.send(message, never)).toMatchObject({ kind: 'answered' });
    expect(deliveries).toHaveLength(1);
    await open.close();
  });
});
