/** Directory entries that survive a power cut: making them, and waiting until they are on disk. */

import { errorCode, unless, type Disk } from './disk.ts';

/** File systems without hard links say one of these (vfat, exfat, some network and FUSE mounts). */
const noHardLinks = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

/** Network and FUSE file systems that can't fsync a directory say one of these; their entries are as safe as they get. */
const noDirectorySync = ['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'];

/** fsync(2) of a directory: a new name is only on disk once its directory is. */
export async function syncDirectory(disk: Disk, path: string): Promise<void> {
  const directory = await disk.open(path, 'r');
  try {
    await unless(noDirectorySync, directory.sync());
  } finally {
    await directory.close();
  }
}

/** Whether it was made now. */
export async function makeDirectory(disk: Disk, path: string): Promise<boolean> {
  return (
    (await unless(
      ['EEXIST'],
      disk.mkdir(path, 0o700).then(() => true),
    )) ?? false
  );
}

/**
 * Gives a file a second name, or throws EEXIST: rename(2) would replace what stands there. Without hard links the file is
 * renamed after a look: nobody else delivers under our names, and the account's lock keeps a second posthorn away.
 */
export async function linkWithoutReplacing(disk: Disk, from: string, to: string): Promise<void> {
  try {
    await disk.link(from, to);
  } catch (error) {
    if (!noHardLinks.includes(errorCode(error) ?? '')) throw error;
    await moveWithoutReplacing(disk, from, to);
  }
}

async function moveWithoutReplacing(disk: Disk, from: string, to: string): Promise<void> {
  const found = await unless(['ENOENT'], disk.stat(to));
  if (found === null) return disk.rename(from, to);
  throw Object.assign(new Error(`${to} exists`), { code: 'EEXIST', syscall: 'rename' });
}
