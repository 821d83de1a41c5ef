/** Finds the Maildir folders of a tree, whoever made them, and what each directory that was looked into was like then. */

import type { BigIntStats } from 'node:fs';
import { join } from 'node:path';
import type { Layout } from '../../../core/account/settings.ts';
import { nullOn, type Disk } from '../../../disk/disk.ts';
import { explained } from '../mail-disk.ts';
import { visible } from '../scanning/stamp.ts';
import { markerName } from './marker.ts';

/** What nobody can look into, e.g. `lost+found`, or that went meanwhile. */
export const closed = ['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'ELOOP'];

interface Walk {
  readonly disk: Disk;
  readonly root: string;
  readonly found: string[];
  /** Device and number of the directories that were looked into. */
  readonly seen: Set<string>;
  /** Local paths of symbolic links: followed last, so that a folder is known by its own name, and not by a second one. */
  readonly links: string[];
  /** By local path, as it was before it was read. */
  readonly looks: Map<string, BigIntStats | null>;
}

/** What a walk through the tree found. */
export interface Found {
  /** Local paths in the layout's form, sorted. */
  readonly folders: readonly string[];
  /** By local path, what says what is in the tree: directories, and what may become one unseen from above; null where nothing is. */
  readonly looks: ReadonlyMap<string, BigIntStats | null>;
}

export async function findFolders(disk: Disk, root: string, layout: Layout): Promise<Found> {
  const walk: Walk = { disk, root, found: [], seen: new Set(), links: [], looks: new Map() };
  walk.looks.set('', await explained(root, disk.stat(root)));
  await explained(root, layout === 'fs' ? allNested(walk) : flat(walk));
  return { folders: walk.found.sort(), looks: walk.looks };
}

/** All folders stand beside each other; the root itself is the inbox. */
async function flat(walk: Walk): Promise<void> {
  const { disk, root, found } = walk;
  for (const name of await disk.readdir(root))
    if (name.startsWith('.') && (await isMaildir(walk, name))) found.push(name);
  if (await isMaildir(walk, '')) found.push('');
}

async function allNested(walk: Walk): Promise<void> {
  await nested(walk, '');
  for (let link = walk.links.shift(); link !== undefined; link = walk.links.shift())
    await nested(walk, link);
}

/** A root within this one, e.g. of another account, is none of its folders. */
async function nested(walk: Walk, localPath: string): Promise<void> {
  const { disk, root, found } = walk;
  const path = join(root, localPath);
  if (!(await isUnseen(walk, localPath))) return;
  const names = (await nullOn(closed, disk.readdir(path))) ?? [];
  if (names.length === 0) return;
  if (localPath !== '' && names.includes(markerName)) return;
  if (localPath !== '' && (await isMaildir(walk, localPath))) found.push(localPath);
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

/** What was looked at first counts: whatever came later shows by the next look. */
async function look(walk: Walk, localPath: string): Promise<BigIntStats | null> {
  const { disk, root, looks } = walk;
  const found = await nullOn(closed, disk.stat(join(root, localPath)));
  const known = looks.get(localPath);
  if (known === undefined) looks.set(localPath, found);
  return found;
}

async function isUnseen(walk: Walk, localPath: string): Promise<boolean> {
  const found = await look(walk, localPath);
  if (found === null || !found.isDirectory()) return false;
  const identity = `${String(found.dev)}:${String(found.ino)}`;
  if (walk.seen.has(identity)) return false;
  walk.seen.add(identity);
  return true;
}

/** `cur` and `new` may be links: whether they lead to a directory does not show in the folder's own time. */
async function isMaildir(walk: Walk, localPath: string): Promise<boolean> {
  await look(walk, localPath);
  for (const part of visible) {
    const found = await nullOn(closed, walk.disk.stat(join(walk.root, localPath, part)));
    if (found?.isDirectory() !== true) return false;
  }
  return true;
}
