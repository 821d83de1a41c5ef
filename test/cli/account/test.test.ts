/** account test against real servers: each layer, what failed and why, all accounts at once, a message to oneself. */
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuthority } from '../../servers/authority.ts';
import type { Authority } from '../../servers/authority.ts';
import { startDovecot } from '../../servers/dovecot.ts';
import type { Dovecot } from '../../servers/dovecot.ts';
import { startPostfix } from '../../servers/postfix.ts';
import type { Postfix } from '../../servers/postfix.ts';
import { configuration, onDovecot, secret, sendingBy } from '../running/accounts.ts';
import type { Entry } from '../running/accounts.ts';
import { below, Home } from '../running/posthorn.ts';

let scratch: Home;
let authority: Authority;
let dovecot: Dovecot;
let postfix: Postfix;
const others: Server[] = [];

beforeAll(async () => {
  scratch = await Home.make();
  authority = await createAuthority(join(scratch.folder, 'tls'));
  dovecot = await startDovecot({ authority, specialUse: true });
  postfix = await startPostfix({ dovecot });
});

afterAll(async () => {
  for (const server of others) server.close();
  await postfix.stop();
  await dovecot.stop();
  await scratch.remove();
});

/** Resolves with the port of a server that is no mail server. */
async function listening(server: Server): Promise<number> {
  others.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** Runs `account test` in a home of its own with these accounts. */
async function tested(accounts: Readonly<Record<string, Entry>>, ...words: readonly string[]) {
  const home = await Home.make(configuration(accounts));
  try {
    return await home.run(['account', 'test', ...words]);
  } finally {
    await home.remove();
  }
}

interface Step {
  layer: string;
}

interface Document {
  accounts: {
    account: string;
    servers: { direction: string; steps: Step[]; failedAt: string | null; diagnosis: unknown }[];
    roundTrip: { result: string; error?: { code: string; status: number } } | null;
  }[];
}

async function testedJson(accounts: Readonly<Record<string, Entry>>, ...words: readonly string[]) {
  const home = await Home.make(configuration(accounts));
  try {
    const result = await home.json<Document>(['account', 'test', ...words]);
    return { ...result, files: await below(home.folder) };
  } finally {
    await home.remove();
  }
}

function changed(entry: Entry, part: 'incoming' | 'outgoing', more: Entry): Entry {
  return { ...entry, [part]: { ...(entry[part] as Entry), ...more } };
}

describe('each layer', () => {
  it('of both servers, under TLS at once, to standard output alone', async () => {
    const account = sendingBy(postfix, dovecot, await dovecot.addUser());
    const { status, stdout, stderr } = await tested({ work: account });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const [receive = '', send = ''] = stdout.split(/^ {2}(?=send)/m);
    expect(receive).toMatch(
      /^work \(.*@example\.org\)\n {2}receive {2}127\.0\.0\.1:\d+ \(IMAP, TLS\)\n/,
    );
    const labels = [...receive.matchAll(/^ {4}ok +(\S+) /gm)].map(([, label]) => label);
    expect(labels).toEqual(['TCP', 'TLS', 'greeting', 'capabilities', 'login', 'folders']);
    expect(receive).toMatch(
      /TLSv1\.\d, certificate for localhost, .* by posthorn test authority, valid until \d{4}-/,
    );
    expect(send).toMatch(
      /greeting +mail\.example\.org ESMTP.*\n.*\n.*login +by PLAIN\n.*sender +\S+ may send\n/,
    );
    expect(stdout).not.toMatch(/\u001b|✓|let-me-in/);
  });

  it('of POP3 and SMTP by STARTTLS, from the name on', async () => {
    const base = sendingBy(postfix, dovecot, await dovecot.addUser(), 'pop3');
    const incoming = { host: 'localhost', port: dovecot.ports.pop3, security: 'starttls' };
    const outgoing = { host: 'localhost', port: postfix.ports.submission, security: 'starttls' };
    const account = changed(changed(base, 'incoming', incoming), 'outgoing', outgoing);
    const { status, document } = await testedJson({ work: account });
    expect(status).toBe(0);
    const layers = ['resolve', 'connect', 'greeting', 'tls', 'capabilities', 'login', 'session'];
    const [test] = document.accounts;
    expect(test?.roundTrip).toBeNull();
    for (const server of test?.servers ?? [])
      expect(server.steps.map(({ layer }) => layer)).toEqual(layers);
    expect(test?.servers[0]?.steps.at(-1)).toEqual({
      layer: 'session',
      found: 'messages',
      count: 0,
    });
    expect(test?.servers[0]?.steps[3]).toMatchObject({ pinned: false, version: 'TLSv1.3' });
  });
});

describe('what failed', () => {
  it('a password: causes in order, what both servers share told once, 77', async () => {
    const user = { ...(await dovecot.addUser()), password: 'wrong-secret' };
    const { status, stdout } = await tested({ work: sendingBy(postfix, dovecot, user) });
    expect(status).toBe(77);
    expect(stdout).toMatch(/ok +capabilities .*\n +failed login +.*refused name or password/);
    expect(stdout).toMatch(
      /tried: logging in to 127\.0\.0\.1:\d+ as \S+@example\.org\n +likely causes:\n +- the password .*\n +- the user name .*\n +- IMAP must/,
    );
    expect(stdout.match(/- the password is mistyped/g)).toHaveLength(1);
    expect(stdout).toContain('what to do: as above, and\n');
    expect(stdout).toContain('posthorn account edit work');
    expect(stdout).not.toContain('wrong-secret');
  });

  it('a secret that cannot be read: 75, and no server is asked', async () => {
    const account = onDovecot(dovecot, await dovecot.addUser());
    const unread = changed(account, 'incoming', { password: { command: ['sh', '-c', 'exit 1'] } });
    const { status, document } = await testedJson({ work: unread });
    expect(status).toBe(75);
    expect(document.accounts[0]?.servers).toMatchObject([
      {
        steps: [],
        failedAt: null,
        diagnosis: { tried: 'reading the password; no server was asked' },
      },
    ]);
  });

  it.each(['expired', 'wrong-host'] as const)('a certificate that is %s', async (certificate) => {
    const odd = await startDovecot({ authority, certificate });
    const { status, stdout } = await tested({ work: onDovecot(odd, await odd.addUser()) });
    await odd.stop();
    expect(status).toBe(69);
    expect(stdout).toMatch(/ok +TCP .*\n +failed TLS +the certificate of/);
    expect(stdout).toMatch({ expired: /renew it/, 'wrong-host': /another name/ }[certificate]);
    expect(stdout).toMatch(/--in-tls-fingerprint [0-9a-f]{64}/);
    expect(stdout).toContain('posthorn account trust work');
  });

  it('a name that does not exist', async () => {
    const account = onDovecot(dovecot, await dovecot.addUser());
    const { status, stdout } = await tested({
      work: changed(account, 'incoming', { host: 'nowhere.invalid' }),
    });
    expect(status).toBe(75);
    expect(stdout).toMatch(
      /failed DNS +the host nowhere\.invalid does not exist\n +tried: looking up/,
    );
    expect(stdout).toMatch(/mistyped(.*\n)+.*offline(.*\n)+.*posthorn account discover/);
  });

  it('a sender that the server does not take', async () => {
    const account = sendingBy(postfix, dovecot, await dovecot.addUser());
    const { address } = account['identity'] as { address: string };
    const server = createServer((socket) => {
      socket.write('220 strict.example ESMTP\r\n');
      socket.on('error', () => undefined);
      socket.on('data', (line) => {
        const said = line.toString();
        socket.write(said.startsWith('MAIL') ? '550 5.7.1 not you\r\n' : '250 strict.example\r\n');
      });
    });
    const outgoing = {
      host: '127.0.0.1',
      port: await listening(server),
      security: 'none',
      credentials: 'none',
      tls: {},
    };
    const { status, stdout } = await tested({ work: { ...account, receive: false, outgoing } });
    expect(status).toBe(69);
    expect(stdout).toMatch(
      /ok +login +none asked for\n +failed sender +the sender \S+ was refused: 550 5\.7\.1 not you/,
    );
    expect(stdout).toContain(`mail from ${address}`);
  });
});

describe('another protocol on the port', () => {
  const reaching = (port: number, security: string, type = 'imap'): Entry => ({
    type,
    identity: { address: 'you@example.org' },
    incoming: { host: '127.0.0.1', port, security, password: secret('let-me-in') },
    send: false,
  });

  it('is told as what it is, long before the deadline, by all accounts at once in the order of the file', async () => {
    const heard: string[] = [];
    const web = createHttpServer((_request, response) => response.end('hello'));
    web.on('connection', (socket) =>
      socket.on('data', (data) => heard.push(data.toString('latin1'))),
    );
    const http = await listening(web);
    const ssh = await listening(createServer((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n')));
    const before = Date.now();
    const { status, stdout } = await tested({
      'http-imap': reaching(http, 'none'),
      'http-pop3': reaching(http, 'starttls', 'pop3'),
      'http-tls': reaching(http, 'tls'),
      ssh: reaching(ssh, 'none'),
      'clear-on-tls': reaching(dovecot.ports.imap, 'tls'),
      'tls-on-clear': reaching(dovecot.ports.imaps, 'starttls'),
      'other-mail': reaching(dovecot.ports.pop3, 'none'),
    });
    expect(Date.now() - before).toBeLessThan(25_000);
    expect(status).toBe(69);
    const said = [...stdout.matchAll(/^ {4}failed \S+ +127\.0\.0\.1:\d+ (.*)$/gm)].map(
      ([, text]) => text,
    );
    expect(said).toEqual([
      'is a web server (HTTP)',
      'is a web server (HTTP)',
      'is a web server (HTTP)',
      'is an SSH server',
      'speaks IMAP in clear at first, not TLS',
      'speaks TLS from the first octet',
      'is a POP3 server, and IMAP was expected',
    ]);
    expect(heard.join('')).not.toContain('let-me-in');
  });
});

describe('--send', () => {
  it.each(['imap', 'pop3'] as const)(
    'by %s: arrives, and nothing of it is stored here',
    async (type) => {
      const user = await dovecot.addUser();
      const account = sendingBy(postfix, dovecot, user, type);
      const { status, document, files } = await testedJson(
        { work: account },
        '--send',
        '--within',
        '40s',
      );
      expect(document.accounts[0]?.roundTrip).toMatchObject({
        result: 'arrived',
        folder: 'INBOX',
        isSpam: false,
      });
      expect(status).toBe(0);
      expect(files.filter((file) => /^Mail|outbox\//.test(file))).toEqual([]);
      const [message, ...more] = await dovecot.serverMessages(user, 'INBOX');
      expect(more).toEqual([]);
      expect(message?.raw.toString()).toMatch(/^Subject: posthorn: test of work\r?$/m);
    },
  );

  it('that does not arrive: 75, how long it was waited for, and what it may mean', async () => {
    const [user, other] = [await dovecot.addUser(), await dovecot.addUser()];
    const account = { ...sendingBy(postfix, dovecot, user), identity: { address: other.address } };
    const elsewhere = changed(account, 'incoming', { username: user.address });
    const { status, stdout } = await tested({ work: elsewhere }, '--send', '--within', '3s');
    expect(status).toBe(75);
    expect(stdout).toMatch(
      /failed the server took the message .* did not come in within 3s\. It may be slow/,
    );
  });

  it('with an account that only receives, or only sends: said', async () => {
    const account = sendingBy(postfix, dovecot, await dovecot.addUser());
    const { status, stdout } = await tested(
      { reader: { ...account, send: false }, writer: { ...account, receive: false } },
      '--send',
    );
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /reader (.*\n)+ {2}message\n +none was sent: this account does not send\n/,
    );
    expect(stdout).toMatch(
      /writer (.*\n)+ {2}message\n +ok +sent to \S+; this account does not receive/,
    );
  });

  it('with a span that is none, or without --send: 64', async () => {
    const wrong = await tested({}, '--send', '--within', 'soon');
    expect(wrong).toMatchObject({ status: 64, stdout: '' });
    expect(wrong.stderr).toMatch(/no span of time.*30s, 5m/);
    expect((await tested({}, '--within', '5m')).status).toBe(64);
  });
});
