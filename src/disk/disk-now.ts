/** Calls to the file system on Node's own thread, for many small files: what they do takes less time than to wait for them. */

import { closeSync, constants, futimesSync, openSync, writeSync } from 'node:fs';
import { renameNewNow } from './rename-new.ts';

/** Each call fails as Node's does. */
export interface DiskNow {
  /** A new file of this mode, for writing: EEXIST where there is one. Returns its descriptor. */
  open(path: string, mode: number): number;
  /** Octets written: fewer when the disk is about to be full. */
  write(descriptor: number, octets: Uint8Array, offset: number, length: number): number;
  utimes(descriptor: number, date: Date): void;
  close(descriptor: number): void;
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
  renameNew: renameNewNow,
};
