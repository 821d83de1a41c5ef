/** Mail programs change the Maildir while syncs run: everything reaches the server, nothing doubles. */

import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeHome, outcome, type Home } from '../crash/run.ts';
import { startDovecot, type Dovecot, type User } from '../servers/dovecot.ts';
import { here, mail, there } from './sides.ts';

const minute = 60_000;
const folders = ['INBOX', 'Archive', 'Trash'];
const subjects = Array.from({ length: 12 }, (_, at) => `m${String(at + 10)}`);

let dovecot: Dovecot;
let user: User;
let home: Home;

beforeAll(async () => {
  dovecot = await startDovecot();
}, minute);

afterAll(async () => {
  await dovecot?.stop();
}, minute);

beforeEach(async () => {
  user = await dovecot.addUser();
  for (const folder of ['Archive', 'Trash']) await dovecot.createFolder(user, folder);
  await dovecot.deliver(user, 'INBOX', subjects.map(mail));
  home = await makeHome(dovecot, user, 'imap');
  await home.sync();
});

afterEach(async () => {
  await home.remove();
});

const root = (folder = ''): string => join(home.dir, 'mail', 'work', folder);

/** Syncs one after the other while the program runs; more mail comes meanwhile. */
async function whileSyncing(program: () => Promise<unknown>): Promise<void> {
  const running = { yes: true };
  await dovecot.deliver(user, 'INBOX', mail('late'));
  const syncs = (async () => {
    for (let at = 0; running.yes && at < 50; at += 1)
      expect(await outcome(home.start())).toMatchObject({ status: 0, stderr: '' });
  })();
  try {
    await program();
  } finally {
    running.yes = false;
    await syncs;
  }
}

async function sides(): Promise<{ here: string[][]; there: string[][] }> {
  const all = { here: [] as string[][], there: [] as string[][] };
  for (const folder of folders) {
    all.here.push(await here(home, folder));
    all.there.push(await there(dovecot, user, folder));
  }
  return all;
}

/** Both sides have these, in INBOX, Archive and Trash; and nothing is left to do. */
async function expectSettled(wanted: readonly (readonly string[])[]): Promise<void> {
  await home.sync();
  await home.sync();
  const found = await sides();
  const isCopied = (each: string): boolean => wanted[1]?.includes(each) === true;
  for (const all of [found.here, found.there]) {
    const trash = all.pop() ?? [];
    // Programs that move by copy and deletion do both for the sync that comes between the two.
    all.push(trash.filter((each) => !isCopied(each)));
    expect(new Set(trash).size).toBe(trash.length);
  }
  expect(found).toEqual({ here: wanted, there: wanted });
  const again = await home.sync();
  for (const folder of again.received ?? [])
    expect(folder).toMatchObject({
      ...{ fetched: 0, uploaded: 0, movedHere: 0, movedThere: 0, copiedThere: 0, adopted: 0 },
      ...{ flaggedHere: 0, flaggedThere: 0, deletedHere: 0, deletedThere: 0, error: null },
    });
}

async function run(program: string, ...words: string[]): Promise<string> {
  const env = { PATH: process.env['PATH'], HOME: home.dir, LC_ALL: 'C.UTF-8', TERM: 'xterm' };
  const options = { env, cwd: home.dir, timeout: 30_000, killSignal: 'SIGKILL' } as const;
  return (await promisify(execFile)(program, words, options)).stdout;
}

const rest = (from: number, to = subjects.length): string[] => subjects.slice(from, to);

/** On a pseudo-terminal, since mutt wants one; it ends by the keys that are pushed. */
async function reader(program: string, keys: string): Promise<void> {
  const settings = [
    `set folder="${root()}"`,
    `set spoolfile="${root('INBOX')}"`,
    ...['mbox_type=Maildir', 'sort=subject', 'confirmappend=no', 'delete=yes', 'move=no'],
    ...['mark_old=no', 'wait_key=no', 'maildir_trash=no', 'header_cache=""', 'resolve=no'],
    ...['quit=yes', 'sleep_time=0'],
  ].map((each) => (each.startsWith('set') ? each : `set ${each}`));
  await writeFile(join(home.dir, 'muttrc'), `${settings.join('\n')}\n`);
  const words = [program, '-n', '-F', join(home.dir, 'muttrc'), '-f', root('INBOX'), '-e'];
  const command = [...words, `push "${keys}"`].map((each) => `'${each}'`).join(' ');
  await run('script', '-qec', command, '/dev/null');
}

describe('beside running syncs', { timeout: 2 * minute }, () => {
  it.each(['mutt', 'neomutt'])('%s flags, moves and deletes', async (program) => {
    expect(existsSync(`/usr/bin/${program}`)).toBe(true);
    const one = (subject: string, key: string): string => `<limit>~s ${subject}<enter>${key}`;
    const keys = [
      one('m10', '<flag-message>'),
      one('m11', '<set-flag>r'),
      one('m12', '<save-message>=Archive<enter>'),
      one('m13', '<save-message>=Archive<enter>'),
      one('m14', '<delete-message>'),
      '<limit>all<enter><sync-mailbox>',
      one('m15', '<copy-message>=Archive<enter>'),
      '<limit>all<enter><quit>',
    ];
    await whileSyncing(() => reader(program, keys.join('')));
    const seen = (await here(home)).filter((each) => !each.startsWith('late'));
    expect(seen).toContain('m10 F');
    await expectSettled([['late', 'm10 F', 'm11 RS', ...rest(5)], ['m12', 'm13', 'm15'], ['m14']]);
  });

  it('notmuch sets flags', async () => {
    const config = join(home.dir, '.notmuch-config');
    await writeFile(
      config,
      `[database]\npath=${root()}\n[user]\nname=A\nprimary_email=a@example.org\n[new]\ntags=unread;inbox;\nignore=.posthorn\n[maildir]\nsynchronize_flags=true\n`,
    );
    await whileSyncing(async () => {
      await run('notmuch', 'new', '--quiet');
      await run('notmuch', 'tag', '+flagged', '--', 'subject:m10 or subject:m11');
      await run('notmuch', 'tag', '-unread', '--', 'subject:m11 or subject:m12');
      await run('notmuch', 'tag', '+replied', '--', 'subject:m13');
    });
    await expectSettled([['late', 'm10 F', 'm11 FS', 'm12 S', 'm13 R', ...rest(4)], [], []]);
  });

  it('mu flags and moves', async () => {
    await run('mu', 'init', `--maildir=${root()}`);
    await whileSyncing(async () => {
      await run('mu', 'index', '--quiet');
      await muServer([
        ['m10', '', '+F-N'],
        ['m11', '', '+S-N'],
        ['m12', '/Archive', '+S-N'],
        ['m13', '/Archive', '-N'],
      ]);
    });
    await expectSettled([['late', 'm10 F', 'm11 S', ...rest(4)], ['m12 S', 'm13'], []]);
  });

  it("Python's mailbox flags, moves, adds and deletes", async () => {
    await mkdir(join(home.dir, 'bin'), { recursive: true });
    const script = join(home.dir, 'bin', 'change.py');
    await writeFile(script, python);
    await whileSyncing(() => run('python3', script, root('INBOX'), root('Archive')));
    await expectSettled([
      ['late', 'm10 F', 'm11 RS', ...rest(5), 'mine S'].sort(),
      ['m12', 'm13'],
      ['m14'],
    ]);
  });
});

/** Writes files under names of its own, and flags by renames. */
const python = `
import mailbox, sys, time
inbox, archive = (mailbox.Maildir(path, factory=None, create=False) for path in sys.argv[1:3])
def find(subject):
    for key, message in inbox.iteritems():
        if message['subject'] == subject:
            return key, message
for subject, flags in (('m10', 'F'), ('m11', 'RS')):
    key, message = find(subject)
    message.set_flags(flags)
    message.set_subdir('cur')
    inbox[key] = message
    time.sleep(0.2)
for subject in ('m12', 'm13'):
    key, message = find(subject)
    archive.add(message)
    time.sleep(0.1)
    inbox.remove(key)
key, message = find('m14')
inbox.remove(key)
new = mailbox.MaildirMessage('From: a@example.org\\nMessage-ID: <mine@example.org>\\nSubject: mine\\n\\nText of mine.\\n')
new.set_subdir('cur')
new.set_flags('S')
inbox.add(new)
`;

/** mu moves files by its server, as mu4e asks it to: subject, maildir or '', flags or ''. */
async function muServer(moves: readonly (readonly [string, string, string])[]): Promise<void> {
  const env = { PATH: process.env['PATH'], HOME: home.dir };
  const server = spawn('mu', ['server'], { env, stdio: ['pipe', 'pipe', 'ignore'] });
  let said = '';
  server.stdout.on('data', (chunk: Buffer) => (said += chunk.toString('latin1')));
  const ended = new Promise((resolve) => server.once('close', resolve));
  for (const [subject, maildir, flags] of moves) {
    const to = maildir === '' ? '' : ` :maildir "${maildir}"`;
    const as = flags === '' ? '' : ` :flags "${flags}"`;
    server.stdin.write(`(move :msgid "${subject}@example.org"${to}${as} :rename t)\n`);
  }
  server.stdin.end('(quit)\n');
  await ended;
  expect(said).not.toContain(':error');
}
