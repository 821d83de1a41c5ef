/** Gives the directory of a folder another name. */

import { dirname, join } from 'node:path';
import { errorCode, nullOn, type Disk } from '../../../disk/disk.ts';
import { syncDirectory } from '../../../disk/durable.ts';
import { makePath } from './folder.ts';

const taken = ['ENOTEMPTY', 'EEXIST', 'ENOTDIR'];

/** False where it is not there, or where something stands at the new path. */
export async function renameMaildir(
  disk: Disk,
  root: string,
  from: string,
  to: string,
): Promise<boolean> {
  const paths = [join(root, from), join(root, to)] as const;
  const [isThere, isTaken] = await Promise.all(paths.map((path) => exists(disk, path)));
  if (isThere !== true || isTaken === true) return false;
  await makePath(disk, root, dirname(to) === '.' ? '' : dirname(to));
  try {
    await disk.rename(...paths);
  } catch (error) {
    if (taken.includes(errorCode(error) ?? '')) return false;
    throw error;
  }
  // The new name first: lost with the power, the other order would lose the folder.
  await syncDirectory(disk, dirname(paths[1]));
  await syncDirectory(disk, dirname(paths[0]));
  return true;
}

async function exists(disk: Disk, path: string): Promise<boolean> {
  return (await nullOn(['ENOENT', 'ENOTDIR'], disk.stat(path))) !== null;
}
