/** The calls to the file system that whoever writes durably needs, as an object, so that tests can make any of them fail. */

import {
  constants,
  link,
  mkdir,
  open,
  opendir,
  readFile,
  rename,
  rm,
  rmdir,
  stat,
  unlink,
} from 'node:fs/promises';
import type { BigIntStats, Dirent } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { realDiskNow, type DiskNow } from './disk-now.ts';
import { asSystemPath, readNames } from './file-name.ts';
import { renameNew } from './rename-new.ts';
import { openFileSystem, type OpenFileSystem } from './syncfs.ts';

/** What is asked of an open file. */
export type DiskFile = Pick<
  FileHandle,
  'write' | 'read' | 'truncate' | 'sync' | 'utimes' | 'stat' | 'chmod' | 'chown' | 'close'
>;

export type OpenFlags = 'r' | 'wx' | 'over';

/** Each call fails as Node's does: an Error with `code` (`ENOSPC`) and `syscall`. Paths as file-name.ts has them. */
export interface Disk {
  /** `wx` makes a file, or says EEXIST; `over` makes it, or writes over the one that is there without cutting it. */
  open(path: string, flags: OpenFlags, mode?: number): Promise<DiskFile>;
  /** For syncfs(2); see syncfs.ts. Null where it can't stand for an fsync of each file. */
  openFileSystem(path: string): Promise<OpenFileSystem | null>;
  readFile(path: string): Promise<Buffer>;
  link(existing: string, path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Renames in one step where nothing stands at `to`. False where it was not done: a file stands there, or the system can't. */
  renameNew(from: string, to: string): Promise<boolean>;
  unlink(path: string): Promise<void>;
  /** A file, or a folder with all that is in it; nothing there is no error. */
  removeTree(path: string): Promise<void>;
  mkdir(path: string, mode: number): Promise<void>;
  /** An empty one alone: ENOTEMPTY, or EEXIST. */
  rmdir(path: string): Promise<void>;
  readdir(path: string): Promise<string[]>;
  stat(path: string): Promise<BigIntStats>;
  /** Entries one by one, for folders of which the first few tell enough. */
  entries(path: string): AsyncIterable<Dirent>;
  /** Calls on Node's thread. */
  readonly now: DiskNow;
}

/** Without O_NONBLOCK a pipe that somebody put under the name of a message would hold a thread for ever. */
const openFlags = {
  r: constants.O_RDONLY | constants.O_NONBLOCK,
  wx: 'wx',
  over: constants.O_WRONLY | constants.O_CREAT,
} as const;

export const realDisk: Disk = {
  open: (path, flags, mode) => open(asSystemPath(path), openFlags[flags], mode),
  openFileSystem,
  readFile: (path) => readFile(asSystemPath(path)),
  link: (existing, path) => link(asSystemPath(existing), asSystemPath(path)),
  rename: (from, to) => rename(asSystemPath(from), asSystemPath(to)),
  renameNew,
  unlink: (path) => unlink(asSystemPath(path)),
  removeTree: (path) => rm(asSystemPath(path), { recursive: true, force: true }),
  mkdir: async (path, mode) => {
    await mkdir(asSystemPath(path), { mode });
  },
  rmdir: (path) => rmdir(asSystemPath(path)),
  readdir: readNames,
  stat: (path) => stat(asSystemPath(path), { bigint: true }),
  async *entries(path) {
    yield* await opendir(path);
  },
  now: realDiskNow,
};

/** The system's word for what went wrong, e.g. `ENOSPC`; undefined for anything but a failed system call. */
export function errorCode(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || !('code' in thrown) || !('syscall' in thrown)) return undefined;
  return typeof thrown.code === 'string' ? thrown.code : undefined;
}

/** What the call gives, or null where it fails with one of these codes. */
export async function nullOn<T>(codes: readonly string[], call: Promise<T>): Promise<T | null> {
  try {
    return await call;
  } catch (error) {
    if (codes.includes(errorCode(error) ?? '')) return null;
    throw error;
  }
}
