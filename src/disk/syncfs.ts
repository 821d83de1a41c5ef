/** syncfs(2): many new files on disk by one call. Where it can't stand for an fsync of each file, it is not offered. */

import { open, statfs, type FileHandle } from 'node:fs/promises';
import { release } from 'node:os';
import { cFunction, errorName } from './libc.ts';

/** A file system held open since before the files were written that `sync` is to bring to disk. */
export interface OpenFileSystem {
  /**
   * Waits until all that was written to it by anyone, files and names, is on disk. Fails as a system call of Node does
   * (`EIO`, `ENOSPC`, …) when anything could not be written since `openFileSystem`: no file written since then counts as kept,
   * and an fsync of each afterwards proves nothing, since the kernel may have forgotten its failure by then.
   */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** The C function, both ways: Node's thread goes on beside `async`, which can't tell errno. */
export interface SyncFsFunction {
  (descriptor: number): number;
  async(descriptor: number, done: (error: unknown, result: number) => void): void;
}

export interface Library {
  readonly syncfs: SyncFsFunction;
  /** What errno was after the last call that was not `async`, e.g. `EIO`. */
  readonly errorName: () => string | undefined;
}

/**
 * From 5.8 on the kernel tells syncfs what could not be written back; from 5.17 on also what the file system itself says,
 * e.g. that its journal has failed.
 */
const oldestKernel = [5, 17] as const;

/**
 * `f_type` of statfs(2), from linux/magic.h, of those whose syncfs does all that fsync does. FUSE, CIFS and 9p write pages out
 * and leave it to fsync to ask their server to keep them; overlayfs does not tell of the errors of what lies below.
 */
const trusted: readonly number[] = [
  0xef53, // ext2, ext3, ext4
  0x58465342, // XFS
  0x9123683e, // Btrfs
  0xf2f52010, // F2FS
  0x2fc12fc1, // ZFS
  0xca451a4e, // bcachefs
  0x01021994, // tmpfs
];

/** The file system of this file or folder; null where an fsync of each file has to do. */
export async function openFileSystem(path: string): Promise<OpenFileSystem | null> {
  const library = syncFsLibrary();
  if (library === null || !trusted.includes((await statfs(path)).type)) return null;
  return heldOpen(path, library);
}

/** As openFileSystem, without asking whether it can be relied on. */
export async function heldOpen(path: string, library: Library): Promise<OpenFileSystem> {
  const asked = await open(path, 'r');
  // An error is told once to each descriptor that was open when it came up: the second one is asked for its errno.
  const spare = await open(path, 'r').catch(async (error: unknown) => {
    await asked.close();
    throw error;
  });
  return {
    sync: async () => {
      if ((await call(library, asked)) === 0) return;
      const failed = library.syncfs(spare.fd) !== 0;
      throw systemError((failed ? library.errorName() : undefined) ?? 'EIO', path);
    },
    close: async () => {
      await Promise.all([asked.close(), spare.close()]);
    },
  };
}

function call({ syncfs }: Library, { fd }: FileHandle): Promise<number> {
  return new Promise((resolve, reject) => {
    syncfs.async(fd, (error, result) => {
      if (error === null || error === undefined) resolve(result);
      else reject(error instanceof Error ? error : new Error(String(error)));
    });
  });
}

function systemError(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: syncfs '${path}'`), { code, syscall: 'syncfs', path });
}

export function isNewEnough(kernel: string): boolean {
  const [major = 0, minor = 0] = kernel.split('.').map((part) => Number.parseInt(part, 10));
  const [leastMajor, leastMinor] = oldestKernel;
  return major > leastMajor || (major === leastMajor && minor >= leastMinor);
}

let loaded: Library | null | undefined;

/** Without it all is durable, though slower. */
function syncFsLibrary(): Library | null {
  if (loaded === undefined) loaded = isNewEnough(release()) ? load() : null;
  return loaded;
}

function load(): Library | null {
  const syncfs = cFunction<SyncFsFunction>('int syncfs(int)');
  return syncfs && { syncfs, errorName };
}
