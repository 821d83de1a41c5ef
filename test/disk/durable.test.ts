/** Durable writing: what stands there after each failed call, and which calls make it durable. */

import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { realDisk } from '../../src/disk/disk.ts';
import { explained } from '../../src/disk/disk-error.ts';
import {
  linkWithoutReplacing,
  makeDirectories,
  overwriteFile,
  replaceFile,
  syncDirectory,
} from '../../src/disk/durable.ts';
import { diskAround, failingDisk } from './faulty-disk.ts';

let folder: string;
let target: string;
let temporary: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'posthorn-durable-'));
  target = join(folder, 'file');
  temporary = join(folder, '.file.new');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('overwriteFile', () => {
  it.each(['longer than before', 'short'])(
    'uses the room of the file that is there: %s',
    async (text) => {
      await writeFile(target, 'of this length');
      const { ino } = await stat(target);
      await overwriteFile(realDisk, target, Buffer.from(text));
      expect(await readFile(target, 'utf8')).toBe(text);
      expect((await stat(target)).ino).toBe(ino);
    },
  );

  it('makes a file for the owner alone where there is none', async () => {
    await overwriteFile(realDisk, target, Buffer.from('new'));
    expect(await readFile(target, 'utf8')).toBe('new');
    expect((await stat(target)).mode & 0o777).toBe(0o600);
  });

  it.each(['write', 'truncate', 'sync', 'close'])('leaves no file where %s fails', async (name) => {
    await writeFile(target, 'old');
    const disk = failingDisk('EIO', (call) => call.name === name);
    const writing = overwriteFile(disk, target, Buffer.from('new'));
    await expect(writing).rejects.toMatchObject({ code: 'EIO' });
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('replaceFile', () => {
  it('syncs the file, renames it, syncs the folder, in this order', async () => {
    const calls: string[] = [];
    const disk = diskAround((call, work) => {
      calls.push(`${call.name} ${call.path.slice(folder.length)}`);
      return work();
    });
    await replaceFile(disk, target, temporary, Buffer.from('new'));
    expect(calls).toEqual([
      'open-wx /.file.new',
      'write /.file.new',
      'sync /.file.new',
      'close /.file.new',
      'rename /file',
      'open-r ',
      'sync ',
      'close ',
    ]);
    expect(await readFile(target, 'utf8')).toBe('new');
    expect((await stat(target)).mode & 0o777).toBe(0o600);
  });

  it.each(['open-wx', 'write', 'sync', 'close', 'rename'])(
    'leaves the old file and nothing else where %s fails',
    async (name) => {
      await writeFile(target, 'old');
      const disk = failingDisk('ENOSPC', (call) => call.name === name && call.path !== folder);
      await expect(replaceFile(disk, target, temporary, Buffer.from('new'))).rejects.toMatchObject({
        code: 'ENOSPC',
      });
      expect(await readdir(folder)).toEqual(['file']);
      expect(await readFile(target, 'utf8')).toBe('old');
    },
  );

  it('fails where the folder cannot be synced', async () => {
    const disk = failingDisk('EIO', (call) => call.name === 'sync' && call.path === folder);
    await expect(replaceFile(disk, target, temporary, Buffer.from('new'))).rejects.toMatchObject({
      code: 'EIO',
    });
  });

  it('prepares the file before it is seen', async () => {
    await replaceFile(realDisk, target, temporary, Buffer.from('new'), (file) => file.chmod(0o640));
    expect((await stat(target)).mode & 0o777).toBe(0o640);
  });
});

describe('syncDirectory', () => {
  it('takes a file system at its word that cannot sync a folder', async () => {
    await syncDirectory(
      failingDisk('EINVAL', ({ name }) => name === 'sync'),
      folder,
    );
  });
});

describe('makeDirectories', () => {
  it('makes what is missing for the owner alone, and syncs each entry', async () => {
    const synced: string[] = [];
    const disk = diskAround((call, work) => {
      if (call.name === 'sync') synced.push(call.path.slice(folder.length));
      return work();
    });
    await makeDirectories(disk, join(folder, 'a/b/c'));
    expect(synced).toEqual(['', '/a', '/a/b']);
    expect((await stat(join(folder, 'a/b'))).mode & 0o777).toBe(0o700);
    await makeDirectories(disk, join(folder, 'a/b/c'));
    expect(synced).toHaveLength(3);
  });

  it('ends where a link leads nowhere', async () => {
    await symlink('nowhere', join(folder, 'link'));
    await expect(makeDirectories(realDisk, join(folder, 'link/a'))).rejects.toMatchObject({
      code: 'ENOENT',
    });
  });
});

describe('linkWithoutReplacing', () => {
  const withoutLinks = failingDisk('EPERM', ({ name }) => name === 'link');
  it.each([
    ['with hard links', realDisk],
    ['without', withoutLinks],
  ])('never replaces what stands there, %s', async (_, disk) => {
    await writeFile(temporary, 'new');
    await writeFile(target, 'old');
    await expect(linkWithoutReplacing(disk, temporary, target)).rejects.toMatchObject({
      code: 'EEXIST',
    });
    expect(await readFile(target, 'utf8')).toBe('old');
    await rm(target);
    await linkWithoutReplacing(disk, temporary, target);
    expect(await readFile(target, 'utf8')).toBe('new');
  });
});

describe('explained', () => {
  const failing = (code: string): Promise<never> =>
    Promise.reject(Object.assign(new Error(code), { code, syscall: 'write' }));

  it.each([
    ['ENOSPC', /no space is left on the disk that holds \/mail/, 'account'],
    ['EROFS', /mounted read-only/, 'account'],
    ['EPERM', /permission is missing for \/mail/, 'folder'],
    ['EMFILE', /\/mail cannot be used \(EMFILE\)/, 'folder'],
  ])('%s', async (code, message, reach) => {
    await expect(explained('/mail', failing(code))).rejects.toMatchObject({
      exitStatus: 74,
      message: expect.stringMatching(message) as string,
      reach,
      remedy: expect.any(String) as string,
    });
  });

  it('takes the remedy of the caller', async () => {
    await expect(
      explained('/mail', failing('ENOSPC'), { ENOSPC: 'Make room; the next sync goes on.' }),
    ).rejects.toMatchObject({ remedy: 'Make room; the next sync goes on.' });
  });

  it('passes on what is no failed system call', async () => {
    const error = new TypeError('bug');
    await expect(explained('/mail', Promise.reject(error))).rejects.toBe(error);
  });
});
