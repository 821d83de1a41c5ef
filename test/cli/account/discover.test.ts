/** account discover, and the servers that account add finds by itself: the table without any network, DNS of the test's own. */
import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { startDnsServer, type DnsServer } from '../../adapters/autoconfig/dns-server.ts';
import { startDovecot, type Dovecot } from '../../servers/dovecot.ts';
import { startPostfix, type Postfix } from '../../servers/postfix.ts';
import { Home } from '../running/posthorn.ts';

let dovecot: Dovecot;
let postfix: Postfix;
let dns: DnsServer;
let home: Home;
let env: Record<string, string>;

beforeAll(async () => {
  dovecot = await startDovecot({});
  postfix = await startPostfix({ dovecot });
  const srv = { type: 'SRV', priority: 0, weight: 0, target: 'localhost' } as const;
  const none = [{ ...srv, port: 0, target: '.' }];
  dns = await startDnsServer({
    '_imaps._tcp.example.org': [{ ...srv, port: dovecot.ports.imaps }],
    '_submission._tcp.example.org': [{ ...srv, port: postfix.ports.submission }],
    '_pop3._tcp.example.org': none,
    '_pop3s._tcp.example.org': none,
    'example.com': [{ type: 'MX', priority: 0, target: 'smtpin.rzone.de' }],
  });
});

beforeEach(async () => {
  home = await Home.make();
  // The servers' own authority stands in for the system's.
  env = { POSTHORN_DNS: dns.address, SSL_CERT_FILE: dovecot.ca, P: 'secret' };
});

afterEach(async () => {
  await home.remove();
});

afterAll(async () => {
  await dns.stop();
  await postfix.stop();
  await dovecot.stop();
});

interface Entry {
  readonly incoming?: Record<string, unknown>;
  readonly outgoing?: Record<string, unknown>;
}

async function entry(name: string): Promise<Entry | undefined> {
  const file = parse(await readFile(home.config, 'utf8')) as { accounts?: Record<string, Entry> };
  return file.accounts?.[name];
}

const add = (...words: readonly string[]): string[] => [
  ...['account', 'add', 'work', '--skip-test', '--password-env', 'P'],
  ...words,
];

describe('account discover', () => {
  it('knows the providers of the table without asking anybody', async () => {
    const before = dns.asked.length;
    const { status, stdout, stderr } = await home.run(['account', 'discover', 'anna@gmx.de'], {
      env,
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(
      /\*\s+imap\s+imap\.gmx\.net:993\s+tls\s+anna@gmx\.de\s+known provider GMX/,
    );
    expect(stdout).toMatch(/\*\s+pop3\s+pop\.gmx\.net:995/);
    expect(stdout).toMatch(/\*\s+smtp\s+mail\.gmx\.net:465/);
    expect(stdout).toContain('GMX: access by IMAP must first be allowed');
    expect(dns.asked).toHaveLength(before);
  });

  it('prints one document with --json', async () => {
    const { status, document } = await home.json(['account', 'discover', 'anna@web.de'], { env });
    expect(status).toBe(0);
    expect(document).toMatchObject({
      version: 1,
      address: 'anna@web.de',
      domain: 'web.de',
      imap: {
        service: 'imap',
        server: { host: 'imap.web.de', port: 993, security: 'tls' },
        username: 'anna',
        source: 'provider',
        origin: 'WEB.DE',
        certain: true,
      },
      pop3: { server: { host: 'pop3.web.de' } },
      smtp: { server: { host: 'smtp.web.de' } },
      notes: [{ provider: 'WEB.DE', notes: ['enable-imap-first', 'enable-pop3-first'] }],
      trouble: [],
    });
  });

  it('knows the house that takes the mail of a domain', async () => {
    const { status, document } = await home.json(['account', 'discover', 'anna@example.com'], {
      env,
    });
    expect(status).toBe(0);
    expect(document).toMatchObject({
      imap: { server: { host: 'imap.strato.de' }, source: 'mx', origin: 'smtpin.rzone.de' },
    });
  });

  it('tries what DNS names, and says what is not of the domain', async () => {
    const { status, stdout } = await home.run(['account', 'discover', 'anna@example.org'], { env });
    expect(stdout).toContain(`localhost:${String(dovecot.ports.imaps)}`);
    expect(stdout).toMatch(/\*\s+imap.*DNS names it \(_imaps\._tcp\.example\.org\)/);
    expect(stdout).toMatch(/\*\s+smtp.*starttls/);
    expect(stdout).toContain('outside of the domain');
    expect(status).toBe(0);
  });

  it('takes no word without a domain: 65', async () => {
    const { status, stdout, stderr } = await home.run(['account', 'discover', 'anna']);
    expect({ status, stdout }).toEqual({ status: 65, stdout: '' });
    expect(stderr).toContain('"anna" is no mail address with a domain');
  });
});

describe('account add', () => {
  it('needs the address alone where the provider is known, and says so on standard error', async () => {
    const before = dns.asked.length;
    const { status, stderr } = await home.run(add('--email', 'anna@gmx.de'), { env });
    expect(stderr).toContain('incoming server imap.gmx.net:993 (tls): known provider GMX\n');
    expect(stderr).toContain('outgoing server mail.gmx.net:465 (tls): known provider GMX\n');
    expect(stderr).toContain('access by IMAP must first be allowed');
    expect(stderr).not.toContain('POP3');
    expect(status).toBe(0);
    const { incoming, outgoing } = (await entry('work')) ?? {};
    expect(incoming).toEqual({ host: 'imap.gmx.net', password: { env: 'P' } });
    expect(outgoing).toEqual({ host: 'mail.gmx.net' });
    expect(dns.asked).toHaveLength(before);
  });

  it('writes user name, port and security where they are not the usual ones', async () => {
    expect((await home.run(add('--email', 'anna@web.de'), { env })).status).toBe(0);
    expect((await entry('work'))?.incoming).toMatchObject({
      host: 'imap.web.de',
      username: 'anna',
    });
    await home.run(['account', 'remove', 'work', '--yes']);
    expect((await home.run(add('--email', 'anna@proton.me'), { env })).status).toBe(0);
    expect(await entry('work')).toMatchObject({
      incoming: { host: '127.0.0.1', port: 1143, security: 'starttls' },
      outgoing: { host: '127.0.0.1', port: 1025, security: 'starttls' },
    });
  });

  it('takes the POP3 server for a POP3 account', async () => {
    await home.run(add('--email', 'anna@gmx.de', '--type', 'pop3'), { env });
    expect((await entry('work'))?.incoming).toMatchObject({ host: 'pop.gmx.net' });
  });

  it('leaves everything that was given as it is', async () => {
    const own = ['--in-host', 'own.example.org', '--out-security', 'starttls', '--user', 'me'];
    await home.run(add('--email', 'anna@web.de', ...own), { env });
    const { incoming, outgoing } = (await entry('work')) ?? {};
    expect(incoming).toMatchObject({ host: 'own.example.org', username: 'me' });
    expect(outgoing).toEqual({ host: 'smtp.web.de', security: 'starttls' });
  });

  it('looks for nothing that the defaults of the file give', async () => {
    await home.configure(
      'version: 1\ndefaults:\n  outgoing: {host: relay.example.net, port: 25}\n',
    );
    const { stderr } = await home.run(add('--email', 'anna@gmx.de'), { env });
    expect(stderr).not.toContain('outgoing server');
    expect((await entry('work'))?.outgoing).toBeUndefined();
  });

  it('stays offline with --no-discover, and names what is missing', async () => {
    const before = dns.asked.length;
    for (const address of ['anna@gmx.de', 'anna@example.org']) {
      const { status, stderr } = await home.run(add('--email', address, '--no-discover'), { env });
      expect(stderr).toMatch(/(?:incoming|outgoing)\.host` is missing/);
      expect(status).toBe(78);
    }
    expect(dns.asked).toHaveLength(before);
  });

  it('uses no server outside of the domain without a person: it names it, and ends with 78', async () => {
    const { status, stderr } = await home.run(add('--email', 'anna@example.org'), { env });
    const { imaps, submission } = { ...dovecot.ports, ...postfix.ports };
    expect(stderr).toContain(
      `not used unasked. If it is right, add --in-host localhost --in-port ${String(imaps)}\n`,
    );
    expect(stderr).toContain(
      `add --out-host localhost --out-port ${String(submission)} --out-security starttls\n`,
    );
    expect(stderr).toMatch(/(?:incoming|outgoing)\.host` is missing/);
    expect(status).toBe(78);
  });
});
