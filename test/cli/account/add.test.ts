/** account add: what stands in the file afterwards, what is asked, and what a failed test leaves behind. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { startDovecot } from '../../servers/dovecot.ts';
import type { Dovecot, User } from '../../servers/dovecot.ts';
import { startPostfix } from '../../servers/postfix.ts';
import type { Postfix } from '../../servers/postfix.ts';
import { configuration, onDovecot } from '../running/accounts.ts';
import { below, Home } from '../running/posthorn.ts';
import { converse } from '../running/terminal.ts';

let dovecot: Dovecot;
let postfix: Postfix;
let user: User;
let home: Home;

beforeAll(async () => {
  dovecot = await startDovecot({ specialUse: true });
  postfix = await startPostfix({ dovecot });
});

beforeEach(async () => {
  user = await dovecot.addUser();
  home = await Home.make();
});

afterEach(async () => {
  await home.remove();
});

afterAll(async () => {
  await postfix.stop();
  await dovecot.stop();
});

interface File {
  defaultAccount?: string;
  accounts?: Record<string, Record<string, unknown>>;
}

async function file(): Promise<File> {
  return parse(await readFile(home.config, 'utf8')) as File;
}

async function accountInFile(name: string): Promise<Record<string, unknown>> {
  const entry = (await file()).accounts?.[name];
  if (entry === undefined) throw new Error(`${name} is not in the file`);
  return entry;
}

const filesOf = (folder: string): Promise<string[]> => below(folder).catch(() => []);

function servers(): string[] {
  return [
    ...['--in-host', dovecot.host, '--in-port', String(dovecot.ports.imaps)],
    ...['--out-host', postfix.host, '--out-port', String(postfix.ports.submission)],
    ...['--out-security', 'starttls', '--tls-ca', dovecot.ca],
  ];
}

describe('account add', () => {
  it('tests both servers, saves, and keeps the password in a file of mode 0600', async () => {
    const words = ['account', 'add', '--email', user.address, ...servers(), '--password-stdin'];
    const { status, stdout, stderr } = await home.run(words, { input: `${user.password}\n` });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/: receive .* good: TLSv1\.\d, logged in by PLAIN, 6 folders\n/);
    expect(stdout).toMatch(/: send .* good: TLSv1\.\d, logged in by \w+/);
    expect(status).toBe(0);
    const [name = ''] = Object.keys((await file()).accounts ?? {});
    expect(user.address.startsWith(`${name}@`)).toBe(true);
    const entry = await accountInFile(name);
    expect(entry).toMatchObject({ incoming: { password: { stored: true } } });
    expect(entry['id']).toMatch(/^[a-z0-9]{4,32}$/);
    expect((await stat(home.config)).mode & 0o777).toBe(0o600);
    const [secret = '', ...others] = await filesOf(home.secrets);
    expect(others).toEqual([]);
    expect((await stat(join(home.secrets, secret))).mode & 0o777).toBe(0o600);
    expect((await stat(home.secrets)).mode & 0o777).toBe(0o700);
    expect((await home.run(['account', 'test', name])).status).toBe(0);
    expect((await home.run(['sync', name])).status).toBe(0);
  });

  it('writes each option under its key, and nothing that was not given', async () => {
    const words = [
      ...['account', 'add', 'every', '--type', 'pop3', '--label', 'Every option', '--disabled'],
      ...['--tag', 'one', '--tag', 'two', '--full-name', 'Your Name', '--organization', 'Org'],
      ...['--email', 'you@example.org', '--reply-to', 'office@example.org'],
      ...['--in-host', 'pop.example.org', '--in-port', '1110', '--in-security', 'starttls'],
      ...['--in-auth', 'apop', '--user', 'you', '--password-command', 'pass show mail'],
      ...['--allow-insecure', '--interval', '10m', '--delete-after', '14d'],
      ...['--out-host', 'smtp.example.org', '--out-port', '2525', '--out-security', 'none'],
      ...['--out-credentials', 'own', '--out-auth', 'cram-md5', '--out-user', 'me'],
      ...['--out-password-env', 'SMTP_PASSWORD', '--save-sent', 'false'],
      ...['--in-tls-ca', '/ca.pem', '--in-tls-cert', '/c.pem', '--in-tls-key', '/k.pem'],
      ...['--out-tls-fingerprint', 'ab'.repeat(32), '--path', '/srv/mail', '--default'],
      '--skip-test',
    ];
    const { status, stderr } = await home.run(words);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const { id, ...entry } = await accountInFile('every');
    expect(id).toMatch(/^[a-z0-9]{4,32}$/);
    expect(entry).toEqual({
      label: 'Every option',
      tags: ['one', 'two'],
      type: 'pop3',
      enabled: false,
      identity: {
        name: 'Your Name',
        organization: 'Org',
        address: 'you@example.org',
        replyTo: 'office@example.org',
      },
      incoming: {
        host: 'pop.example.org',
        port: 1110,
        security: 'starttls',
        auth: 'apop',
        username: 'you',
        password: { command: 'pass show mail' },
        allowInsecure: true,
        interval: '10m',
        leaveOnServer: '14d',
        tls: { ca: '/ca.pem', cert: '/c.pem', key: '/k.pem' },
      },
      outgoing: {
        host: 'smtp.example.org',
        port: 2525,
        security: 'none',
        credentials: 'own',
        auth: 'cram-md5',
        username: 'me',
        password: { env: 'SMTP_PASSWORD' },
        allowInsecure: true,
        tls: { fingerprint: 'ab'.repeat(32) },
      },
      saveSent: false,
      path: '/srv/mail',
    });
    expect((await file()).defaultAccount).toBe('every');
  });

  it('follows type and security with the port', async () => {
    const add = (name: string, ...more: string[]) =>
      home.run([
        ...[
          'account',
          'add',
          name,
          '--email',
          `${name}@example.org`,
          '--in-host',
          'in.example.org',
        ],
        ...['--out-host', 'out.example.org', '--password-env', 'P', '--skip-test', ...more],
      ]);
    await add('a');
    await add('b', '--type', 'pop3');
    await add('c', '--in-security', 'starttls', '--out-security', 'starttls');
    await add('d', '--type', 'pop3', '--in-security', 'none', '--out-security', 'none');
    const ports = await Promise.all(
      ['a', 'b', 'c', 'd'].map(async (name) => {
        const { document } = await home.json<{ account: Ports }>(['account', 'show', name]);
        return [document.account.incoming.port, document.account.outgoing.port];
      }),
    );
    expect(ports).toEqual([
      [993, 465],
      [995, 465],
      [143, 587],
      [110, 25],
    ]);
  });

  it('keeps the comments and the order of the file', async () => {
    const text =
      '# mine\nversion: 1\noptions:\n  layout: fs # as ever\n\naccounts:\n' +
      '  # the first\n  old: # yes\n    identity: { address: old@example.org }\n    receive: false\n' +
      '    send: false\n# the end\n';
    await home.configure(text);
    const words = ['account', 'add', 'new', '--email', user.address, '--in-host', 'a.example'];
    const added = await home.run([...words, '--no-send', '--password-env', 'P', '--skip-test']);
    expect(added).toMatchObject({ status: 0, stderr: '' });
    const after = await readFile(home.config, 'utf8');
    for (const line of text.split('\n')) expect(after.split('\n')).toContain(line);
    expect(after.indexOf('# mine')).toBe(0);
    expect((await home.run(['config', 'check'])).status).toBe(0);
  });

  it('that fails its test saves nothing, and leaves no secret', async () => {
    const words = ['account', 'add', 'work', '--email', user.address, ...servers()];
    const { status, stdout } = await home.run([...words, '--password-stdin'], {
      input: 'wrong-secret\n',
    });
    expect(stdout).toMatch(
      /work: receive .* failed at login: .*refused.*\n.*tried: .*(\n.*)+Give the password/,
    );
    expect(stdout).toMatch(/work: send .* failed at login: /);
    expect(status).toBe(77);
    await expect(stat(home.config)).rejects.toThrow('ENOENT');
    expect(await filesOf(home.secrets)).toEqual([]);
    expect(await home.json(['account', 'list'])).toMatchObject({ document: { accounts: [] } });
  });

  it('tells with --json what was added, or which test failed', async () => {
    const words = ['account', 'add', 'work', '--email', user.address, ...servers()];
    const stdin = [...words, '--password-stdin'];
    const failed = await home.json(stdin, { input: 'wrong-secret' });
    expect(failed).toMatchObject({
      status: 77,
      document: { added: null, test: { servers: [{ error: { code: 'credentials' } }, {}] } },
    });
    const added = await home.json(stdin, { input: user.password });
    expect(added).toMatchObject({
      status: 0,
      document: { added: { name: 'work', path: home.mail('work') }, config: home.config },
    });
  });

  it('refuses a name that is taken, and an address that is none', async () => {
    await home.configure(configuration({ work: onDovecot(dovecot, user) }));
    const add = (...more: string[]) =>
      home.run([
        'account',
        'add',
        ...more,
        '--in-host',
        'a.example',
        '--password-env',
        'P',
        '--skip-test',
        '--no-send',
      ]);
    const taken = await add('work', '--email', 'a@example.org');
    expect(taken.stderr).toMatch(/work/);
    expect([64, 78]).toContain(taken.status);
    const bad = await add('other', '--email', 'nobody');
    expect(bad.stderr).toMatch(/address/);
    expect([64, 78]).toContain(bad.status);
    expect(Object.keys((await file()).accounts ?? {})).toEqual(['work']);
  });

  it('without a terminal never asks: it says which option is missing', async () => {
    const words = ['account', 'add', 'work', '--email', user.address, ...servers()];
    const { status, stdout, stderr } = await home.run(words);
    expect({ status, stdout }).toEqual({ status: 64, stdout: '' });
    expect(stderr).toMatch(
      /--password-command, --password-file, --password-env or --password-stdin/,
    );
    const empty = await home.run([...words, '--password-stdin']);
    expect(empty.status).toBe(64);
    expect(empty.stderr).toMatch(/standard input holds no password/);
  });

  it('on a terminal asks for the missing password alone, and does not show it', async () => {
    const words = ['account', 'add', 'work', '--email', user.address, ...servers()];
    const { status, text } = await converse(home, words, [['Password', user.password]]);
    expect(text).toMatch(/Password of /);
    expect(text).toContain('work: added to');
    expect(text).not.toContain(user.password);
    expect(status).toBe(0);
    expect((await home.run(['sync'])).status).toBe(0);
    const never = await converse(home, [...words.with(2, 'two'), '--no-input'], []);
    expect(never.status).toBe(64);
  });
});

interface Ports {
  incoming: { port: number };
  outgoing: { port: number };
}
