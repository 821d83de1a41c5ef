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
  /** Device and number of the directories that were looked into. */
  readonly seen: Set<string>;
  /** Local paths of symbolic links: followed last, so that a folder is known by its own name, and not by a second one. */
  readonly links: string[];
}

/** Local paths in the layout's form, sorted. */
export async function findFolders(
  disk: Disk,
  root: string,
  layout: Layout,
): Promise<readonly string[]> {
  const walk: Walk = { disk, root, found: [], seen: new Set(), links: [] };
  await explained(root, disk.stat(root));
  await explained(root, layout === 'fs' ? allNested(walk) : flat(walk));
  return walk.found.sort();
}

/** All folders stand beside each other; the root itself is the inbox. */
async function flat(walk: Walk): Promise<void> {
  const { disk, root, found } = walk;
  for (const name of await disk.readdir(root))
    if (name.startsWith('.') && (await isMaildir(disk, join(root, name)))) found.push(name);
  if (await isMaildir(disk, root)) found.push('');
}

async function allNested(walk: Walk): Promise<void> {
  await nested(walk, '');
  for (let link = walk.links.shift(); link !== undefined; link = walk.links.shift())
    await nested(walk, link);
}

/** A root within this one, e.g. of another account, is none of its folders. */
async function nested(walk: Walk, localPath: string): Promise<void> {
  const { disk, root, found, seen } = walk;
  const path = join(root, localPath);
  if (!(await isUnseen(disk, path, seen))) return;
  const names = (await nullOn(closed, disk.readdir(path))) ?? [];
  if (names.length === 0) return;
  if (localPath !== '' && names.includes(markerName)) return;
  if (localPath !== '' && (await isMaildir(disk, path))) found.push(localPath);
  const links = (await nullOn(closed, linksIn(disk, path))) ?? new Set();
  for (const name of names.filter(isFolderName).sort()) {
    const below = localPath === '' ? name : `${localPath}/${name}`;
    if (links.has(name)) walk.links.push(below);
    else await nested(walk, below);
  }
}

function isFolderName(name: string): boolean {
  return !name.startsWith('.') && name !== 'tmp' && !visible.some((part) => part === name);
}

async function linksIn(disk: Disk, path: string): Promise<Set<string>> {
  const links = new Set<string>();
  for await (const entry of disk.entries(path)) if (entry.isSymbolicLink()) links.add(entry.name);
  return links;
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
