/** account trust: what is shown of a certificate, and that nothing is pinned unless somebody agrees. */
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuthority, type Authority, type CertificateKind } from '../../servers/authority.ts';
import { startDovecot, type Dovecot } from '../../servers/dovecot.ts';
import { configuration, onDovecot, type Entry } from '../running/accounts.ts';
import { Home } from '../running/posthorn.ts';
import { converse } from '../running/terminal.ts';

let scratch: Home;
let authority: Authority;
let selfSigned: Dovecot;
let good: Dovecot;

beforeAll(async () => {
  scratch = await Home.make();
  authority = await createAuthority(join(scratch.folder, 'tls'));
  [selfSigned, good] = await Promise.all([
    startDovecot({ authority, certificate: 'self-signed' }),
    startDovecot({ authority }),
  ]);
});

afterAll(async () => {
  await Promise.all([selfSigned.stop(), good.stop()]);
  await scratch.remove();
});

async function fingerprintOf(kind: CertificateKind): Promise<string> {
  const { cert } = await authority.certificate(kind);
  const { fingerprint256 } = new X509Certificate(await readFile(cert));
  return fingerprint256.replaceAll(':', '').toLowerCase();
}

async function homeOn(server: Dovecot, incoming: Entry = {}, type: 'imap' | 'pop3' = 'imap') {
  const account = onDovecot(server, await server.addUser(), type);
  const merged = { ...(account['incoming'] as Entry), tls: {}, ...incoming };
  return Home.make(configuration({ work: { ...account, incoming: merged } }));
}

interface Document {
  servers: {
    server: string;
    standing: string | null;
    pinned: boolean;
    certificate: Record<string, unknown> | null;
    error: { code: string } | null;
  }[];
}

describe('a certificate that is not trusted', () => {
  it('is shown, and with nobody to ask nothing is pinned: 64', async () => {
    const home = await homeOn(selfSigned);
    const before = await readFile(home.config, 'utf8');
    const { status, stdout, stderr } = await home.run(['account', 'trust', 'work']);
    expect(status).toBe(64);
    expect(stdout).toMatch(/^incoming \S+:\d+: not trusted: it is self-signed$/m);
    expect(stdout).toContain(`SHA-256  ${await fingerprintOf('self-signed')}`);
    expect(stdout).toMatch(/valid {4}\d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d/);
    expect(stderr).toContain('Add --yes');
    expect(await readFile(home.config, 'utf8')).toBe(before);
    await home.remove();
  });

  it('is pinned with --yes, and sync works from then on', async () => {
    const home = await homeOn(selfSigned);
    expect((await home.run(['sync'])).stderr).toContain('posthorn account trust');
    const { status, document } = await home.json<Document>(['account', 'trust', 'work', '--yes']);
    expect(status).toBe(0);
    const fingerprint = await fingerprintOf('self-signed');
    expect(document.servers).toMatchObject([
      { server: 'incoming', standing: 'untrusted', pinned: true, certificate: { fingerprint } },
    ]);
    expect(await readFile(home.config, 'utf8')).toContain(fingerprint);
    expect((await home.run(['sync'])).status).toBe(0);
    const again = await home.run(['account', 'trust', 'work']);
    expect(again).toMatchObject({ status: 0, stderr: '' });
    expect(again.stdout).toContain('trusted: this certificate is pinned');
    await home.remove();
  });

  it.each([
    ['imap', 'imap'],
    ['pop3', 'pop3'],
  ] as const)('is found behind STARTTLS too: %s', async (type, port) => {
    const incoming = { security: 'starttls', port: selfSigned.ports[port] };
    const home = await homeOn(selfSigned, incoming, type);
    expect((await home.run(['account', 'trust', 'work', '--in', '--yes'])).status).toBe(0);
    expect((await home.run(['sync'])).status).toBe(0);
    await home.remove();
  });

  it('is pinned when a person says yes on a terminal', async () => {
    const home = await homeOn(selfSigned);
    const words = ['account', 'trust', 'work'];
    const { status, text } = await converse(home, words, [['Pin ', 'y']]);
    expect(text).toContain('incoming.tls.fingerprint now pins');
    expect(status).toBe(0);
    await home.remove();
  });
});

it('another certificate than the pinned one is told as such, and pinned anew', async () => {
  const home = await homeOn(selfSigned, { tls: { fingerprint: '0'.repeat(64) } });
  const shown = await home.json<Document>(['account', 'trust', 'work']);
  expect(shown.status).toBe(64);
  expect(shown.document.servers).toMatchObject([{ standing: 'otherwise', pinned: false }]);
  expect((await home.run(['account', 'trust', 'work', '--yes'])).status).toBe(0);
  expect((await home.run(['sync'])).status).toBe(0);
  await home.remove();
});

it('a certificate that holds by its authority is called trusted', async () => {
  const home = await homeOn(good, { tls: { ca: good.ca } });
  const { stdout } = await home.run(['account', 'trust', 'work']);
  expect(stdout).toMatch(/: trusted by its authority$/m);
  expect(stdout).toContain('issuer   posthorn test authority');
  await home.remove();
});

it('what cannot be shown is said by the status: no encryption 78, no server 75, no such side 78', async () => {
  const clear = await homeOn(good, { security: 'none', port: good.ports.imap });
  const none = await clear.run(['account', 'trust', 'work']);
  expect(none).toMatchObject({ status: 78, stdout: '' });
  expect(none.stderr).toContain('--in-security tls');
  const out = await clear.run(['account', 'trust', 'work', '--out', '--yes']);
  expect(out.status).toBe(78);
  const away = await homeOn(good, { host: '127.0.0.1', port: 9 });
  const gone = await away.json<Document>(['account', 'trust', 'work', '--yes']);
  expect(gone.status).toBe(75);
  expect(gone.document.servers).toMatchObject([
    { standing: null, certificate: null, error: { code: 'temporary' } },
  ]);
  await Promise.all([clear.remove(), away.remove()]);
});
