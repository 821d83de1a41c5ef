/** Servers that cannot be reached, do not answer, or are not who they say: the exit status, the account, what to do. */
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuthority } from '../servers/authority.ts';
import type { Authority, CertificateKind } from '../servers/authority.ts';
import { startDovecot } from '../servers/dovecot.ts';
import type { Dovecot } from '../servers/dovecot.ts';
import { startPostfix } from '../servers/postfix.ts';
import type { Postfix } from '../servers/postfix.ts';
import { configuration, onDovecot, secret, sendingBy } from './running/accounts.ts';
import type { Entry } from './running/accounts.ts';
import { documentIn, Home, posthorn } from './running/posthorn.ts';
import type { Result } from './running/posthorn.ts';
import { SilentServer } from './running/silent-server.ts';

const kinds = ['expired', 'wrong-host', 'self-signed'] as const;

const silent = new SilentServer();
let silence: ReturnType<typeof askSilentServer>;
let scratch: Home;
let authority: Authority;
let dovecot: Dovecot;
let postfix: Postfix;
const odd = new Map<CertificateKind, Dovecot>();

beforeAll(async () => {
  silence = askSilentServer(await silent.listen());
  scratch = await Home.make();
  authority = await createAuthority(join(scratch.folder, 'tls'));
  dovecot = await startDovecot({ authority, specialUse: true });
  postfix = await startPostfix({ dovecot });
  const start = (certificate: CertificateKind) => startDovecot({ authority, certificate });
  await Promise.all(kinds.map(async (kind) => odd.set(kind, await start(kind))));
});

afterAll(async () => {
  await Promise.all([postfix, dovecot, ...odd.values()].map((server) => server.stop()));
  silent.stop();
  await scratch.remove();
});

function oddServer(kind: CertificateKind): Dovecot {
  const server = odd.get(kind);
  if (server === undefined) throw new Error(`no server ${kind}`);
  return server;
}

const reaching = (incoming: Entry, type = 'imap'): Entry => ({
  type,
  identity: { address: 'you@example.org' },
  incoming: { security: 'none', password: secret('let-me-in'), ...incoming },
  send: false,
});

const sendingAt = (outgoing: Entry): Entry => ({
  identity: { address: 'you@example.org' },
  receive: false,
  outgoing: { ...outgoing, credentials: 'own', password: secret('let-me-in') },
});

/** Resolves with the one line that names the account, says what happened and what to do. */
async function syncFails(account: Entry, status: number, says: RegExp): Promise<string> {
  const home = await Home.make(configuration({ work: account }));
  try {
    const result = await home.run(['sync', 'work']);
    expect(result.stderr).toMatch(says);
    expect(result).toMatchObject({ status, stdout: '' });
    const lines = result.stderr.trimEnd().split('\n');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^posthorn: work: /);
    return result.stderr;
  } finally {
    await home.remove();
  }
}

describe.each(['imap', 'pop3'] as const)('an %s server', (type) => {
  it('that refuses the password: 77, and what to check', async () => {
    const user = await dovecot.addUser();
    const account = onDovecot(dovecot, { ...user, password: 'wrong-secret' }, type);
    const said = await syncFails(account, 77, /refused .*(password|login)/);
    expect(said).toMatch(/Check .*password/i);
    expect(said).not.toContain('wrong-secret');
  });

  it('whose name does not exist: 75, at once', async () => {
    const before = Date.now();
    const account = reaching({ host: 'nowhere.invalid', port: 1143 }, type);
    const said = await syncFails(account, 75, /nowhere\.invalid/);
    expect(said).toMatch(/Check the host name/);
    expect(Date.now() - before).toBeLessThan(20_000);
  });

  it('that refuses the connection: 75', async () => {
    const account = reaching({ host: '127.0.0.1', port: 9 }, type);
    const said = await syncFails(account, 75, /127\.0\.0\.1:9 refuses connections/);
    expect(said).toMatch(/Check host and port/);
  });

  it('that speaks another protocol: no waiting, and a word about the port', async () => {
    const port = type === 'imap' ? dovecot.ports.pop3 : dovecot.ports.imap;
    await syncFails(reaching({ host: '127.0.0.1', port }, type), 69, /Check .*port/);
  });

  it('that speaks no TLS on this port: 69', async () => {
    const port = type === 'imap' ? dovecot.ports.imap : dovecot.ports.pop3;
    const account = reaching({ host: '127.0.0.1', port, security: 'tls' }, type);
    await syncFails(account, 69, /does not speak TLS on this port.*Check port and security/);
  });

  it.each(kinds)('with a certificate that is %s: 69, which, and how to trust it', async (kind) => {
    const server = oddServer(kind);
    const why = {
      expired: /expired on \d{4}-\d\d-\d\d/,
      'wrong-host': /issued for other names: /,
      'self-signed': /self-signed/,
    };
    const said = await syncFails(onDovecot(server, await server.addUser(), type), 69, why[kind]);
    const { cert } = await authority.certificate(kind);
    const { fingerprint256 } = new X509Certificate(await readFile(cert));
    const pin = fingerprint256.replaceAll(':', '').toLowerCase();
    expect(said).toContain(`--in-tls-fingerprint ${pin}`);
    expect(said).toContain('--tls-ca');
  });
});

it('a self-signed certificate is trusted by its fingerprint, as the refusal said', async () => {
  const server = oddServer('self-signed');
  const { address, password } = await server.addUser();
  const home = await Home.make();
  const add = [
    ...['account', 'add', 'work', '--email', address, '--no-send', '--password-stdin'],
    ...['--in-host', server.host, '--in-port', String(server.ports.imaps)],
  ];
  const refused = await home.run(add, { input: password });
  expect(refused.status).toBe(69);
  expect(refused.stdout).toContain('self-signed');
  const pin = /--in-tls-fingerprint ([0-9a-f]{64})/.exec(refused.stdout)?.[1] ?? '';
  const wrong = `${pin.startsWith('0') ? '1' : '0'}${pin.slice(1)}`;
  const other = await home.run([...add, '--in-tls-fingerprint', wrong], { input: password });
  expect(other.status).toBe(69);
  expect(other.stdout).toContain('another certificate than the one that is pinned');
  const added = await home.run([...add, '--in-tls-fingerprint', pin], { input: password });
  expect(added).toMatchObject({ status: 0 });
  expect((await home.run(['sync'])).status).toBe(0);
  await home.remove();
});

it('an outgoing server: the same, told apart from the incoming one', async () => {
  const account = sendingBy(postfix, dovecot, await dovecot.addUser());
  const outgoing = { ...(account['outgoing'] as Entry), tls: {} };
  const home = await Home.make(configuration({ work: { ...account, outgoing } }));
  const { status, stdout } = await home.run(['account', 'test']);
  expect(status).toBe(69);
  const [receive = '', send = ''] = stdout.split(/^ {2}(?=send)/m);
  expect(receive).toMatch(/ok +login +by [A-Z].*\n +ok +folders +6 folders\n$/);
  expect(send).toMatch(/failed TLS +.*authority that is not trusted here/);
  expect(send).toContain('--out-tls-fingerprint');
  await home.remove();
});

it('a server that wants TLS before the password, asked in clear: refused, with the way out', async () => {
  const strict = await startDovecot({ disablePlaintextAuth: true, mechanisms: ['plain', 'login'] });
  const { password } = await strict.addUser();
  const { host, ports } = strict;
  for (const type of ['imap', 'pop3'] as const) {
    const account = reaching({ host, port: ports[type], password: secret(password) }, type);
    await syncFails(account, 69, /Set `security: tls` or `starttls`/);
  }
  await strict.stop();
});

describe('a password without encryption, beyond this machine', () => {
  interface Seen {
    status: number;
    stdout: string;
    heard: string[];
  }

  /** `account test` in a network of its own, where a server stands on an address that is no loopback one. */
  async function abroad(kind: string, account: Entry): Promise<Seen> {
    const home = await Home.make(configuration({ work: account }));
    const helper = join(import.meta.dirname, 'running', 'foreign-host.mjs');
    const { stdout, stderr } = await home.spawn([
      ...['unshare', '-n', process.execPath, helper, kind],
      ...[...posthorn, 'account', 'test', 'work'],
    ]).ended;
    await home.remove();
    expect(stderr).toBe('');
    return JSON.parse(stdout) as Seen;
  }

  const server = { host: '192.0.2.1', port: 2525, security: 'none' };
  const cases: [string, Entry][] = [
    ['imap', reaching(server)],
    ['pop3', reaching(server, 'pop3')],
    ['smtp', sendingAt(server)],
  ];

  it.each(cases)('%s: 78, and the password has not left', async (kind, account) => {
    const { status, stdout, heard } = await abroad(kind, account);
    expect(stdout).toContain('the password would leave without encryption');
    expect(stdout).toMatch(/Set `security: tls`.*--allow-insecure/);
    expect(status).toBe(78);
    const told = heard.join('\n');
    expect(told).not.toMatch(/PASS|LOGIN|AUTH /);
    expect(told).not.toContain('let-me-in');
  });

  it('leaves where the account allows it', async () => {
    const { heard } = await abroad('pop3', reaching({ ...server, allowInsecure: true }, 'pop3'));
    expect(heard.join('\n')).toMatch(/AUTH PLAIN|PASS let-me-in/);
  });
});

/** Six accounts that receive, two that send; beside all other tests, since its deadline is long. */
async function askSilentServer(port: number): Promise<[Result, ...Result[]]> {
  const place = (security: string): Entry => ({ host: '127.0.0.1', port, security });
  const accounts = ['imap', 'pop3'].flatMap((type) =>
    ['none', 'starttls', 'tls'].map((security): [string, Entry] => [
      `${type}-${security}`,
      reaching(place(security), type),
    ]),
  );
  const home = await Home.make(configuration(Object.fromEntries(accounts)));
  const senders = await Promise.all(
    ['none', 'tls'].map((security) =>
      Home.make(configuration({ work: sendingAt(place(security)) })),
    ),
  );
  const [sync, ...tests] = await Promise.all([
    home.run(['sync', '--json']),
    ...senders.map((each) => each.run(['account', 'test', '--json'])),
  ]);
  await Promise.all([home, ...senders].map((each) => each.remove()));
  return [sync, ...tests];
}

it('a server that never answers is given up at its deadline, whatever the protocol: 75', async () => {
  const [sync, ...tests] = await silence;
  const late = {
    code: 'timeout',
    status: 75,
    retry: 'later',
    message: expect.stringMatching(/^127\.0\.0\.1:\d+ did not answer within 30 s$/) as unknown,
    remedy: expect.stringMatching(/^Check/) as unknown,
  };
  expect(sync.status).toBe(75);
  const polled = documentIn<{ accounts: { account: string; error: Entry }[] }>(sync).accounts;
  expect(polled).toHaveLength(6);
  for (const { account, error } of polled)
    expect({ ...error, account }).toMatchObject({ ...late, account });
  for (const test of tests) {
    expect(test.status).toBe(75);
    expect(documentIn(test)['accounts']).toMatchObject([{ servers: [{ error: late }] }]);
  }
});
