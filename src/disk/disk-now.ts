/** Calls to the file system on Node's own thread, for many small files: what they do takes less time than to wait for them. */

import {
  closeSync,
  constants,
  fstatSync,
  futimesSync,
  openSync,
  readSync,
  statSync,
  writeSync,
  type BigIntStats,
} from 'node:fs';
import { asSystemPath } from './file-name.ts';
import { renameNewNow } from './rename-new.ts';

export interface FileFacts {
  readonly size: number;
  readonly mtimeMs: number;
}

/** Each call fails as Node's does. */
export interface DiskNow {
  /** A new file of this mode, for writing: EEXIST where there is one. Returns its descriptor. */
  open(path: string, mode: number): number;
  /** Octets written: fewer when the disk is about to be full. */
  write(descriptor: number, octets: Uint8Array, offset: number, length: number): number;
  utimes(descriptor: number, date: Date): void;
  close(descriptor: number): void;
  /**
   * The octets of a file, from the beginning of `room` on, and its facts. Null where it is no file, has no place there, or can't be
   * read: to be looked into beside Node's thread.
   */
  readInto(path: string, room: Buffer): FileFacts | null;
  stat(path: string): BigIntStats;
  /** As Disk has it. */
  renameNew(from: string, to: string): boolean;
}

const openNew = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;

export const realDiskNow: DiskNow = {
  open: (path, mode) => openSync(path, openNew, mode),
  write: (descriptor, octets, offset, length) => writeSync(descriptor, octets, offset, length),
  utimes: (descriptor, date) => {
    futimesSync(descriptor, date, date);
  },
  close: (descriptor) => {
    closeSync(descriptor);
  },
  readInto,
  stat: (path) => statSync(asSystemPath(path), { bigint: true }),
  renameNew: renameNewNow,
};

function readInto(path: string, room: Buffer): FileFacts | null {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(asSystemPath(path), constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = fstatSync(descriptor);
    if (!stats.isFile() || stats.size >= room.length) return null;
    // Room for more than there should be: what is read is then all of it.
    const size = readSync(descriptor, room, 0, room.length, 0);
    return size === stats.size ? { size, mtimeMs: stats.mtimeMs } : null;
  } catch {
    return null;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
