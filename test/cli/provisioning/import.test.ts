/** account import: configurations of other programs, and their accounts really fetched. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { parse } from 'yaml';
import { startDovecot } from '../../servers/dovecot.ts';
import type { Dovecot, User } from '../../servers/dovecot.ts';
import { makeMessage } from '../../servers/messages.ts';
import { Home, maildir } from '../running/posthorn.ts';

let dovecot: Dovecot;
let user: User;
let home: Home;

beforeAll(async () => {
  dovecot = await startDovecot();
});

beforeEach(async () => {
  user = await dovecot.addUser();
  home = await Home.make();
});

afterEach(async () => {
  await home.remove();
});

afterAll(async () => {
  await dovecot.stop();
});

const take = (file: string, ...more: string[]) => home.run(['account', 'import', file, ...more]);

async function accounts(): Promise<Record<string, Record<string, unknown>>> {
  const file = parse(await readFile(home.config, 'utf8')) as {
    accounts: Record<string, Record<string, unknown>>;
  };
  return file.accounts;
}

const mbsyncrc = (): string => `IMAPAccount mine
Host ${dovecot.host}
Port ${String(dovecot.ports.imaps)}
User ${user.address}
PassCmd "+echo ${user.password}"
TLSType IMAPS
CertificateFile ${dovecot.ca}

IMAPStore far
Account mine

MaildirStore near
Path ~/Post/mine/
Inbox ~/Post/mine/INBOX

Channel all
Far :far:
Near :near:
Patterns *
MaxMessages 100

Group daily all
`;

it('an mbsyncrc and a getmailrc, and both are fetched', async () => {
  await dovecot.deliver(user, 'INBOX', [makeMessage(1), makeMessage(2)]);
  const first = await take(await home.write('.mbsyncrc', mbsyncrc()), '--test');
  expect(first.status).toBe(0);
  expect(first.stdout).toMatch(/mine: added/);
  expect(first.stdout).toMatch(/\.mbsyncrc:20: MaxMessages: every message/);
  const getmailrc = `[retriever]
type = SimplePOP3SSLRetriever
server = ${dovecot.host}
port = ${String(dovecot.ports.pop3s)}
username = ${user.address}
password = ${user.password}
ca_certs = ${dovecot.ca}
[destination]
type = Maildir
path = ~/Post/pop/INBOX/
`;
  const second = await take(await home.write('getmailrc-pop', getmailrc));
  expect(second).toMatchObject({ status: 0, stdout: 'pop: added\n' });
  expect(await accounts()).toMatchObject({
    mine: { tags: ['daily'], path: '~/Post/mine' },
    pop: { type: 'pop3', incoming: { password: { stored: true } } },
  });
  expect(
    await readFile(home.config, 'utf8').then((text) => text.split(user.password)),
  ).toHaveLength(2);
  const synced = await home.run(['sync']);
  expect(synced.status).toBe(0);
  for (const path of ['mine/INBOX', 'pop/INBOX'])
    expect(await maildir(join(home.folder, 'Post', path))).toHaveLength(2);
});

it('a second time the names are taken, unless they get a prefix', async () => {
  const file = await home.write('.mbsyncrc', mbsyncrc());
  const dry = await take(file, '--dry-run');
  expect(dry.stdout).toMatch(/mine: would be added/);
  await expect(stat(home.config)).rejects.toThrow();
  expect((await take(file)).status).toBe(0);
  const again = await take(file);
  expect(again.status).toBe(65);
  expect(again.stderr).toMatch(/\.mbsyncrc:1: there is an account mine already.*--prefix/);
  const text = (await readFile(file, 'utf8')).replaceAll('~/Post', '~/Other');
  expect((await take(await home.write('isyncrc', text), '--prefix', 'new-')).status).toBe(0);
  expect(Object.keys(await accounts())).toEqual(['mine', 'new-mine']);
});

it('an msmtprc joins the account of the same address', async () => {
  expect((await take(await home.write('.mbsyncrc', mbsyncrc()))).status).toBe(0);
  const msmtprc = `defaults
auth on
tls on
account mine
host smtp.example.org
from ${user.address}
user somebody
password out secret
account other
host smtp.example.org
from other@example.net
user other
passwordeval "pass show other"
account default : mine
`;
  const result = await take(await home.write('.msmtprc', msmtprc));
  expect(result.status).toBe(0);
  expect(result.stdout).toMatch(/mine: changed.*outgoing\.host.*\nother: added/s);
  expect(await accounts()).toMatchObject({
    mine: {
      send: true,
      outgoing: { credentials: 'own', username: 'somebody', password: { stored: true } },
    },
    other: { receive: false, outgoing: { password: { command: 'pass show other' } } },
  });
  const [name = ''] = await readdir(home.secrets);
  expect(name).toMatch(/\.outgoing$/);
  expect(await readFile(join(home.secrets, name), 'utf8')).toBe('out secret\n');
  expect(await readFile(home.config, 'utf8')).toContain('defaultAccount: mine');
});

it('a table of a thousand, passwords into the store, in one go', async () => {
  const rows = Array.from(
    { length: 1000 },
    (_, n) => `user${String(n)}@example.org,imap.example.org,secret-${String(n)}`,
  );
  const file = await home.write(
    'people.csv',
    `address,in_host,password,out_host\n${rows.map((row) => `${row},\n`).join('')}`,
  );
  const { document, status } = await home.json<{
    accounts: { name: string }[];
    leftOver: unknown[];
  }>(['account', 'import', file]);
  expect(status).toBe(0);
  expect(document.accounts).toHaveLength(1000);
  expect(document.leftOver).toEqual([]);
  expect(await readdir(home.secrets)).toHaveLength(1000);
  expect(await readFile(home.config, 'utf8')).not.toContain('secret-');
  expect(home.told.join('')).not.toContain('secret-');
});

it('what cannot be imported is refused with its line, and nothing is kept', async () => {
  const table =
    'address,in_host,out_host,password\na@example.org,imap.example.org,,hush\nno address,imap.example.org,,hush\n';
  const refused = await take(await home.write('people.csv', table));
  expect(refused.status).toBe(65);
  expect(refused.stderr).toMatch(/people\.csv:3: .*identity\.address/);
  const tunnel = await take(
    await home.write('.mbsyncrc', 'IMAPAccount lab\nTunnel "ssh lab imapd"\n'),
  );
  expect(tunnel.status).toBe(65);
  expect(tunnel.stderr).toMatch(/\.mbsyncrc:2: .*tunnel/);
  const unknown = await take(await home.write('notes.txt', 'hello\n'));
  expect(unknown.status).toBe(64);
  expect(unknown.stderr).toMatch(/--from/);
  await expect(stat(home.config)).rejects.toThrow();
  await expect(readdir(home.secrets)).rejects.toThrow();
});

it('rows without servers get those of their provider from the table, listed; an unknown one is named', async () => {
  const columns = 'address,password\nanna@gmx.de,hush\n';
  const file = await home.write('people.csv', `${columns}bert@nowhere.example,hush\n`);
  const refused = await take(file);
  expect(refused.status).toBe(65);
  expect(refused.stderr).toMatch(/people\.csv:3: bert: .*nowhere\.example.*`in_host`/);
  await expect(stat(home.config)).rejects.toThrow();
  const taken = await take(await home.write('people.csv', columns));
  expect(taken.status).toBe(0);
  expect(taken.stdout).toMatch(/people\.csv:2: servers: imap\.gmx\.net and mail\.gmx\.net/);
  expect(await accounts()).toMatchObject({
    anna: { incoming: { host: 'imap.gmx.net' }, outgoing: { host: 'mail.gmx.net' } },
  });
  const inherited = 'defaults:\n  incoming: { host: imap.example.org }\n  send: false\n';
  const before = await readFile(home.config, 'utf8');
  await home.configure(before.replace('accounts:', `${inherited}accounts:`));
  const more = await take(await home.write('people.csv', 'address,password\nc@web.de,hush\n'));
  expect(more.status).toBe(0);
  expect(await readFile(home.config, 'utf8')).not.toContain('imap.web.de');
});
