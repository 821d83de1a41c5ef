/** Reads a file that holds a secret. */

import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { CredentialsError, TemporaryError } from '../../errors.ts';
import { decodeSecret, longestSecret } from './check-secret.ts';

export type SecretFileStat = Awaited<ReturnType<FileHandle['stat']>>;

/**
 * The file as text. `check` may refuse it by its mode. Throws CredentialsError for a file that is missing, forbidden, or
 * no regular file, TemporaryError where the disk fails.
 */
export async function readSecretFile(
  path: string,
  check: (stat: SecretFileStat) => void = () => undefined,
): Promise<string> {
  // Without O_NONBLOCK the open of a FIFO would wait for its writer for ever.
  const flags = constants.O_RDONLY | constants.O_NONBLOCK;
  const file = await open(path, flags).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw notAFile(path);
    check(stat);
    return decodeSecret(await readLimited(file, path), `the password file ${path}`);
  } finally {
    await file.close();
  }
}

async function readLimited(file: FileHandle, path: string): Promise<Buffer> {
  const octets = Buffer.alloc(longestSecret + 1);
  let length = 0;
  try {
    for (;;) {
      const { bytesRead } = await file.read(octets, length, octets.length - length);
      length += bytesRead;
      if (bytesRead === 0 || length === octets.length) break;
    }
  } catch (error) {
    throw unreadable(path, error);
  }
  if (length > longestSecret) throw tooLong(path);
  return octets.subarray(0, length);
}

function unreadable(path: string, cause: unknown): CredentialsError | TemporaryError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'error';
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new CredentialsError(`the password file ${path} does not exist`, {
      cause,
      remedy: 'Create it with mode 0600, the password as its first line.',
    });
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'ELOOP') {
    return new CredentialsError(`the password file ${path} may not be read (${code})`, {
      cause,
      remedy: 'See that it is yours, with mode 0600.',
    });
  }
  return new TemporaryError(`the password file ${path} cannot be read now (${code})`, { cause });
}

function notAFile(path: string): CredentialsError {
  return new CredentialsError(`the password file ${path} is no regular file`, {
    remedy: 'Name a file, or a command that prints the password.',
  });
}

function tooLong(path: string): CredentialsError {
  return new CredentialsError(`the password file ${path} is longer than 64 KiB`, {
    remedy: 'Name a file whose first line is the password.',
  });
}
