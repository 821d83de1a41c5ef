/** Finds the Maildir folders of a tree, whoever made them. */

import { join } from 'node:path';
import type { Layout } from '../../../core/account/settings.ts';
import { nullOn, type Disk } from '../../../disk/disk.ts';
import { explained } from '../mail-disk.ts';
import { visible } from '../scanning/stamp.ts';
import { markerName } from './marker.ts';

/** What nobody can look into, e.g. `lost+found`, or that went meanwhile. */
const closed = ['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'ELOOP'];

interface Walk {
  readonly disk: Disk;
  readonly root: string;
  readonly found: string[];
  /** Symbolic links are followed, so the same directory may come by twice. */
  readonly seen: Set<string>;
}

/** Local paths in the layout's form, sorted. */
export async function findFolders(
  disk: Disk,
  root: string,
  layout: Layout,
): Promise<readonly string[]> {
  const walk: Walk = { disk, root, found: [], seen: new Set() };
  await explained(root, disk.stat(root));
  await explained(root, layout === 'fs' ? nested(walk, '') : flat(walk));
  return walk.found.sort();
}

/** All folders stand beside each other; the root itself is the inbox. */
async function flat(walk: Walk): Promise<void> {
  const { disk, root, found } = walk;
  for (const name of await disk.readdir(root))
    if (name.startsWith('.') && (await isMaildir(disk, join(root, name)))) found.push(name);
  if (await isMaildir(disk, root)) found.push('');
}

/** A root within this one, e.g. of another account, is none of its folders. */
async function nested(walk: Walk, localPath: string): Promise<void> {
  const { disk, root, found, seen } = walk;
  const path = join(root, localPath);
  if (!(await isUnseen(disk, path, seen))) return;
  const names = (await nullOn(closed, disk.readdir(path))) ?? [];
  if (localPath !== '' && names.includes(markerName)) return;
  if (localPath !== '' && (await isMaildir(disk, path))) found.push(localPath);
  for (const name of names)
    if (!name.startsWith('.') && name !== 'tmp' && !visible.some((part) => part === name))
      await nested(walk, localPath === '' ? name : `${localPath}/${name}`);
}

async function isUnseen(disk: Disk, path: string, seen: Set<string>): Promise<boolean> {
  const found = await nullOn(closed, disk.stat(path));
  if (found === null || !found.isDirectory()) return false;
  const identity = `${String(found.dev)}:${String(found.ino)}`;
  if (seen.has(identity)) return false;
  seen.add(identity);
  return true;
}

async function isMaildir(disk: Disk, path: string): Promise<boolean> {
  for (const part of visible) {
    const found = await nullOn(closed, disk.stat(join(path, part)));
    if (found?.isDirectory() !== true) return false;
  }
  return true;
}
