/** Reads the files that an account names: whole, within a limit, and never a pipe that nobody writes to. */

import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { ConfigurationError, DataError, StorageError } from '../../errors.ts';
import type { GivenFiles } from '../../ports/accounts/given-files.ts';

export const givenFiles: GivenFiles = {
  octets: readOctets,
  text: async (path, limit) => decoded(await readOctets(path, limit), path),
};

async function readOctets(path: string, limit: number): Promise<Buffer> {
  // Without O_NONBLOCK the open of a FIFO would wait for its writer for ever.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(
    (error: unknown) => {
      throw unreadable(path, error);
    },
  );
  try {
    if (!(await file.stat()).isFile()) throw noFile(path);
    return await readLimited(file, path, limit);
  } finally {
    await file.close();
  }
}

/** As much as there is, not as much as the size says: files of /proc say 0. */
async function readLimited(file: FileHandle, path: string, limit: number): Promise<Buffer> {
  const octets = Buffer.alloc(limit + 1);
  let length = 0;
  while (length < octets.length) {
    const { bytesRead } = await file
      .read(octets, length, octets.length - length)
      .catch((error: unknown) => {
        throw unreadable(path, error);
      });
    if (bytesRead === 0) return octets.subarray(0, length);
    length += bytesRead;
  }
  throw new DataError(`${path} is longer than ${String(limit / 1024)} KiB`, {
    reach: 'account',
    remedy: 'See that it is the right file.',
  });
}

function decoded(octets: Buffer, path: string): string {
  const fault = (what: string, cause?: unknown): DataError =>
    new DataError(`${path} ${what}`, { cause, reach: 'account', remedy: 'Save it as UTF-8 text.' });
  if (octets.includes(0)) throw fault('is no text file');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(octets);
  } catch (cause) {
    throw fault('is no UTF-8 text', cause);
  }
}

function noFile(path: string): ConfigurationError {
  return new ConfigurationError(`${path} is no file`, { remedy: 'Name a file, not a folder.' });
}

function unreadable(path: string, cause: unknown): ConfigurationError | StorageError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'error';
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new ConfigurationError(`${path} does not exist`, {
      cause,
      remedy: 'Check the path; a relative one starts at the folder of the configuration file.',
    });
  if (code === 'EISDIR') return noFile(path);
  return new StorageError(`${path} cannot be read (${code})`, {
    cause,
    remedy: 'Make it readable for this user.',
  });
}
