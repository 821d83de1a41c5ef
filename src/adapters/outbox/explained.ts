/** Failed calls to the disk, told to people whose mail waits there. */

import * as disk from '../../disk/disk-error.ts';

const remedies: disk.Remedies = {
  ENOSPC: 'Make room on it, then send it again.',
  EDQUOT: 'Make room, or have the quota raised, then send it again.',
  ENOTDIR: 'Move what is no folder out of the way.',
  ENOENT: 'Check that the disk is mounted; `posthorn outbox list` shows what still waits.',
};

/** Waits for calls to the disk; a failed one becomes a StorageError (74) that names `path`. */
export function explained<T>(path: string, call: Promise<T>): Promise<T> {
  return disk.explained(path, call, remedies);
}
