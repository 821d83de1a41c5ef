/** Failed system calls, told to people. */

import { StorageError, type Reach } from '../errors.ts';
import { errorCode } from './disk.ts';

export interface Explanation {
  /** What happened, naming `path`, e.g. `no space is left on the disk that holds /mail/work`. */
  readonly what: string;
  readonly remedy: string;
  /** Whether the other folders of the account suffer as well. */
  readonly reach: Reach;
}

/** Remedies by code (`ENOSPC`) where the caller knows better what goes on afterwards, or what to check; EPERM is told as EACCES. */
export type Remedies = Readonly<Partial<Record<string, string>>>;

interface Meaning extends Omit<Explanation, 'what'> {
  readonly what: (path: string) => string;
}

const meanings: Readonly<Record<string, Meaning>> = {
  ENOSPC: {
    what: (path) => `no space is left on the disk that holds ${path}`,
    remedy: 'Make room on it.',
    reach: 'account',
  },
  EDQUOT: {
    what: (path) => `the disk quota is used up at ${path}`,
    remedy: 'Make room, or have the quota raised.',
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
    what: (path) => `permission is missing for ${path}`,
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
    remedy: 'Check that the disk is mounted, and that no other program removes folders there.',
    reach: 'folder',
  },
};

/** What a failed system call means; undefined for anything else that was thrown. */
export function explanationOf(
  thrown: unknown,
  path: string,
  remedies: Remedies = {},
): Explanation | undefined {
  const failed = errorCode(thrown);
  if (failed === undefined) return undefined;
  const code = failed === 'EPERM' ? 'EACCES' : failed;
  const known = meanings[code];
  return {
    what: known?.what(path) ?? `${path} cannot be used (${code})`,
    remedy: remedies[code] ?? known?.remedy ?? `Check ${path} and its disk.`,
    reach: known?.reach ?? 'folder',
  };
}

/** A failed system call as StorageError that says what to do; everything else as it came. */
export function diskError(thrown: unknown, path: string, remedies: Remedies = {}): unknown {
  const explanation = explanationOf(thrown, path, remedies);
  if (explanation === undefined) return thrown;
  const { what, remedy, reach } = explanation;
  return new StorageError(what, { cause: thrown, remedy, reach });
}

/** Waits for a call to the disk; what fails there speaks of `path`. */
export async function explained<T>(
  path: string,
  call: Promise<T>,
  remedies: Remedies = {},
): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw diskError(error, path, remedies);
  }
}
