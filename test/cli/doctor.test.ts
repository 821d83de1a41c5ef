/** doctor: each finding made for real, what to do about it, and that nothing is changed by looking. */
import { createHash } from 'node:crypto';
import { chmod, chown, mkdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createStateStore } from '../../src/adapters/state/state-store.ts';
import { freshState } from '../../src/app/accounts/bind-account.ts';
import { configuration, type Entry } from './running/accounts.ts';
import { installedCopy } from './running/installed.ts';
import { below, Home, type Result } from './running/posthorn.ts';

interface Finding {
  area: string;
  level: 'ails' | 'note' | 'good';
  account: string | null;
  what: string;
  remedy: string | null;
}

const homes: Home[] = [];
const locale = { LC_ALL: 'C.UTF-8' };

afterEach(async () => {
  await Promise.all(homes.splice(0).map((home) => home.remove()));
});

async function homeOf(config?: string): Promise<Home> {
  const home = await Home.make(config);
  homes.push(home);
  return home;
}

const account = (more: Entry = {}): Entry => ({
  id: 'aaaa11',
  identity: { address: 'you@example.org' },
  incoming: { host: '127.0.0.1', password: { stored: true } },
  send: false,
  ...more,
});

const reading = (incoming: Entry): Entry =>
  account({ incoming: { host: '127.0.0.1', ...incoming } });

async function ailing(home: Home, words: readonly string[] = [], env = {}): Promise<Finding[]> {
  const { status, document } = await home.json<{ ails: number; findings: Finding[] }>(
    ['doctor', ...words],
    { env: { ...locale, ...env } },
  );
  const found = document.findings.filter(({ level }) => level === 'ails');
  expect(status).toBe(found.length === 0 ? 0 : 1);
  expect(document.ails).toBe(found.length);
  return found;
}

async function store(home: Home, id = 'aaaa11'): Promise<void> {
  await mkdir(home.secrets, { recursive: true, mode: 0o700 });
  await writeFile(join(home.secrets, `${id}.incoming`), 'sesame\n', { mode: 0o600 });
}

/** The account has been synced: its root is remembered and marked. */
async function synced(home: Home, id = 'aaaa11'): Promise<void> {
  const root = home.mail('work');
  await mkdir(root, { recursive: true, mode: 0o700 });
  await writeFile(join(root, '.posthorn'), `${id}\n`);
  const state = createStateStore({ directory: home.state });
  const known = { ...freshState('aaaa11', 'work'), root };
  await state.commit([{ kind: 'account', account: known }], 'durable');
  await state.close();
}

async function soundHome(): Promise<Home> {
  const home = await homeOf(configuration({ work: account() }));
  await store(home);
  await synced(home);
  return home;
}

async function fingerprints(folder: string): Promise<Record<string, string>> {
  const names = await below(folder);
  const told = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      const { mode, mtimeMs, size } = await stat(path);
      const octets = (await stat(path)).isFile() ? await readFile(path) : '';
      const digest = createHash('sha256').update(octets).digest('hex');
      return [name, `${String(mode)} ${String(mtimeMs)} ${String(size)} ${digest}`] as const;
    }),
  );
  return Object.fromEntries(told.sort());
}

describe('where all is well', () => {
  it('says so, changes nothing, and reads no password', async () => {
    const home = await soundHome();
    const before = await fingerprints(home.folder);
    const result = await home.run(['doctor'], { env: locale });
    expect(result).toMatchObject({ status: 0, stderr: '' });
    expect(result.stdout).toMatch(/^All is well: \d+ checks are good \(--verbose shows them\)\.$/m);
    const verbose = await home.run(['doctor', '-v'], { env: locale });
    expect(verbose.stdout).toMatch(/^good {2}state: .*state\.db is whole$/m);
    expect(verbose.stdout).not.toContain('sesame');
    expect(await fingerprints(home.folder)).toEqual(before);
  });

  it('an empty home is no ailment, and stays empty', async () => {
    const home = await homeOf();
    expect(await ailing(home)).toEqual([]);
    expect(await below(home.folder)).toEqual([]);
  });
});

type Harm = (home: Home) => Promise<unknown>;

const harms: readonly (readonly [string, Harm, RegExp, RegExp])[] = [
  [
    'a configuration that others may read',
    (home) => chmod(home.config, 0o640),
    /configuration .* can be read by others \(mode 0640\)/,
    /^chmod 600 .*config\.yaml$/,
  ],
  [
    'a configuration that everyone may write',
    (home) => chmod(home.config, 0o666),
    /can be written by everyone/,
    /chmod 600/,
  ],
  [
    'a configuration with mistakes',
    (home) => home.configure('version: 1\ncolour: red\n'),
    /config\.yaml:2:1: unknown key `colour`/,
    /Known here/,
  ],
  [
    'a state folder that others may read',
    (home) => chmod(home.state, 0o755),
    /posthorn can be read by others \(mode 0755\)/,
    /^chmod 700 /,
  ],
  [
    'a state of another user',
    (home) => chown(home.state, 4711, 4711),
    /belongs to another user \(uid 4711, not 0\)/,
    /^sudo chown -R 0 /,
  ],
  [
    'a damaged database',
    (home) => writeFile(join(home.state, 'state.db'), 'no database at all'.repeat(400)),
    /not a database/,
    /state\.db/,
  ],
  [
    'a stored password that others may read',
    (home) => chmod(join(home.secrets, 'aaaa11.incoming'), 0o644),
    /aaaa11\.incoming can be read by others/,
    /^chmod 600 /,
  ],
  [
    'a stored password of nobody',
    (home) => store(home, 'zzzz99'),
    /zzzz99\.incoming is of no account/,
    /^rm .*zzzz99\.incoming$/,
  ],
  [
    'a stored password that is not there',
    (home) => rm(join(home.secrets, 'aaaa11.incoming')),
    /password of the incoming server: none is stored/,
    /^posthorn account passwd work$/,
  ],
  [
    'a mail folder that is gone',
    (home) => rm(home.mail('work'), { recursive: true }),
    /Mail\/work is missing: its disk is not mounted/,
    /^findmnt -T /,
  ],
  [
    'a mail folder without its marker',
    (home) => rm(home.mail('work', '.posthorn')),
    /has no \.posthorn/,
    /^findmnt/,
  ],
  [
    "another account's mail folder",
    (home) => synced(home, 'bbbb22'),
    /belongs to another account \(id bbbb22, not aaaa11\)/,
    /^posthorn account edit work --path DIR$/,
  ],
  [
    'an outbox entry without its message',
    async (home) => {
      await mkdir(join(home.state, 'outbox', 'abcabcabcabc'), { recursive: true, mode: 0o700 });
      const entry = join(home.state, 'outbox', 'abcabcabcabc', 'entry.json');
      await writeFile(entry, '{"size":1}', { mode: 0o600 });
    },
    /outbox entry abcabcabcabc cannot be sent: its message is missing/,
    /^ls -l /,
  ],
  [
    'what a killed daemon has left',
    (home) =>
      writeFile(
        join(home.state, 'daemon.json'),
        JSON.stringify({ socket: join(home.state, 'control-0.sock'), process: 4711 }),
        { mode: 0o600 },
      ),
    /daemon\.json names process 4711, which does not listen/,
    /^posthorn daemon start$/,
  ],
  [
    'a unit that starts nothing that is there',
    async (home) => {
      const folder = join(home.folder, '.config', 'systemd', 'user');
      await mkdir(folder, { recursive: true });
      const text = '[Service]\nExecStart=%h/gone/posthorn daemon run\n';
      await writeFile(join(folder, 'posthorn.service'), text);
    },
    /unit .*posthorn\.service starts .*\/gone\/posthorn, which is not there/,
    /^sed -i /,
  ],
];

it.each(harms)('%s', async (_, harm, what, remedy) => {
  const home = await soundHome();
  await harm(home);
  const found = await ailing(home);
  expect(found.map((each) => each.what)).toEqual([expect.stringMatching(what) as string]);
  expect(found[0]?.remedy).toMatch(remedy);
});

describe('what an account names', () => {
  it.each([
    [
      'a variable that is not set',
      { password: { env: 'NOT_SET_HERE' } },
      /NOT_SET_HERE is not set/,
    ],
    ['a file that is missing', { password: { file: 'none' } }, /none does not exist/],
    ['a program that is missing', { password: { command: ['no-such-pass', 'x'] } }, /no-such-pass/],
    ['the same in a command line', { password: { command: 'no-such-pass x' } }, /no-such-pass/],
    [
      'an authority that is missing',
      { tls: { ca: 'gone.pem' } },
      /gone\.pem \(incoming\.tls\.ca\)/,
    ],
    ['a host that does not exist', { host: 'nowhere.invalid' }, /nowhere\.invalid/],
  ])('%s', async (_, incoming, what) => {
    const home = await homeOf(configuration({ work: reading(incoming) }));
    const found = await ailing(home);
    expect(found.map((each) => each.what)).toEqual([expect.stringMatching(what) as string]);
  });

  it('is not run, and is told for the accounts that were named alone', async () => {
    const command = { password: { command: 'touch ran; echo sesame' } };
    const home = await homeOf(
      configuration({
        work: { ...reading(command), id: 'aaaa11' },
        other: { ...reading({ password: { env: 'NOT_SET' } }), id: 'bbbb22' },
      }),
    );
    expect(await ailing(home, ['work'])).toEqual([]);
    expect(await below(home.folder)).not.toContain('ran');
    expect(await ailing(home)).toMatchObject([{ account: 'other', area: 'accounts' }]);
  });
});

it('two accounts in one mail folder by two paths', async () => {
  const home = await homeOf();
  await mkdir(home.mail('one'), { recursive: true });
  await symlink(home.mail('one'), home.mail('two'));
  await home.configure(
    configuration({ one: account(), two: { ...account(), id: 'bbbb22' } }, {}, {}).replaceAll(
      '"stored": true',
      '"command": "true"',
    ),
  );
  expect(await ailing(home)).toMatchObject([
    { account: 'two', what: expect.stringContaining('is that of one too') as string },
  ]);
});

it('a daemon of another version, and one that does not answer, are told', async () => {
  const home = await soundHome();
  const socket = join(home.state, 'control-0.sock');
  let reply: string | null = '{"version":"0.0.1","process":4711,"accounts":[]}\n';
  const server = createServer((client) => {
    client.on('error', () => undefined);
    client.on('data', () => reply !== null && client.end(reply));
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  await chmod(socket, 0o600);
  const announced = JSON.stringify({ socket, process: 4711 });
  await writeFile(join(home.state, 'daemon.json'), announced, { mode: 0o600 });
  expect(await ailing(home)).toMatchObject([
    { area: 'daemon', what: expect.stringMatching(/is version 0\.0\.1, this is /) as string },
  ]);
  reply = null;
  expect(await ailing(home)).toMatchObject([
    { area: 'daemon', what: expect.stringContaining('does not answer') as string },
  ]);
  server.close();
});

describe('other users and disks', () => {
  let installed: string;

  beforeAll(async () => void (installed = await installedCopy()));
  afterAll(() => rm(installed, { recursive: true }));

  /** A plain user's view, in a home that is made theirs. */
  async function asUser(home: Home): Promise<Result> {
    const user = ['setpriv', '--reuid=4711', '--regid=4711', '--clear-groups'];
    const program = [process.execPath, join(installed, 'bin', 'posthorn.cjs')];
    return home.spawn([...user, ...program, 'doctor', '--json'], { env: locale }).ended;
  }

  it('a plain user finds its own home good, and a mail folder that it cannot write ailing', async () => {
    const home = await soundHome();
    await home.spawn(['chown', '-R', '4711:4711', home.folder]).ended;
    expect(await asUser(home)).toMatchObject({ status: 0, stderr: '' });
    await chmod(home.mail('work'), 0o555);
    const { status, stdout } = await asUser(home);
    expect(status).toBe(1);
    expect(stdout).toMatch(/Mail\/work cannot be written/);
  });

  it('root in the home of somebody else judges by its owner', async () => {
    const home = await soundHome();
    await home.spawn(['chown', '-R', '4711:4711', home.folder]).ended;
    const { stdout, status } = await home.run(['doctor'], { env: locale });
    expect(status).toBe(0);
    expect(stdout).toContain("sudo -u '#4711' -H posthorn doctor");
  });

  it('a disk that is nearly full, and one that is read-only', async () => {
    const home = await soundHome();
    const script = join(import.meta.dirname, '../../bin/posthorn.cjs');
    const work = home.mail('work');
    const steps =
      `mount -t tmpfs -o size=1m,mode=700 none ${work} && echo aaaa11 > ${work}/.posthorn && ` +
      `${process.execPath} ${script} doctor; mount -o remount,ro ${work} && ${process.execPath} ${script} doctor`;
    const { stdout, status } = await home.spawn(['unshare', '-m', 'sh', '-c', steps], {
      env: locale,
    }).ended;
    expect(status).toBe(1);
    expect(stdout).toMatch(/the disk of .*Mail\/work is nearly full: \d MB free/);
    expect(stdout).toMatch(/Mail\/work cannot be written: its disk is read-only/);
  });
});
