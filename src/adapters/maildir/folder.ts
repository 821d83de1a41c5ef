/** Makes the directories of one folder so that they survive a power cut, and clears what a broken run left in `tmp`. */

import { join } from 'node:path';
import { unless, type Disk } from './disk.ts';
import { makeDirectory, syncDirectory } from './durable.ts';
import { isOurTemporary } from './file-names.ts';
import { visible } from './scan.ts';

/** True where the folder is known to be empty, since both its `cur` and its `new` were made by this call. */
export async function ensureMaildir(disk: Disk, root: string, localPath: string): Promise<boolean> {
  const folder = join(root, localPath);
  const leftovers = await unless(['ENOENT'], disk.readdir(join(folder, 'tmp')));
  if (leftovers === null) return makeMaildir(disk, root, localPath);
  for (const name of leftovers.filter(isOurTemporary))
    await unless(['ENOENT'], disk.unlink(join(folder, 'tmp', name)));
  const made = await makeVisible(disk, folder);
  if (made.includes(true)) await syncDirectory(disk, folder);
  return !made.includes(false);
}

/** `tmp` comes last: where it stands, all the rest is on disk. */
async function makeMaildir(disk: Disk, root: string, localPath: string): Promise<boolean> {
  const folder = join(root, localPath);
  await makePath(disk, root, localPath);
  const made = await makeVisible(disk, folder);
  if (localPath.startsWith('.')) await markSubfolder(disk, folder);
  await syncDirectory(disk, folder);
  await makeDirectory(disk, join(folder, 'tmp'));
  await syncDirectory(disk, folder);
  return !made.includes(false);
}

async function makePath(disk: Disk, root: string, localPath: string): Promise<void> {
  let parent = root;
  for (const name of localPath.split('/').filter((each) => each !== '')) {
    await makeDirectory(disk, join(parent, name));
    await syncDirectory(disk, parent);
    parent = join(parent, name);
  }
}

function makeVisible(disk: Disk, folder: string): Promise<boolean[]> {
  return Promise.all(visible.map((name) => makeDirectory(disk, join(folder, name))));
}

/** Maildir++ knows a subfolder by this empty file; delivery agents look for it. */
async function markSubfolder(disk: Disk, folder: string): Promise<void> {
  const path = join(folder, 'maildirfolder');
  const file = await unless(['EEXIST'], disk.open(path, 'wx', 0o600));
  await file?.close();
}

/**
 * Makes the account's root and what is missing above it, each durable in its parent. Another account may be making the same
 * parents: that they stand a moment later is no reason to give up.
 */
export async function makeRoot(disk: Disk, root: string): Promise<void> {
  const parent = join(root, '..');
  const made = await unless(['ENOENT'], makeDirectory(disk, root));
  if (made === false) return;
  if (made === null) {
    if (parent !== root) await makeRoot(disk, parent);
    await makeDirectory(disk, root);
  }
  await syncDirectory(disk, parent);
}
