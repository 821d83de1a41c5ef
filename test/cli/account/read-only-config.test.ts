/** A configuration that is managed elsewhere: what must write it says so first, and everything else works. */
import { mkdir, readdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startDovecot } from '../../servers/dovecot.ts';
import type { Dovecot, User } from '../../servers/dovecot.ts';
import { makeMessage } from '../../servers/messages.ts';
import { startPostfix } from '../../servers/postfix.ts';
import type { Postfix } from '../../servers/postfix.ts';
import { configuration, sendingBy } from '../running/accounts.ts';
import { Home, maildir, posthorn } from '../running/posthorn.ts';
import type { Result } from '../running/posthorn.ts';

let dovecot: Dovecot;
let postfix: Postfix;
let user: User;
let home: Home;

beforeAll(async () => {
  dovecot = await startDovecot({ specialUse: true });
  postfix = await startPostfix({ dovecot });
});

/** As a package manager leaves it: a link from the usual place into a store that nobody may write. */
beforeEach(async () => {
  user = await dovecot.addUser();
  await dovecot.deliver(user, 'INBOX', makeMessage(1));
  home = await Home.make();
  await mkdir(join(home.folder, 'store'));
  await mkdir(join(home.folder, '.config', 'posthorn'), { recursive: true });
  const entry = sendingBy(postfix, dovecot, user);
  const accounts = { work: entry, old: { ...entry, enabled: false } };
  await home.write('store/config.yaml', configuration(accounts));
  await symlink(join(home.folder, 'store', 'config.yaml'), home.config);
});

afterEach(async () => {
  await home.remove();
});

afterAll(async () => {
  await postfix.stop();
  await dovecot.stop();
});

const script = 'mount --bind -o ro store store && mount -o remount,ro,bind store && exec "$@"';

function run(words: readonly string[], input = ''): Promise<Result> {
  const command = ['unshare', '-m', 'sh', '-c', script, 'sh', ...posthorn, ...words];
  return home.spawn(command, { input }).ended;
}

describe('what must write it', () => {
  const add = [
    ...['account', 'add', 'new', '--email', 'a@example.org', '--in-host', '127.0.0.1'],
    ...['--in-port', '9', '--no-send', '--password-stdin'],
  ];
  const commands: [string, string[], string][] = [
    ['add', add, 'hush\n'],
    ['edit', ['account', 'edit', 'work', '--in-host', '127.0.0.1', '--in-port', '9'], ''],
    ['edit with a password', ['account', 'edit', 'work', '--password-stdin'], 'hush\n'],
    ['remove', ['account', 'remove', 'work', '--yes'], ''],
    ['rename', ['account', 'rename', 'work', 'office'], ''],
    ['disable', ['account', 'disable', 'work'], ''],
    ['enable', ['account', 'enable', 'old'], ''],
    ['default', ['account', 'default', 'work'], ''],
    [
      'import',
      ['account', 'import', '-', '--from', 'csv'],
      'address,in_host,password,out_host\na@example.org,imap.example.org,hush,\n',
    ],
    ['apply', ['account', 'apply', '-'], 'accounts: { work: { label: New } }\n'],
  ];

  it.each(commands)('%s: 74, before anything is stored or tested', async (_, words, input) => {
    const before = await readFile(home.config, 'utf8');
    const { status, stdout, stderr } = await run(words, input);
    expect({ status, stdout }).toEqual({ status: 74, stdout: '' });
    expect(stderr).toMatch(
      /^posthorn: .*config\.yaml cannot be written \(EROFS\); nothing was changed.*read-only/,
    );
    expect(stderr).not.toMatch(/failed|127\.0\.0\.1/);
    expect(await readFile(home.config, 'utf8')).toBe(before);
    expect(await readdir(home.secrets).catch(() => [])).toEqual([]);
  });

  it('a dry run, and what is so already, need not', async () => {
    const accounts = `accounts: { work: { identity: { address: ${user.address} } } }\n`;
    expect(await run(['account', 'apply', '-'], accounts)).toMatchObject({ status: 0 });
    const dry = await run(
      ['account', 'apply', '-', '--dry-run'],
      'accounts: { work: { label: New } }',
    );
    expect(dry).toMatchObject({ status: 0 });
    expect(dry.stdout).toContain('would be changed');
  });
});

it(
  'everything else works: list, show, test, sync, send, outbox, daemon, and the end of a suspension',
  { timeout: 180_000 },
  async () => {
    for (const words of [
      ['account', 'list'],
      ['account', 'show', 'work'],
      ['account', 'test', 'work'],
      ['folders', 'work'],
      ['config', 'check'],
    ])
      expect(await run(words)).toMatchObject({ status: 0 });
    expect(await run(['sync'])).toMatchObject({ status: 0 });
    expect(await maildir(home.mail('work', 'INBOX'))).toHaveLength(1);
    const send = ['send', '--now', '--to', user.address, '--subject', 'Read-only'];
    expect(await run(send, 'Hello\n')).toMatchObject({ status: 0 });
    expect(await run(['outbox', 'list'])).toMatchObject({ status: 0 });
    expect(await run(['account', 'enable', 'work'])).toMatchObject({ status: 0 });
    expect(await run(['daemon', 'start'])).toMatchObject({ status: 0 });
    expect(await run(['sync'])).toMatchObject({ status: 0 });
    expect(await run(['daemon', 'stop'])).toMatchObject({ status: 0 });
  },
);
