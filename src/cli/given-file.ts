/** A file that was named on the command line to be applied or imported; `-` is standard input. */

import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { DataError, StorageError } from '../errors.ts';
import { readAll } from './standard-input.ts';
import type { Run } from './world.ts';

/** Larger than ten thousand accounts need. */
const longest = 32 * 1024 * 1024;

/** Throws StorageError where it cannot be read, DataError where it is no text. */
export async function readGivenFile({ world }: Run, file: string): Promise<string> {
  const name = file === '-' ? 'standard input' : file;
  const bytes =
    file === '-'
      ? await readAll(world.stdin, world.signal)
      : await readNamed(resolve(world.cwd, file), file);
  if (bytes.length > longest) throw new DataError(`${name} is larger than 32 MiB`, whole);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new DataError(`${name} is not UTF-8`, { ...whole, cause, remedy: 'Save it as UTF-8.' });
  }
}

const whole = { reach: 'program' } as const;

async function readNamed(path: string, file: string): Promise<Buffer> {
  try {
    const { size } = await stat(path);
    if (size > longest) throw new DataError(`${file} is larger than 32 MiB`, whole);
    return await readFile(path);
  } catch (cause) {
    if (cause instanceof DataError) throw cause;
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
    const remedy = code === 'ENOENT' ? 'Check the path.' : 'Name a file that this user may read.';
    throw new StorageError(`${file} cannot be read (${code})`, {
      ...whole,
      cause,
      retry: 'never',
      remedy,
    });
  }
}
