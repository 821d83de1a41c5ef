/** Failed system calls, told to people. */

import { StorageError, type Reach } from '../../errors.ts';
import { errorCode } from './disk.ts';

interface Explanation {
  readonly what: (path: string) => string;
  readonly remedy: string;
  /** Whether the other folders of the account suffer as well. */
  readonly reach: Reach;
}

const goesOn = 'the next sync goes on where this one stopped';

const explanations: Readonly<Record<string, Explanation>> = {
  ENOSPC: {
    what: (path) => `no space is left on the disk that holds ${path}`,
    remedy: `Make room on it; ${goesOn}.`,
    reach: 'account',
  },
  EDQUOT: {
    what: (path) => `the disk quota is used up at ${path}`,
    remedy: `Make room, or have the quota raised; ${goesOn}.`,
    reach: 'account',
  },
  EROFS: {
    what: (path) => `the disk that holds ${path} is mounted read-only`,
    remedy: 'Mount it for writing (`dmesg` tells whether an error made it read-only).',
    reach: 'account',
  },
  EIO: {
    what: (path) => `the disk failed at ${path} (EIO)`,
    remedy: 'Check the disk and its connection (`dmesg`, `smartctl`).',
    reach: 'account',
  },
  EACCES: {
    what: (path) => `permission to write to ${path} is missing`,
    remedy: 'Make the folder belong to the user that posthorn runs as (`chown`, `chmod u+rwx`).',
    reach: 'folder',
  },
  ENOTDIR: {
    what: (path) => `${path} is no folder, or lies in something that is none`,
    remedy: 'Move the file out of the way, or give the account another `path`.',
    reach: 'folder',
  },
  ENOENT: {
    what: (path) => `the folder of ${path} is gone`,
    remedy: 'Check that the disk is mounted, and that no other program removes mail folders.',
    reach: 'folder',
  },
};

/** A failed system call as StorageError that says what to do; everything else as it came. */
export function diskError(thrown: unknown, path: string): unknown {
  const code = errorCode(thrown);
  if (code === undefined) return thrown;
  const known = explanations[code === 'EPERM' ? 'EACCES' : code];
  if (known === undefined)
    return new StorageError(`${path} cannot be used (${code})`, { cause: thrown, reach: 'folder' });
  const { remedy, reach } = known;
  return new StorageError(known.what(path), { cause: thrown, remedy, reach });
}

/** Waits for a call to the disk; what fails there speaks of `path`. */
export async function explained<T>(path: string, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw diskError(error, path);
  }
}
