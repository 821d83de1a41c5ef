/** What the launcher keeps of compiled code: it is used only where it is whole, of this very program, and ours alone. */
import { execFile } from 'node:child_process';
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Home } from './running/posthorn.ts';

const loader = resolve(import.meta.dirname, '../../bin/compiled.cjs');
const digestLength = 32;

let folder: string;
const kept = (): string => join(folder, 'cache', 'posthorn', 'compiled');
const program = (): string => join(folder, 'program.cjs');

/** Prints what the program says, and whether V8 took what was kept. */
const starter = `
const vm = require('node:vm');
const { Script } = vm;
let taken = false;
vm.Script = class extends Script {
  constructor(text, options) {
    super(text, options);
    taken = options.cachedData !== undefined && !this.cachedDataRejected;
  }
};
const { say } = require(process.argv[1]).load(process.argv[2], process.argv[3], process.argv[3] !== 'guest');
console.log(say(), taken ? 'kept' : 'anew');
`;

async function start(use = 'use', env: Record<string, string> = {}): Promise<string> {
  const words = ['-e', starter, loader, program(), use];
  const { stdout } = await promisify(execFile)(process.execPath, words, {
    env: { PATH: process.env['PATH'], XDG_CACHE_HOME: join(folder, 'cache'), ...env },
  });
  return stdout.trim();
}

const write = (word: string): Promise<void> =>
  writeFile(program(), `exports.say = () => { const word = '${word}'; return word; };`);

const keptFile = async (): Promise<string> => join(kept(), (await readdir(kept()))[0] ?? 'none');

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'posthorn-compiled-'));
  await write('one');
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('compiled code', () => {
  it('is kept for the owner alone, taken by the next start, and written once', async () => {
    expect(await start()).toBe('one anew');
    const file = await keptFile();
    expect((await stat(kept())).mode & 0o777).toBe(0o700);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await utimes(file, 1, 1);
    expect(await start()).toBe('one kept');
    expect((await stat(file)).mtimeMs).toBe(1_000);
  });

  it('of another program of the same length is not taken', async () => {
    await start();
    await write('two');
    expect(await start()).toBe('two anew');
    expect(await start()).toBe('two kept');
    expect(await readdir(kept())).toHaveLength(1);
  });

  it('that is cut, changed or empty is not taken, and written anew', async () => {
    await start();
    const file = await keptFile();
    const whole = await readFile(file);
    const changed = Buffer.from(whole);
    changed[whole.length - 5] = 0xff ^ (whole.at(-5) ?? 0);
    const zeroes = Buffer.concat([whole.subarray(0, 99), Buffer.alloc(whole.length - 99)]);
    for (const broken of [
      changed,
      whole.subarray(0, -1),
      whole.subarray(0, digestLength),
      zeroes,
      Buffer.alloc(0),
    ]) {
      await writeFile(file, broken);
      expect(await start()).toBe('one anew');
      expect(await start()).toBe('one kept');
    }
  });

  it('is left by nobody who shall leave nothing', async () => {
    expect(await start('guest')).toBe('one anew');
    expect(await readdir(folder)).toEqual(['program.cjs']);
  });

  it('is kept apart for each use', async () => {
    await start('sync');
    expect(await start('any')).toBe('one anew');
    expect(await start('sync')).toBe('one kept');
  });

  it.each([0o770, 0o707])('is neither taken nor kept where others may write (%o)', async (mode) => {
    await start();
    await chmod(kept(), mode);
    expect(await start()).toBe('one anew');
    await rm(await keptFile());
    expect(await start()).toBe('one anew');
    expect(await readdir(kept())).toEqual([]);
  });

  it('is not kept where nothing can be, or nobody wants it', async () => {
    expect(await start('use', { NODE_DISABLE_COMPILE_CACHE: '1' })).toBe('one anew');
    expect(await readdir(folder)).toEqual(['program.cjs']);
    await mkdir(join(folder, 'file'));
    await writeFile(join(folder, 'file', 'posthorn'), '');
    expect(await start('use', { XDG_CACHE_HOME: join(folder, 'file') })).toBe('one anew');
  });
});

describe('posthorn', () => {
  it('keeps what sync runs apart from all else, and runs from both', async () => {
    const home = await Home.make('accounts: {}\n');
    try {
      for (let at = 0; at < 2; at += 1) {
        expect((await home.run(['sync'])).status).toBe(78);
        expect((await home.run(['outbox', 'list'])).status).toBe(0);
      }
      const names = await readdir(join(home.folder, '.cache', 'posthorn', 'compiled'));
      const uses = names.map((name) => name.split('-v')[0]);
      expect(uses.toSorted()).toEqual(['main.cjs-any', 'main.cjs-sync']);
    } finally {
      await home.remove();
    }
  });
});
