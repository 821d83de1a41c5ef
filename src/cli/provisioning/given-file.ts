/** A file that was named on the command line to be applied or imported; `-` is standard input. */

import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { DataError, StorageError } from '../../errors.ts';
import { readAll } from '../terminal/standard-input.ts';
import type { Run } from '../world.ts';

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
  const encoding = encodingOf(bytes);
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (cause) {
    const line = encoding === 'utf-8' ? firstBadLine(bytes) : undefined;
    const where = line === undefined ? '' : ` (line ${String(line)})`;
    throw new DataError(`${name} is not UTF-8${where}`, {
      ...whole,
      cause,
      remedy: 'Save it as UTF-8; of Latin-1, iconv -f latin1 -t utf-8 makes it.',
    });
  }
}

/** Spreadsheets write UTF-16 as "Unicode text", with a byte order mark. */
function encodingOf([first, second]: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
}

/** From 1; what is no UTF-8 decodes as U+FFFD. */
function firstBadLine(bytes: Uint8Array): number | undefined {
  const text = new TextDecoder('utf-8').decode(bytes);
  const at = text.indexOf('\uFFFD');
  return at < 0 ? undefined : text.slice(0, at).split('\n').length;
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
