/** Failed system calls of the outbox, told to people. */

import { PosthornError, StorageError } from '../../errors.ts';
import { errorCode } from './disk.ts';

interface Explanation {
  readonly what: string;
  readonly remedy: string;
}

const forbidden: Explanation = {
  what: 'permission is missing for the outbox',
  remedy: 'Make the folder belong to the user that posthorn runs as (`chown -R`, `chmod u+rwx`).',
};
const full: Explanation = {
  what: 'no space is left for the outbox',
  remedy: 'Make room on the disk, then send it again.',
};

const explanations: Readonly<Record<string, Explanation>> = {
  ENOSPC: full,
  EDQUOT: { ...full, what: 'the disk quota is used up at the outbox' },
  EROFS: {
    what: 'the disk is mounted read-only that holds the outbox',
    remedy: 'Mount it for writing (`dmesg` tells whether an error made it read-only).',
  },
  EIO: {
    what: 'the disk failed at the outbox',
    remedy: 'Check the disk and its connection (`dmesg`, `smartctl`).',
  },
  EACCES: forbidden,
  EPERM: forbidden,
  ENOENT: {
    what: 'what should be there is gone from the outbox',
    remedy: 'Check that the disk is mounted; `posthorn outbox list` shows what still waits.',
  },
};

/** Waits for calls to the disk; a failed one becomes a StorageError (74) that names `path`. */
export async function explained<T>(path: string, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (thrown) {
    const code = errorCode(thrown);
    if (thrown instanceof PosthornError || code === undefined) throw thrown;
    const known = explanations[code] ?? {
      what: `the outbox can't be used (${code})`,
      remedy: 'Check the folder and its disk.',
    };
    throw new StorageError(`${known.what}: ${path}`, { cause: thrown, remedy: known.remedy });
  }
}
