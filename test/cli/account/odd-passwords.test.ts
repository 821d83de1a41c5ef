/** Passwords as people have them: through standard input, past every mechanism, into the store, unchanged; and what is none. */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startDovecot } from '../../servers/dovecot.ts';
import type { Dovecot, User } from '../../servers/dovecot.ts';
import { configuration, onDovecot } from '../running/accounts.ts';
import { Home } from '../running/posthorn.ts';
import { converse } from '../running/terminal.ts';

const odd = ' pä"ss\\wörd\' %s%20 ${HOME} €\u{1f511} ';

let dovecot: Dovecot;
let user: User;
let home: Home;

beforeAll(async () => {
  dovecot = await startDovecot();
  user = await dovecot.addUser('odd', odd);
});

afterAll(async () => {
  await dovecot.stop();
});

beforeEach(async () => {
  home = await Home.make();
});

afterEach(async () => {
  await home.remove();
});

function add(type: 'imap' | 'pop3', auth: string): string[] {
  const { imaps, pop3s } = dovecot.ports;
  return [
    ...['account', 'add', 'work', '--type', type, '--email', user.address, '--no-send'],
    ...['--in-host', dovecot.host, '--in-port', String(type === 'imap' ? imaps : pop3s)],
    ...['--in-auth', auth, '--tls-ca', dovecot.ca, '--password-stdin'],
  ];
}

async function storedIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
}

describe('blanks at both ends, quotes, signs and letters beyond ASCII', () => {
  it.each([
    ['imap', 'plain'],
    ['imap', 'login'],
    ['imap', 'cram-md5'],
    ['imap', 'scram-sha-256'],
    ['pop3', 'plain'],
    ['pop3', 'login'],
    ['pop3', 'scram-sha-1'],
  ] as const)('%s by %s', async (type, auth) => {
    const { status, stderr } = await home.run(add(type, auth), { input: `${odd}\r\n` });
    expect(stderr).not.toContain(odd);
    expect(status).toBe(0);
    expect(await storedIn(home.secrets)).toEqual([`${odd}\n`]);
  });
});

it('by USER and PASS of POP3, where the server has no LOGIN', async () => {
  const bare = await startDovecot({ mechanisms: ['plain'] });
  try {
    const { address } = await bare.addUser('odd', odd);
    const words = [
      ...['account', 'add', 'work', '--type', 'pop3', '--email', address, '--no-send'],
      ...['--in-host', bare.host, '--in-port', String(bare.ports.pop3s), '--tls-ca', bare.ca],
    ];
    const { status } = await home.run([...words, '--in-auth', 'login', '--password-stdin'], {
      input: odd,
    });
    expect(status).toBe(0);
  } finally {
    await bare.stop();
  }
});

describe('what is no password is refused before any server is asked', () => {
  it.each([
    ['nothing', '', 64, /holds no password/],
    ['an empty line', '\n', 64, /holds no password/],
    ['a line break within', `${odd}\nhunter2\n`, 65, /more than one line/],
    ['NUL', 'hunter2\0x', 65, /control characters/],
    ['a carriage return within', 'hunter2\rx', 65, /control characters/],
    ['a megabyte', 'hunter2 '.repeat(131_072), 65, /128 KiB/],
    ['Latin-1', Buffer.from('hunter2ü', 'latin1'), 65, /no UTF-8/],
  ])('%s', async (_what, input, status, said) => {
    const added = await home.run(add('imap', 'auto'), { input });
    expect(added).toMatchObject({ status, stdout: '' });
    expect(added.stderr).toMatch(said);
    expect(added.stderr).not.toContain('hunter2');
    expect(await storedIn(home.secrets)).toEqual([]);
  });
});

it('a new password for the outgoing server alone is taken by passwd --out', async () => {
  const incoming = add('imap', 'auto').slice(0, -1);
  const outgoing = [
    ...['--send', '--out-host', dovecot.host, '--out-port', '9', '--out-user', 'somebody'],
    ...['--password-stdin', '--out-password-stdin', '--skip-test'],
  ];
  const words = incoming.filter((word) => word !== '--no-send');
  const added = await home.run([...words, ...outgoing], { input: `${odd}\nold\n` });
  expect(added.status).toBe(0);
  const passwd = ['account', 'passwd', 'work', '--out', '--password-stdin', '--skip-test'];
  const changed = await home.run(passwd, { input: 'new\n' });
  expect(changed).toMatchObject({ status: 0, stdout: 'work: the new password is stored\n' });
  expect((await storedIn(home.secrets)).sort()).toEqual([`${odd}\n`, 'new\n']);
});

it('a password command is told the terminal, so that a pinentry of gpg finds it; without one it is not', async () => {
  const account = onDovecot(dovecot, user);
  const secret = await home.write('secret', odd);
  const command = `printf '<%s>' "$GPG_TTY" >> told; cat '${secret}'`;
  const incoming = { ...(account['incoming'] as object), password: { command } };
  await home.configure(configuration({ work: { ...account, incoming } }));
  const test = ['account', 'test', 'work'];
  // A terminal that does not know its size says 0.
  const unsized = { columns: 0, lines: 0 };
  expect((await converse(home, test, [], unsized)).status).toBe(0);
  expect((await home.run(test)).status).toBe(0);
  expect(await readFile(join(home.folder, 'told'), 'utf8')).toMatch(/^<\/dev\/pts\/\d+><>$/);
});
