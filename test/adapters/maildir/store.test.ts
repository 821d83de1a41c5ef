/** Roots of accounts: made once, recognised by their marker, never taken over. */

import { mkdirSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMaildirStore } from '../../../src/adapters/maildir/store.ts';
import { realDisk } from '../../../src/disk/disk.ts';
import { ConfigurationError, StorageError } from '../../../src/errors.ts';
import type { StoreWorld } from '../../contract/mail-store.ts';
import { diskWorld } from './disk-world.ts';

let world: StoreWorld;

beforeEach(async () => {
  world = await diskWorld();
});

afterEach(async () => {
  await world.dispose();
});

async function put(...path: string[]): Promise<void> {
  const file = join(world.root, ...path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, 'x');
}

describe('create', () => {
  it('makes the root, what is above it and the marker, all private', async () => {
    await world.store.create(world.root, '7f3kq2');
    for (const path of [world.root, dirname(world.root)])
      expect((await stat(path)).mode & 0o777).toBe(0o700);
    expect((await stat(join(world.root, '.posthorn'))).mode & 0o777).toBe(0o600);
    expect(await readFile(join(world.root, '.posthorn'), 'utf8')).toMatch(/^7f3kq2\n# Mail of/);
    expect(await readdir(world.root)).toEqual(['.posthorn']);
  });

  it('is not put off by another account that makes the same parent meanwhile', async () => {
    const parent = dirname(world.root);
    const mkdirLate = async (path: string, mode: number): Promise<void> => {
      await realDisk.mkdir(path, mode).catch(async (error: unknown) => {
        if (path === world.root) await mkdir(parent);
        throw error;
      });
    };
    const store = createMaildirStore({ disk: { ...realDisk, mkdir: mkdirLate } });
    await store.create(world.root, 'mine');
    expect(await readdir(world.root)).toEqual(['.posthorn']);
  });

  it.each([
    ['a Maildir', ['new', 'a']],
    ['a folder', ['INBOX', 'cur', 'a:2,S']],
    ['a nested folder', ['Projekte', 'Straße', 'cur', 'a:2,']],
    ['a Maildir++ folder', ['.Sent', 'new', 'a']],
  ])('refuses a root with mail in %s, and touches nothing', async (_, path) => {
    await put(...path);
    const before = await readdir(world.root);
    const refused: unknown = await world.store.create(world.root, 'mine').catch((e: unknown) => e);
    expect(refused).toBeInstanceOf(ConfigurationError);
    expect(refused).toMatchObject({ exitStatus: 78 });
    expect((refused as ConfigurationError).remedy).toMatch(/state rebuild.*path/);
    expect(await readdir(world.root)).toEqual(before);
  });

  it('takes a root with empty folders and other files', async () => {
    for (const name of ['cur', 'new', 'tmp'])
      await mkdir(join(world.root, 'INBOX', name), { recursive: true });
    await put('INBOX', 'cur', '.hidden');
    await put('INBOX', 'dovecot-uidlist');
    await put('INBOX', 'tmp', 'half');
    await expect(world.store.create(world.root, 'mine')).resolves.toBeDefined();
  });

  it('finds mail behind a symbolic link, and no end of circles', async () => {
    await put('..', 'elsewhere', 'cur', 'a:2,S');
    await mkdir(world.root);
    await symlink('.', join(world.root, 'circle'));
    await expect(world.store.create(world.root, 'mine')).resolves.toBeDefined();
    await symlink('../elsewhere', join(world.root, 'INBOX'));
    await expect(world.store.create(world.root, 'mine')).rejects.toThrow(/already holds mail/);
  });

  it('does not search a home directory for ever', async () => {
    for (let index = 0; index < 2100; index += 1)
      mkdirSync(join(world.root, String(index % 50), String(index)), { recursive: true });
    await expect(world.store.create(world.root, 'mine')).rejects.toThrow(/too many folders/);
  });

  it('says so where a file stands in its way', async () => {
    await put('file');
    const path = join(world.root, 'file', 'root');
    await expect(world.store.create(path, 'mine')).rejects.toThrow(StorageError);
    await expect(world.store.create(join(world.root, 'file'), 'mine')).rejects.toThrow(
      StorageError,
    );
  });

  it('clears what a broken creation left', async () => {
    await put(`.posthorn-${'0'.repeat(16)}`);
    await world.store.create(world.root, 'mine');
    expect(await readdir(world.root)).toEqual(['.posthorn']);
  });
});

describe('open', () => {
  it.each([
    ['another account', 'other\n', /belongs to another account \(other\)/],
    ['nobody', '', /belongs to no account/],
    ['octets of whatever kind', Buffer.alloc(9000, 0x1b), /belongs to another account/],
  ])('refuses the marker of %s', async (_, content, message) => {
    await put('.posthorn');
    await writeFile(join(world.root, '.posthorn'), content);
    await expect(world.store.open(world.root, 'mine')).rejects.toThrow(message);
    await expect(world.store.create(world.root, 'mine')).rejects.toThrow(StorageError);
  });

  it('takes a relative path', async () => {
    await world.store.create(world.root, 'mine');
    const tree = await createMaildirStore().open(join(world.root, '..', 'work', '.'), 'mine');
    expect(tree.root).toBe(world.root);
    expect(tree.directory('INBOX')).toBe(join(world.root, 'INBOX'));
  });
});

it('makes no folder once the marker is gone', async () => {
  const tree = await world.store.create(world.root, 'mine');
  await rm(join(world.root, '.posthorn'));
  const refused: unknown = await tree.ensureFolder('INBOX').catch((error: unknown) => error);
  expect(refused).toMatchObject({ exitStatus: 74, reach: 'account' });
  expect((refused as StorageError).remedy).toMatch(/mounted/);
  expect(await readdir(world.root)).toEqual([]);
});
