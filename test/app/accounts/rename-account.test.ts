/** A rename that dies at any of its steps leaves an account that works, with its mail and its id; again, it completes. */

import { access, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMailRoots } from '../../../src/adapters/maildir/roots.ts';
import { createMaildirStore } from '../../../src/adapters/maildir/store.ts';
import { bindAccount } from '../../../src/app/accounts/bind-account.ts';
import { listFolders } from '../../../src/app/sync/list-folders.ts';
import { openTree } from '../../../src/app/sync/open-tree.ts';
import { finishRename, renameAccount } from '../../../src/app/accounts/rename-account.ts';
import type { Config } from '../../../src/config/read/config.ts';
import { loadConfig } from '../../../src/config/read/load.ts';
import { renameAccount as renameInFile } from '../../../src/config/edit/rename.ts';
import { editConfig, previewConfig } from '../../../src/config/edit/save.ts';
import type { Account } from '../../../src/core/account/account.ts';
import { StorageError, TemporaryError } from '../../../src/errors.ts';
import type { Lock } from '../../../src/ports/lock.ts';
import type { StateStore } from '../../../src/ports/state-store.ts';
import { deliver } from '../../contract/mail-store.ts';
import { Crash, CrashingProcess, never, type CrashPoint } from '../../fakes/crashing.ts';
import { createMemoryStateStore } from '../../fakes/memory-state-store.ts';

let folder: string;
let state: StateStore;
const store = createMaildirStore();
const roots = createMailRoots();
const lock: Lock = { acquire: () => Promise.resolve({ release: () => Promise.resolve() }) };
const randomBytes = (count: number): Uint8Array => new Uint8Array(count).fill(7);

const withId = 'id: abcdef, ';

function text(id: string): string {
  const servers = 'send: false, incoming: { host: imap.example.org }';
  const identity = 'identity: { address: a@example.org }';
  return `# kept\noptions: { mailRoot: ./Mail }\naccounts:\n  old: { ${id}${identity}, ${servers} } # mine\n`;
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'posthorn-rename-'));
  state = createMemoryStateStore(() => 0);
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

function load(): Promise<Config> {
  const configFile = join(folder, 'config.yaml');
  return loadConfig({ env: {}, homedir: folder, cwd: folder, configFile });
}

async function only(): Promise<Account> {
  const [account] = (await load()).accounts.values();
  if (account === undefined) throw new Error('no account');
  return account;
}

/** One message in the inbox, as a sync would leave it. */
async function setUp(id: string): Promise<void> {
  await mkdir(join(folder, 'Mail'), { recursive: true });
  await writeFile(join(folder, 'config.yaml'), text(id), { mode: 0o600 });
  const bound = await bindAccount(await only(), { state, lock, randomBytes });
  const tree = await openTree(bound, { store, state });
  await tree.ensureFolder('INBOX');
  await deliver(tree, 'INBOX', [{ key: 'a', text: 'Subject: a\r\n\r\nA\r\n' }]);
}

/** By a process that dies at this point; `steps` are those that it took. */
async function rename(crash: CrashPoint = never, newName = 'new'): Promise<CrashingProcess> {
  const process = new CrashingProcess(crash);
  const config = await load();
  const account = config.accounts.get('old');
  if (account === undefined) {
    await finishRename(await only(), 'old', { state, roots, lock });
    return process;
  }
  const edit = (id: string | undefined) => (before: string) =>
    renameInFile(before, 'old', newName, account.id === undefined ? id : undefined);
  const renamed = (await previewConfig(config.location, edit(undefined))).accounts.get(newName);
  if (renamed === undefined) throw new Error('not renamed');
  const writeName = (id: string | undefined): Promise<void> =>
    process.step('write', async () => {
      await editConfig(config.location, edit(id), { withLock: (run) => run() });
    });
  const dying = {
    state: process.state(state),
    lock,
    roots: {
      ...roots,
      move: (from: string, to: string, id: string) =>
        process.step('move', () => roots.move(from, to, id)),
    },
  };
  await renameAccount({ account, renamed, writeName }, dying).catch((error: unknown) => {
    if (!(error instanceof Crash)) throw error;
  });
  return process;
}

/** What any command does first: the same id, the mail where it is, and nothing made anew. */
async function works(): Promise<void> {
  const account = await only();
  const bound = await bindAccount(account, { state, lock, randomBytes: () => new Uint8Array(9) });
  expect(bound.state.root).not.toBeNull();
  const tree = await openTree(bound, { store, state });
  expect(await tree.count('INBOX')).toEqual({ total: 1, unread: 1 });
  expect(await state.accounts()).toHaveLength(1);
  await listFolders(account, { state, store });
}

describe.each([
  ['with an id in the file', withId],
  ['with an id in the state alone', ''],
])('a rename of an account %s', (_title, id) => {
  it('moves mail and state, and keeps the rest of the file', async () => {
    await setUp(id);
    const { steps } = await rename();
    expect(steps).toEqual(['commit account', 'move', 'write', 'commit account']);
    await works();
    const account = await only();
    expect(account).toMatchObject({ name: 'new', path: join(folder, 'Mail', 'new') });
    const [known] = await state.accounts();
    expect(known).toMatchObject({ name: 'new', id: account.id, root: account.path });
    expect(known).not.toHaveProperty('movingTo');
    await expect(access(join(folder, 'Mail', 'old'))).rejects.toThrow('ENOENT');
  });

  for (let at = 0; at < 4; at += 1)
    for (const after of [false, true])
      it(`killed ${after ? 'after' : 'before'} step ${String(at)} works, and completes when done again`, async () => {
        await setUp(id);
        expect((await rename({ at, after })).isDead).toBe(true);
        await works();
        await rename();
        await works();
        expect(await only()).toMatchObject({ name: 'new', path: join(folder, 'Mail', 'new') });
        expect((await state.accounts())[0]).toMatchObject({ name: 'new' });
        await expect(access(join(folder, 'Mail', 'old'))).rejects.toThrow('ENOENT');
      });

  for (let at = 0; at < 5; at += 1)
    it(`killed after the move, then given a third name and killed at step ${String(at)}, works`, async () => {
      await setUp(id);
      await rename({ at: 1, after: true });
      for (const after of [false, true]) {
        if ((await only()).name === 'old') await rename({ at, after }, 'third');
        await works();
      }
    });
});

describe('a rename', () => {
  it('that cannot write the file puts the mail back', async () => {
    await setUp(withId);
    const account = await only();
    const renamed = { ...account, name: 'new', path: join(folder, 'Mail', 'new') };
    const refused = (): Promise<void> => Promise.reject(new StorageError('read-only'));
    await expect(
      renameAccount({ account, renamed, writeName: refused }, { state, roots, lock }),
    ).rejects.toThrow('read-only');
    await works();
    expect((await state.accounts())[0]).not.toHaveProperty('movingTo');
    await expect(access(renamed.path)).rejects.toThrow('ENOENT');
  });

  it('onto a folder with something in it changes nothing', async () => {
    await setUp(withId);
    await mkdir(join(folder, 'Mail', 'new', 'mine'), { recursive: true });
    await expect(rename()).rejects.toThrow('exists already');
    expect((await only()).name).toBe('old');
    await works();
    expect((await state.accounts())[0]).not.toHaveProperty('movingTo');
  });

  it('of an account whose disk is away changes nothing', async () => {
    await setUp(withId);
    await rm(join(folder, 'Mail', 'old'), { recursive: true });
    await expect(rename()).rejects.toThrow(StorageError);
    expect((await only()).name).toBe('old');
  });

  it('waits for nobody: a daemon that runs is told of', async () => {
    await setUp(withId);
    const account = await only();
    const busy: Lock = {
      acquire: (name) => Promise.reject(new TemporaryError(name, { code: 'locked' })),
    };
    const writeName = (): Promise<void> => Promise.resolve();
    await expect(
      renameAccount({ account, renamed: account, writeName }, { state, roots, lock: busy }),
    ).rejects.toMatchObject({ code: 'locked', remedy: 'Run: posthorn daemon stop' });
  });
});
