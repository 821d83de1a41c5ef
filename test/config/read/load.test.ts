import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findConfig } from '../../../src/config/read/find.ts';
import { checkConfig, loadConfig } from '../../../src/config/read/load.ts';
import type { ConfigSource } from '../../../src/config/read/paths.ts';

const good =
  'accounts:\n  work: { receive: false, send: false, identity: { address: a@b.example } }\n';

let home = '';
let source: ConfigSource = { env: {}, homedir: '/', cwd: '/' };
const userFile = (): string => join(home, '.config/posthorn/config.yaml');

async function write(path: string, text: string | Uint8Array, mode = 0o600): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  await chmod(path, mode);
}

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'posthorn-config-'));
  source = { env: { HOME: home }, homedir: '/nowhere', cwd: home };
});

afterEach(async () => {
  await rm(home, { recursive: true });
});

describe('finding', () => {
  it("means the user's file where there is none", async () => {
    expect(await findConfig(source)).toMatchObject({
      path: userFile(),
      exists: false,
      explicit: false,
      home,
    });
  });

  it('never looks into the working directory', async () => {
    await write(join(home, 'config.yaml'), good);
    await write(join(home, '.posthornrc'), good);
    expect((await loadConfig(source)).accounts.size).toBe(0);
  });

  it('a file that is named has a state of its own, the same by every path to it', async () => {
    await write(join(home, 'x/c.yaml'), good);
    await symlink(join(home, 'x'), join(home, 'link'));
    const direct = await findConfig({ ...source, configFile: 'x/c.yaml' });
    const linked = await findConfig({ ...source, configFile: 'link/c.yaml' });
    expect(direct.places.stateDir).toMatch(/\/posthorn\/[0-9a-f]{16}$/);
    expect(linked.places).toEqual(direct.places);
  });

  it('the state is the same before and after the file is made', async () => {
    const before = await findConfig({ ...source, configFile: 'new/c.yaml' });
    await write(join(home, 'new/c.yaml'), good);
    expect((await findConfig({ ...source, configFile: 'new/c.yaml' })).places).toEqual(
      before.places,
    );
  });

  it("the user's own file, named, keeps the user's state", async () => {
    await write(userFile(), good);
    expect((await findConfig({ ...source, configFile: userFile() })).places).toEqual(
      (await findConfig(source)).places,
    );
  });
});

describe('loading', () => {
  it('reads the accounts', async () => {
    await write(userFile(), `defaultAccount:\noptions:\n${good}`.replace('defaultAccount:\n', ''));
    const config = await loadConfig(source);
    expect([...config.accounts.keys()]).toEqual(['work']);
    expect(config).toMatchObject({
      path: userFile(),
      exists: true,
      warnings: [],
      defaultAccount: undefined,
    });
    expect(config.accounts.get('work')?.path).toBe(join(home, 'Mail/work'));
  });

  it('takes no file for an empty one', async () => {
    expect(await loadConfig(source)).toMatchObject({ exists: false, accounts: new Map() });
  });

  it('but not when it was named', async () => {
    const named = { ...source, configFile: 'c.yaml' };
    await expect(loadConfig(named)).rejects.toMatchObject({
      exitStatus: 78,
      message: `the configuration file ${home}/c.yaml does not exist`,
    });
    expect((await loadConfig(named, { allowMissing: true })).accounts.size).toBe(0);
    await expect(checkConfig(named)).rejects.toMatchObject({ exitStatus: 78 });
  });

  it('names file, line, column and key of the first problem, and lists the others', async () => {
    await write(userFile(), 'acounts: {}\nversion: 2\n');
    await expect(loadConfig(source)).rejects.toMatchObject({
      exitStatus: 78,
      line: 1,
      column: 1,
      message: `${userFile()}: unknown key \`acounts\` at line 1, column 1; did you mean \`accounts\`? (and 1 more: posthorn config check)`,
      detail: expect.stringContaining('`version` must be 1, not 2 at line 2, column 10') as unknown,
    });
    const { problems } = await checkConfig(source);
    expect(problems.map(({ path, line, column }) => ({ path, line, column }))).toEqual([
      { path: 'acounts', line: 1, column: 1 },
      { path: 'version', line: 2, column: 10 },
    ]);
  });

  it('refuses a file that everyone may write', async () => {
    await write(userFile(), good, 0o666);
    await expect(loadConfig(source)).rejects.toMatchObject({
      exitStatus: 78,
      remedy: `Run: chmod 600 ${userFile()}`,
    });
  });

  it('warns of a file that its group may write', async () => {
    await write(userFile(), good, 0o660);
    expect((await loadConfig(source)).warnings).toEqual([
      `${userFile()} can be written by its group, and it names commands to run. Run: chmod 600 ${userFile()}`,
    ]);
  });

  it('refuses bytes that are no UTF-8', async () => {
    await write(userFile(), Uint8Array.from([0x61, 0x3a, 0x20, 0xff, 0x0a]));
    await expect(loadConfig(source)).rejects.toMatchObject({
      exitStatus: 78,
      message: `${userFile()} is not UTF-8`,
    });
  });

  it('says so when the file is a folder', async () => {
    await mkdir(userFile(), { recursive: true });
    await expect(loadConfig(source)).rejects.toMatchObject({
      exitStatus: 74,
      remedy: 'Name a file, not a folder.',
    });
  });

  it('takes /dev/null for an empty configuration', async () => {
    expect((await loadConfig({ ...source, configFile: '/dev/null' })).accounts.size).toBe(0);
  });
});

describe('a text that this build has found sound', () => {
  const build = 'a';
  const note = async (): Promise<string> => {
    const { places } = await findConfig(source);
    return readFile(join(places.stateDir, 'config.sound'), 'utf8').catch(() => 'none');
  };
  const makeState = async (): Promise<void> => {
    await mkdir((await findConfig(source)).places.stateDir, { recursive: true });
  };

  it('is read to the same configuration as one that is checked', async () => {
    await makeState();
    const folder = join(import.meta.dirname, '../../../examples');
    const files = (await readdir(folder, { recursive: true })).filter((name) =>
      name.endsWith('.yaml'),
    );
    expect(files).not.toEqual([]);
    for (const file of files) {
      await write(userFile(), await readFile(join(folder, file)));
      const checked = await loadConfig(source, { build }).catch(() => null);
      if (checked === null) continue;
      const noted = await note();
      expect(await loadConfig(source, { build })).toEqual(checked);
      expect(await note()).toBe(noted);
    }
  });

  it('is not checked again, but a text or a build that is another one is', async () => {
    await makeState();
    await write(userFile(), good);
    await loadConfig(source, { build });
    const noted = await note();
    expect(noted).toMatch(/^[0-9a-f]{64}\n\{.*\}$/);
    await loadConfig(source, { build: 'b' });
    expect(await note()).not.toBe(noted);
    await write(userFile(), good.replace('receive', 'recieve'));
    await expect(loadConfig(source, { build })).rejects.toThrow('unknown key `recieve`');
    await expect(loadConfig(source, { build })).rejects.toThrow('unknown key `recieve`');
  });

  it('is checked again where the note is not whole, was changed, or may be written by others', async () => {
    await makeState();
    await write(userFile(), good);
    const checked = await loadConfig(source, { build });
    const noted = await note();
    const file = join((await findConfig(source)).places.stateDir, 'config.sound');
    for (const broken of [
      '',
      noted.slice(0, 64),
      noted.slice(0, -9),
      noted.replace('receive', 'recieve'),
    ]) {
      await writeFile(file, broken);
      expect(await loadConfig(source, { build })).toEqual(checked);
      expect(await note()).toBe(noted);
    }
    await chmod(file, 0o666);
    await utimes(file, 1, 1);
    expect(await loadConfig(source, { build })).toEqual(checked);
    expect((await stat(file)).mtimeMs).toBeGreaterThan(1_000);
  });

  it('is noted nowhere without a state folder, or without the name of the build', async () => {
    await write(userFile(), good);
    await loadConfig(source, { build });
    expect(await note()).toBe('none');
    await makeState();
    await loadConfig(source);
    expect(await note()).toBe('none');
  });
});
