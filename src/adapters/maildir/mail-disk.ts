/** Failed calls to the disk, told to people whose mail is kept there. */

import * as disk from '../../disk/disk-error.ts';

const goesOn = 'the next sync goes on where this one stopped';

const remedies: disk.Remedies = {
  ENOSPC: `Make room on it; ${goesOn}.`,
  EDQUOT: `Make room, or have the quota raised; ${goesOn}.`,
  ENOENT: 'Check that the disk is mounted, and that no other program removes mail folders.',
};

/** A failed system call as StorageError that says what to do; everything else as it came. */
export function diskError(thrown: unknown, path: string): unknown {
  return disk.diskError(thrown, path, remedies);
}

/** Waits for a call to the disk; what fails there speaks of `path`. */
export function explained<T>(path: string, call: Promise<T>): Promise<T> {
  return disk.explained(path, call, remedies);
}
