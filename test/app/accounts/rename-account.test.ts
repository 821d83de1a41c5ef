/** A rename is one edit of the file: killed at any step, or beside others at work, the account has its mail and its id. */

import { mkdir, mkdtemp, rename as move, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMailRoots } from '../../../src/adapters/maildir/roots.ts';
import { createMaildirStore } from '../../../src/adapters/maildir/store.ts';
import { bindAccount } from '../../../src/app/accounts/bind-account.ts';
import { listFolders } from '../../../src/app/folders/list-folders.ts';
import { openTree } from '../../../src/app/sync/open-tree.ts';
import { renameAccount, type KeptKeys } from '../../../src/app/accounts/rename-account.ts';
import type { Config } from '../../../src/config/read/config.ts';
import { loadConfig } from '../../../src/config/read/load.ts';
import type { AccountChanges } from '../../../src/config/edit/edit.ts';
import { renameAccount as renameInFile } from '../../../src/config/edit/rename.ts';
import { editConfig, previewConfig } from '../../../src/config/edit/save.ts';
import type { Account } from '../../../src/core/account/account.ts';
import { StorageError, TemporaryError } from '../../../src/errors.ts';
import type { Lock } from '../../../src/ports/lock.ts';
import type { StateStore } from '../../../src/ports/state-store.ts';
import { deliver } from '../../contract/mail-store.ts';
import { Crash, CrashingProcess, never, type CrashPoint } from '../../fakes/crashing.ts';
import { freeLock } from '../../fakes/memory-lock.ts';
import { createMemoryStateStore } from '../../fakes/memory-state-store.ts';

let folder: string;
let state: StateStore;
const store = createMaildirStore();
const roots = createMailRoots();
const lock = freeLock;
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

async function configure(id: string): Promise<void> {
  await mkdir(join(folder, 'Mail'), { recursive: true });
  await writeFile(join(folder, 'config.yaml'), text(id), { mode: 0o600 });
}

/** One message in the inbox, as a sync would leave it. */
async function setUp(id: string): Promise<void> {
  await configure(id);
  const bound = await bindAccount(await only(), { state, randomBytes });
  const tree = await openTree(bound, { store, state });
  await tree.ensureFolder('INBOX');
  await deliver(tree, 'INBOX', [{ key: 'a', text: 'Subject: a\r\n\r\nA\r\n' }]);
}

/** By a process that dies at this point; its steps are those that it took. */
async function rename(crash: CrashPoint = never, held: Lock = lock): Promise<CrashingProcess> {
  const process = new CrashingProcess(crash);
  const config = await load();
  const account = config.accounts.get('old');
  if (account === undefined) return process;
  const edit = (keys: AccountChanges) => (before: string) =>
    renameInFile(before, 'old', 'new', keys);
  const draft = (await previewConfig(config.location, edit(new Map()))).accounts.get('new');
  const write = (kept: KeptKeys): Promise<void> =>
    process.step('write', async () => {
      const keys = Object.entries(kept).filter(([key]) => key !== 'id' || account.id === undefined);
      const changes = new Map(keys.filter(([, value]) => value !== undefined));
      await editConfig(config.location, edit(changes), { withLock: (run) => run() });
    });
  const neighbours = { state: process.state(state), lock: held, roots, randomBytes };
  const wanted = { account, newPath: draft?.path ?? '', write };
  await renameAccount(wanted, neighbours).catch((error: unknown) => {
    if (!(error instanceof Crash)) throw error;
  });
  return process;
}

/** What any command does first: the same id, the mail where it is, and nothing made anew. */
async function works(account: Account): Promise<void> {
  const bound = await bindAccount(account, { state, randomBytes: () => new Uint8Array(9) });
  expect(bound.state.root).not.toBeNull();
  const tree = await openTree(bound, { store, state });
  expect(await tree.count('INBOX')).toEqual({ total: 1, unread: 1 });
  expect(await state.accounts()).toHaveLength(1);
  await listFolders(account, { state, store }, { layout: 'fs' });
}

/** By which another process works meanwhile. */
function without(busy: string): Lock {
  return {
    acquire: (name, options) =>
      name.startsWith(busy)
        ? Promise.reject(new TemporaryError(name, { code: 'locked' }))
        : lock.acquire(name, options),
  };
}

describe.each([
  ['with an id in the file', withId],
  ['with an id in the state alone', ''],
])('a rename of an account %s', (_title, id) => {
  it('changes the name alone: the mail stays, its folder and the id are written', async () => {
    await setUp(id);
    const { id: known } = (await state.accounts())[0] ?? {};
    expect((await rename()).steps).toEqual(['write']);
    const path = join(folder, 'Mail', 'old');
    expect(await only()).toMatchObject({ name: 'new', id: known, path });
    await works(await only());
  });

  for (const at of [0, 1])
    for (const after of [false, true])
      it(`killed ${after ? 'after' : 'before'} step ${String(at)} works, and is done by doing it again`, async () => {
        await setUp(id);
        await rename({ at, after });
        await works(await only());
        await rename();
        expect((await only()).name).toBe('new');
        await works(await only());
      });

  it('leaves whoever has read the file before with the same mail and the same id', async () => {
    await setUp(id);
    const before = await only();
    await rename();
    await works(before);
    // As a daemon, which keeps the id that it was once told.
    const told = { ...before, id: (await state.accounts())[0]?.id };
    for (const account of [await only(), told, await only(), told]) await works(account);
  });

  it('knows the mail again that a person has moved', async () => {
    await setUp(id);
    await rename();
    await move(join(folder, 'Mail', 'old'), join(folder, 'Mail', 'new'));
    await works({ ...(await only()), path: join(folder, 'Mail', 'new') });
    expect((await state.accounts())[0]?.root).toBe(join(folder, 'Mail', 'new'));
  });

  it('that was never polled needs no path', async () => {
    await configure(id);
    await rename();
    expect(await only()).toMatchObject({ name: 'new', path: join(folder, 'Mail', 'new') });
    const [known] = await state.accounts();
    expect(await only()).toMatchObject({ id: known?.id });
  });

  it.each(['daemon', 'account-'])('gets its path where the lock %s is held', async (name) => {
    await configure(id);
    await rename(never, without(name));
    expect(await only()).toMatchObject({ name: 'new', path: join(folder, 'Mail', 'old') });
  });

  it('whose disk is away still leads to where the mail was', async () => {
    await setUp(id);
    await rm(join(folder, 'Mail', 'old'), { recursive: true });
    await rename();
    expect(await only()).toMatchObject({ path: join(folder, 'Mail', 'old') });
  });
});

it('a rename that cannot write the file changes nothing', async () => {
  await setUp(withId);
  const account = await only();
  const write = (): Promise<void> => Promise.reject(new StorageError('read-only'));
  await expect(
    renameAccount({ account, newPath: '/new', write }, { state, roots, lock, randomBytes }),
  ).rejects.toThrow('read-only');
  expect(await only()).toEqual(account);
  await works(account);
});
