/** Removing an account's mail: what a removal leaves that was broken off is still known as mail, and goes the next time. */
import { access, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMailRoots } from '../../../src/adapters/maildir/roots.ts';

let root: string;
const roots = createMailRoots();
const parts = ['cur', 'new', 'tmp'];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'posthorn-purge-'));
  await writeFile(join(root, '.posthorn'), 'aaaa11\n');
  for (const part of parts) await mkdir(join(root, 'INBOX', part), { recursive: true });
});

afterEach(() => rm(root, { recursive: true, force: true }));

const beside = (): string => join(dirname(root), `.${basename(root)}.posthorn-purged`);

const isGone = (): Promise<boolean> =>
  access(root).then(
    () => false,
    () => true,
  );

describe('a purge', () => {
  it('takes every message, and the folders', async () => {
    for (const part of parts) await writeFile(join(root, 'INBOX', part, 'message'), 'x');
    expect(await roots.purge(root, 'aaaa11')).toEqual({ left: 0 });
    expect(await isGone()).toBe(true);
  });

  it.each([['cur'], ['cur', 'new'], ['cur', 'new', 'tmp']])(
    'goes on where %s went before',
    async (...went) => {
      for (const part of went) await rm(join(root, 'INBOX', part), { recursive: true });
      expect(await roots.purge(root, 'aaaa11')).toEqual({ left: 0 });
      expect(await isGone()).toBe(true);
    },
  );

  it('goes on where nothing but the root was left, which an empty mount point is not', async () => {
    await rm(join(root, 'INBOX'), { recursive: true });
    await rename(join(root, '.posthorn'), beside());
    await expect(roots.purge(root, 'bbbb22')).rejects.toMatchObject({ exitStatus: 74 });
    expect(await roots.purge(root, 'aaaa11')).toEqual({ left: 0 });
    expect(await isGone()).toBe(true);
    await expect(access(beside())).rejects.toThrow('ENOENT');
    await mkdir(root);
    await expect(roots.purge(root, 'aaaa11')).rejects.toMatchObject({ exitStatus: 74 });
  });

  it('leaves what is no mail', async () => {
    await writeFile(join(root, 'INBOX', 'notes'), 'mine');
    expect(await roots.purge(root, 'aaaa11')).toEqual({ left: 1 });
    await access(join(root, 'INBOX', 'notes'));
  });
});
