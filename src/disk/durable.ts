/** Files and directory entries that survive a power cut: writing and making them, and waiting until they are on disk. */

import { closeSync, fsyncSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorCode, nullOn, type Disk, type DiskFile } from './disk.ts';

/** File systems without hard links say one of these (vfat, exfat, some network and FUSE mounts). */
const noHardLinks = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

/** Network and FUSE file systems that can't fsync a directory say one of these; their entries are as safe as they get. */
const noDirectorySync = ['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'];

/** fsync(2) of a directory: a new name is only on disk once its directory is. */
export async function syncDirectory(disk: Disk, path: string): Promise<void> {
  const directory = await disk.open(path, 'r');
  try {
    await nullOn(noDirectorySync, directory.sync());
  } finally {
    await directory.close();
  }
}

/** The same where nothing can be awaited: in the state's thread, and before a lock is held. */
export function syncDirectoryNow(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } catch (error) {
    if (!noDirectorySync.includes(errorCode(error) ?? '')) throw error;
  } finally {
    closeSync(descriptor);
  }
}

/** One folder, 0700; whether it was made now. Its entry is not synced yet. */
export async function makeDirectory(disk: Disk, path: string): Promise<boolean> {
  const making = disk.mkdir(path, 0o700).then(() => true);
  return (await nullOn(['EEXIST'], making)) ?? false;
}

/**
 * The folder and those above it that are missing, each 0700, its entry synced. Level by level: mkdir with `recursive` reports
 * a read-only disk as a folder that is missing (Node 20). Throws ENOENT where the path leads nowhere (a dangling link).
 */
export async function makeDirectories(disk: Disk, path: string): Promise<void> {
  let made = await nullOn(['ENOENT'], makeDirectory(disk, path));
  if (made === null) {
    const above = dirname(path);
    if (above !== path) await makeDirectories(disk, above);
    made = await makeDirectory(disk, path);
  }
  if (made) await syncDirectory(disk, dirname(path));
}

/** A file of this mode, whole and on disk, though its name isn't yet; or an error, and no file. EEXIST where there is one. */
export async function writeNewFile(
  disk: Disk,
  path: string,
  octets: Uint8Array,
  prepare: (file: DiskFile) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const file = await disk.open(path, 'wx', 0o600);
  await orNoFile(disk, path, file, async () => {
    await writeAll(file, octets);
    await prepare(file);
    await file.sync();
  });
}

/**
 * The same, but a file that is there is written over in place, so that what it has of the disk is used before anything more is
 * asked for. Never for a file that must be whole at any time.
 */
export async function overwriteFile(disk: Disk, path: string, octets: Uint8Array): Promise<void> {
  const file = await disk.open(path, 'over', 0o600);
  await orNoFile(disk, path, file, async () => {
    await writeAll(file, octets);
    await file.truncate(octets.length);
    await file.sync();
  });
}

/** Closes the file after the work; where either fails it is removed. */
async function orNoFile(
  disk: Disk,
  path: string,
  file: DiskFile,
  work: () => Promise<void>,
): Promise<void> {
  try {
    try {
      await work();
    } finally {
      await file.close();
    }
  } catch (error) {
    await disk.unlink(path).catch(() => undefined);
    throw error;
  }
}

/** write(2) takes a part alone when the disk is about to be full; the next call then says ENOSPC. */
export async function writeAll(file: DiskFile, octets: Uint8Array): Promise<void> {
  for (let at = 0; at < octets.length;)
    at += (await file.write(octets, at, octets.length - at)).bytesWritten;
}

/**
 * What stands at `path` afterwards is the old file or the new one, on disk, never a part of it: written as `temporary` in the
 * same folder (mode 0600; `prepare` may give it another mode or owner), renamed, the folder synced.
 */
export async function replaceFile(
  disk: Disk,
  path: string,
  temporary: string,
  octets: Uint8Array,
  prepare?: (file: DiskFile) => Promise<void>,
): Promise<void> {
  await writeNewFile(disk, temporary, octets, prepare);
  await renameOver(disk, temporary, path);
  await syncDirectory(disk, dirname(path));
}

/** rename(2); where it fails the temporary file is gone as well. The folder is not synced yet. */
export async function renameOver(disk: Disk, temporary: string, path: string): Promise<void> {
  try {
    await disk.rename(temporary, path);
  } catch (error) {
    await disk.unlink(temporary).catch(() => undefined);
    throw error;
  }
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
    await renameWithoutReplacing(disk, from, to);
  }
}

/**
 * Renames, or throws EEXIST. Where the system has no such call the file is renamed after a look: see linkWithoutReplacing.
 */
export async function renameWithoutReplacing(disk: Disk, from: string, to: string): Promise<void> {
  if (await disk.renameNew(from, to)) return;
  const found = await nullOn(['ENOENT'], disk.stat(to));
  if (found === null) return disk.rename(from, to);
  throw Object.assign(new Error(`${to} exists`), { code: 'EEXIST', syscall: 'rename' });
}
