/** Removes a folder that holds no mail, beside other programs that may deliver to it in the same moment. */

import { dirname, join } from 'node:path';
import { nullOn, type Disk } from '../../../disk/disk.ts';
import { makeDirectory, syncDirectory } from '../../../disk/durable.ts';
import { visible } from '../scanning/stamp.ts';

/** In this order: without `tmp` nobody begins a delivery, and what was delivered before keeps its directory from being removed. */
const parts = ['tmp', ...visible];

const notEmpty = ['ENOTEMPTY', 'EEXIST'];

/** False where mail is in it, or somebody is writing some; then all parts stand as before. `isLeft`: nobody writes that file any more. */
export async function removeMaildir(
  disk: Disk,
  folder: string,
  isLeft: (temporaryPath: string) => Promise<boolean>,
): Promise<boolean> {
  for (const part of visible)
    if ((await namesIn(disk, join(folder, part))).some(isMail)) return false;
  for (const name of await namesIn(disk, join(folder, 'tmp')))
    if (await isLeft(join(folder, 'tmp', name)))
      await nullOn(['ENOENT', 'EISDIR', 'EPERM'], disk.unlink(join(folder, 'tmp', name)));
  if (!(await removeParts(disk, folder))) return false;
  await nullOn(['ENOENT'], disk.unlink(join(folder, 'maildirfolder')));
  await removeItself(disk, folder);
  return true;
}

function isMail(name: string): boolean {
  return !name.startsWith('.');
}

async function namesIn(disk: Disk, directory: string): Promise<string[]> {
  return (await nullOn(['ENOENT', 'ENOTDIR'], disk.readdir(directory))) ?? [];
}

/** Files that start with a dot are no mail: what holds them stays. */
async function removeParts(disk: Disk, folder: string): Promise<boolean> {
  const gone: string[] = [];
  for (const part of parts) {
    const path = join(folder, part);
    if ((await nullOn(notEmpty, removeDirectory(disk, path))) !== null) gone.push(path);
    else if ((await namesIn(disk, path)).some(isMail)) {
      // Somebody delivered meanwhile.
      for (const each of gone.reverse()) await makeDirectory(disk, each);
      await syncDirectory(disk, folder);
      return false;
    }
  }
  return true;
}

/** What else lies in it, e.g. other folders, keeps it. */
async function removeItself(disk: Disk, folder: string): Promise<void> {
  const removed = await nullOn([...notEmpty, 'EBUSY'], removeDirectory(disk, folder));
  const left = removed === null ? folder : dirname(folder);
  await nullOn(['ENOENT'], syncDirectory(disk, left));
}

async function removeDirectory(disk: Disk, path: string): Promise<true> {
  await nullOn(['ENOENT', 'ENOTDIR'], disk.rmdir(path));
  return true;
}
