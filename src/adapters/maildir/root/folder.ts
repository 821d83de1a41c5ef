/** Makes the directories of one folder so that they survive a power cut, and clears what a broken run left in `tmp`. */

import { join } from 'node:path';
import { nullOn, type Disk } from '../../../disk/disk.ts';
import { makeDirectory, syncDirectory } from '../../../disk/durable.ts';
import { visible } from '../scanning/stamp.ts';

/**
 * True where the folder is known to be empty, since both its `cur` and its `new` were made by this call. `isLeft` says which
 * files in `tmp` nobody is writing any more.
 */
export async function ensureMaildir(
  disk: Disk,
  root: string,
  localPath: string,
  isLeft: (temporaryPath: string) => Promise<boolean>,
): Promise<boolean> {
  const folder = join(root, localPath);
  const names = await nullOn(['ENOENT'], disk.readdir(join(folder, 'tmp')));
  if (names === null) return makeMaildir(disk, root, localPath);
  for (const path of names.map((name) => join(folder, 'tmp', name)))
    if (await isLeft(path)) await nullOn(['ENOENT'], disk.unlink(path));
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

/** Each level durably. */
export async function makePath(disk: Disk, root: string, localPath: string): Promise<void> {
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
  const file = await nullOn(['EEXIST'], disk.open(path, 'wx', 0o600));
  await file?.close();
}
