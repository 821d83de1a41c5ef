/** Completion in real shells: commands, options, their values, accounts, tags, keys, files and folder names. */
import { Argument, Command } from 'commander';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createStateStore } from '../../../src/adapters/state/state-store.ts';
import { freshState } from '../../../src/app/accounts/bind-account.ts';
import { complete } from '../../../src/cli/completion/complete.ts';
import type { World } from '../../../src/cli/world.ts';
import { createOutboxStore } from '../../../src/adapters/outbox/outbox-store.ts';
import { configuration } from '../running/accounts.ts';
import { below, Home } from '../running/posthorn.ts';
import { openShells, type Shells } from './shells.ts';

const account = (address: string, more: object = {}) => ({
  identity: { address },
  receive: false,
  send: false,
  ...more,
});
const accounts = {
  work: account('you@example.org', { id: 'aaaa11', label: 'Work: mail', tags: ['office'] }),
  private: account('me@example.net', { tags: ['office', 'home'] }),
};

let shells: Shells;

beforeAll(async () => {
  const home = await Home.make(configuration(accounts));
  await writeFile(
    join(home.folder, 'other.yaml'),
    configuration({ elsewhere: account('x@y.org') }),
  );
  await writeFile(join(home.folder, 'a file.pem'), '');
  shells = await openShells(home);
});

afterAll(async () => {
  await shells.remove();
});

/** What is typed, and how the words end that posthorn is then called with. */
const lines: readonly (readonly [what: string, keys: string, words: string])[] = [
  ['commands and subcommands', 'posthorn acc\tdisc\t', 'account discover'],
  ['options', 'posthorn account edit --in-sec\t', 'account edit --in-security'],
  ['values that follow', 'posthorn account edit --in-auth scram-sha-2\t', 'scram-sha-256'],
  ['values in the same word', 'posthorn account edit --in-security=st\t', '--in-security=starttls'],
  ['accounts', 'posthorn account show w\t', 'account show work'],
  ['what follows a global option', 'posthorn --quiet account show w\t', 'account show work'],
  ['tags', 'posthorn account test @off\t', 'account test @office'],
  ['keys', 'posthorn account edit work --unset outgoing.us\t', '--unset outgoing.username'],
  ['files', 'posthorn account edit work --tls-ca a\\ f\t', '--tls-ca a file.pem'],
  ['accounts of another file', 'posthorn account show --config other.yaml el\t', 'elsewhere'],
];

const half = lines.length / 2;

it.each([
  ['bash', lines.slice(0, half)],
  ['bash', lines.slice(half)],
  ['zsh', lines.slice(0, half)],
  ['zsh', lines.slice(half)],
] as const)('%s completes what its commands take', async (shell, some) => {
  const called = await shells.typed(
    shell,
    some.map(([, keys]) => keys),
  );
  const ends = called.map((words, at) => {
    const whole = words.join(' ');
    const [what = '', , end = ''] = some[at] ?? [];
    return [what, whole.endsWith(end) ? end : whole];
  });
  expect(ends).toEqual(some.map(([what, , end]) => [what, end]));
});

describe('fish offers', () => {
  it('commands with what they do', async () => {
    expect(await shells.offered('posthorn acc')).toEqual([
      expect.stringMatching(/^account\tadd, edit, list/) as string,
    ]);
  });

  it('accounts with their labels, and tags with their accounts', async () => {
    expect(await shells.offered('posthorn account test ')).toEqual([
      '@home\tprivate',
      '@office\twork, private',
      'private\tme@example.net',
      'work\tWork: mail',
    ]);
  });

  it('values and files in the word of their option', async () => {
    expect(await shells.offered('posthorn account edit --in-security=s')).toEqual([
      '--in-security=starttls',
    ]);
    expect(await shells.offered('posthorn --config=oth')).toEqual(['--config=other.yaml']);
  });
});

describe('posthorn __complete', () => {
  it('says nothing, and makes nothing, where there is no configuration', async () => {
    const home = await Home.make();
    const result = await home.run(['__complete', 'fish', 'posthorn', 'account', 'show', '']);
    expect(result).toEqual({ status: 0, stdout: 'none\n', stderr: '' });
    expect(await below(home.folder)).toEqual([]);
    await home.remove();
  });

  it('finds the names in a file that is wrong, or no YAML', async () => {
    const broken = 'accounts:\n  # two\n  one:\n    colour: [\n  "two":\n    x: 1\noptions: {}\n';
    const home = await Home.make(broken);
    const { stdout } = await home.run(['__complete', 'fish', 'posthorn', 'sync', '']);
    expect(stdout).toBe('none\none\ntwo\n');
    await home.remove();
  });

  it('offers neither what is hidden, nor an account twice, nor names for a new account', async () => {
    const ask = async (...words: string[]) =>
      (await shells.home.run(['__complete', 'fish', 'posthorn', ...words])).stdout;
    expect(await ask('outbox', 'flush', '--')).not.toContain('--in-turn');
    expect(await ask('sync', 'work', '')).not.toMatch(/^work/m);
    expect(await ask('account', 'add', '')).toBe('none\n');
    expect(await ask('')).not.toContain('__complete');
  });
});

/** A program with a command that takes a folder, so that names with blanks can be tried. */
function withFolders(): Promise<Command> {
  const program = new Command('posthorn').option('--config <file>');
  program
    .command('folders')
    .command('rename')
    .argument('<name>')
    .addArgument(new Argument('<old>'))
    .option('--folder <folder>');
  return Promise.resolve(program);
}

describe('folder names', () => {
  const names = ['INBOX', "Ann's “post”", 'Sent $5 Items', 'Über uns', 'a:b@c=d', 'Evil\u001b[2J'];
  let real: Shells;

  beforeAll(async () => {
    const home = await Home.make(configuration(accounts));
    const state = createStateStore({ directory: home.state });
    const folder = (path: string) => ({
      kind: 'folder-begun' as const,
      accountId: 'aaaa11',
      folder: {
        ...{ path, localPath: path, role: null, endpoint: null, uidValidity: '1', settledUid: 0 },
        ...{ uidNext: null, exists: null, highestModSeq: null, stamp: null },
      },
    });
    const fresh = { kind: 'account' as const, account: freshState('aaaa11', 'work') };
    await state.commit([fresh, ...names.map(folder)], 'durable');
    await state.close();
    real = await openShells(home, (words) => answerOf(home, words));
  });

  afterAll(async () => {
    await real.remove();
  });

  async function answerOf(home: Home, words: readonly string[]): Promise<string> {
    let said = '';
    const stdout = { write: (text: string) => (said += text) };
    const neighbours = () => ({
      state: createStateStore({ directory: home.state }),
      outbox: createOutboxStore(join(home.state, 'outbox')),
    });
    const world = {
      env: { HOME: home.folder },
      homedir: home.folder,
      cwd: '/',
      stdout,
      neighbours,
    };
    expect(await complete(words, world as unknown as World, withFolders)).toBe(0);
    return said;
  }

  it.each(['bash', 'zsh'] as const)('%s quotes what has blanks and signs', async (shell) => {
    const cases = [
      ['Sent\t', 'Sent $5 Items'],
      ['Sent\\ \\$5\\ I\t', 'Sent $5 Items'],
      ['"Sent \t', 'Sent $5 Items'],
      ["'Sent $5\t", 'Sent $5 Items'],
      ['Ann\t', "Ann's “post”"],
      ['--folder Üb\t', 'Über uns'],
      ['--folder=Sent\t', '--folder=Sent $5 Items'],
      ['a:b\t', 'a:b@c=d'],
    ] as const;
    const typed = cases.map(([keys]) => `posthorn folders rename work ${keys}`);
    const called = await real.typed(shell, typed);
    expect(called.map((words) => words.at(-1))).toEqual(cases.map(([, name]) => name));
  });

  it('fish offers them as they are, without what would steer the terminal', async () => {
    const offered = await real.offered('posthorn folders rename work ');
    expect(offered).toEqual(expect.arrayContaining(names.slice(0, 5)));
    expect(offered.join()).not.toContain('Evil');
  });
});
