/** The calls to the file system that the outbox needs, so that tests can make any of them fail. */

import { constants } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';

export interface OutboxDisk {
  /** Writes a new or emptied file of mode 0600 whole, and waits until it is on disk. */
  writeFile(path: string, octets: Buffer): Promise<void>;
  /**
   * The same where there is none; a file that is there is written over in place, so that what it has of the disk is used before
   * anything more is asked for.
   */
  overwriteFile(path: string, octets: Buffer): Promise<void>;
  /** Waits until the entries of a directory are on disk. */
  syncDirectory(path: string): Promise<void>;
  /** Makes one directory of mode 0700; EEXIST where there is one. */
  mkdir(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  removeTree(path: string): Promise<void>;
  readdir(path: string): Promise<string[]>;
  readFile(path: string): Promise<Buffer>;
  /** Octets, and milliseconds since the epoch. */
  stat(path: string): Promise<{ readonly size: number; readonly mtimeMs: number }>;
}

/** Network and FUSE file systems that can't fsync a directory say one of these; their entries are as safe as they get. */
const noDirectorySync = ['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'];

export const realDisk: OutboxDisk = {
  writeFile: (path, octets) => writeThrough(path, constants.O_TRUNC, octets),
  overwriteFile: (path, octets) => writeThrough(path, 0, octets),
  syncDirectory: async (path) => {
    const directory = await open(path, 'r');
    try {
      await directory.sync();
    } catch (error) {
      if (!noDirectorySync.includes(errorCode(error) ?? '')) throw error;
    } finally {
      await directory.close();
    }
  },
  mkdir: async (path) => {
    await mkdir(path, { mode: 0o700 });
  },
  rename,
  removeTree: (path) => rm(path, { recursive: true, force: true }),
  readdir: (path) => readdir(path),
  readFile: (path) => readFile(path),
  stat: (path) => stat(path),
};

async function writeThrough(path: string, flag: number, octets: Buffer): Promise<void> {
  const file = await open(path, constants.O_WRONLY | constants.O_CREAT | flag, 0o600);
  try {
    await file.writeFile(octets);
    await file.truncate(octets.length);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** The system's word for what went wrong, e.g. `ENOSPC`; undefined for anything but a failed system call. */
export function errorCode(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || !('code' in thrown)) return undefined;
  return typeof thrown.code === 'string' ? thrown.code : undefined;
}
