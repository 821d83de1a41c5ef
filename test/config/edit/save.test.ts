import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Config } from '../../../src/config/read/config.ts';
import { addAccount, setAccountKeys, setDefaultAccount } from '../../../src/config/edit/edit.ts';
import { findConfig } from '../../../src/config/read/find.ts';
import { editConfig, previewConfig } from '../../../src/config/edit/save.ts';

const entry = {
  receive: false,
  outgoing: { host: 'smtp.example.org' },
  identity: { address: 'a@b.example' },
};

let home = '';
let queue: Promise<unknown> = Promise.resolve();

/** One after the other, as a lock does it. */
async function withLock<T>(run: () => Promise<T>): Promise<T> {
  const turn = queue.then(run, run);
  queue = turn.catch(() => undefined);
  return turn;
}

async function edit(change: (text: string) => string): Promise<Config> {
  const location = await findConfig({ env: { HOME: home }, homedir: '/', cwd: '/' });
  return editConfig(location, change, { withLock });
}

const file = (): string => join(home, '.config/posthorn/config.yaml');
const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'posthorn-save-'));
});

afterEach(async () => {
  await rm(home, { recursive: true });
});

describe('editConfig', () => {
  it('makes folder and file for their owner alone', async () => {
    const config = await edit((text) => addAccount(text, 'work', entry));
    expect(config).toMatchObject({ path: file(), exists: true });
    expect(config.accounts.get('work')?.outgoing?.host).toBe('smtp.example.org');
    expect([await modeOf(file()), await modeOf(dirname(file()))]).toEqual([0o600, 0o700]);
    expect(await readdir(dirname(file()))).toEqual(['config.yaml']);
  });

  it('loses none of many edits at once', async () => {
    const names = Array.from({ length: 12 }, (_, n) => `a${String(n)}`);
    await Promise.all(names.map((name) => edit((text) => addAccount(text, name, entry))));
    expect([...(await edit((text) => text)).accounts.keys()].sort()).toEqual([...names].sort());
  });

  it('leaves the file alone where the result would not hold, and says why without a line', async () => {
    await edit((text) => addAccount(text, 'work', entry));
    const before = await readFile(file(), 'utf8');
    const change = (text: string): string =>
      setAccountKeys(text, 'work', new Map([['outgoing.port', 99_999]]));
    await expect(edit(change)).rejects.toMatchObject({
      exitStatus: 78,
      message: '`accounts.work.outgoing.port` must be a whole number from 1 to 65535, not 99999',
      line: undefined,
    });
    await expect(edit((text) => setDefaultAccount(text, 'nobody'))).rejects.toMatchObject({
      exitStatus: 78,
    });
    expect(await readFile(file(), 'utf8')).toBe(before);
  });

  it('names the place of a fault that was there before', async () => {
    await mkdir(dirname(file()), { recursive: true });
    await writeFile(file(), 'acounts: {}\n', { mode: 0o600 });
    await expect(edit((text) => addAccount(text, 'work', entry))).rejects.toMatchObject({
      exitStatus: 78,
      line: 1,
      column: 1,
    });
  });

  it('narrows a wide mode and keeps a stricter one', async () => {
    await edit((text) => addAccount(text, 'a', entry));
    await chmod(file(), 0o644);
    await edit((text) => addAccount(text, 'b', entry));
    expect(await modeOf(file())).toBe(0o600);
    await chmod(file(), 0o400);
    await edit((text) => addAccount(text, 'c', entry));
    expect(await modeOf(file())).toBe(0o400);
  });

  it.each([true, false])(
    'writes the target of a symbolic link (target there: %s)',
    async (there) => {
      const target = join(home, 'dotfiles/posthorn.yaml');
      await mkdir(dirname(target), { recursive: true });
      await mkdir(dirname(file()), { recursive: true });
      if (there) await writeFile(target, '# mine\n', { mode: 0o600 });
      await symlink('../../dotfiles/posthorn.yaml', file());
      await edit((text) => addAccount(text, 'work', entry));
      expect((await lstat(file())).isSymbolicLink()).toBe(true);
      expect(await readlink(file())).toBe('../../dotfiles/posthorn.yaml');
      expect(await readFile(target, 'utf8')).toContain('work:');
    },
  );

  it('does not touch a file that the edit left as it was', async () => {
    await edit((text) => addAccount(text, 'work', entry));
    const before = await stat(file());
    await edit((text) => text);
    expect((await stat(file())).ino).toBe(before.ino);
  });

  it('says 74 and what to do where it cannot write, and leaves nothing behind', async () => {
    await writeFile(join(home, '.config'), 'a file where a folder should be');
    await expect(edit((text) => addAccount(text, 'work', entry))).rejects.toMatchObject({
      exitStatus: 74,
      message: `${file()} cannot be written (ENOTDIR); nothing was changed`,
    });
    expect(await readdir(home)).toEqual(['.config']);
  });

  it('says 74 where a folder of its path is a link that leads nowhere', async () => {
    await symlink('nowhere', join(home, '.config'));
    await expect(edit((text) => addAccount(text, 'work', entry))).rejects.toMatchObject({
      exitStatus: 74,
    });
  });

  it('shows beforehand what would come of it, and writes nothing', async () => {
    const location = await findConfig({ env: { HOME: home }, homedir: '/', cwd: '/' });
    const config = await previewConfig(location, (text) => addAccount(text, 'work', entry));
    expect(config.accounts.get('work')?.outgoing?.port).toBe(465);
    expect(await readdir(home)).toEqual([]);
  });
});
