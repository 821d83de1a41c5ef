/** Dovecot's file `dovecot-keywords` in a Maildir folder: what its letters a–z in file names mean. */

import { join } from 'node:path';
import { nullOn, type Disk } from '../../disk/disk.ts';
import { explained } from './mail-disk.ts';

/** Octets that are looked through: 26 keywords take less. */
const longestFile = 64 * 1024;

const letterCount = 26;

/** A number, a blank, and an atom of IMAP (RFC 9051 section 9), or one with characters beyond ASCII. */
const line = /^(\d{1,2}) ([^\p{Cc}\p{Cs}\uFFFD (){%*"\\\]]{1,255})$/u;

/** By letter; null where the folder has no such file. A line that nobody can read, or that says a name again, is left out. */
export async function keywordLetters(
  disk: Disk,
  folder: string,
): Promise<ReadonlyMap<string, string> | null> {
  const path = join(folder, 'dovecot-keywords');
  const octets = await explained(path, readBeginning(disk, path));
  return octets === null ? null : lettersIn(octets.toString('utf8').split(/\r?\n/));
}

/** Somebody may have put a pipe or a folder there. */
async function readBeginning(disk: Disk, path: string): Promise<Buffer | null> {
  const file = await nullOn(['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO'], disk.open(path, 'r'));
  if (file === null) return null;
  try {
    if (!(await file.stat()).isFile()) return null;
    const { buffer, bytesRead } = await file.read(Buffer.alloc(longestFile), 0, longestFile, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

export function lettersIn(lines: readonly string[]): Map<string, string> {
  const letters = new Map<string, string>();
  const names = new Set<string>();
  for (const each of lines) {
    const [, number = '', name = ''] = line.exec(each) ?? [];
    const letter = letterOf(number);
    if (letter === null || letters.has(letter) || names.has(name.toLowerCase())) continue;
    letters.set(letter, name);
    names.add(name.toLowerCase());
  }
  return letters;
}

function letterOf(number: string): string | null {
  const index = number === '' ? letterCount : Number(number);
  return index < letterCount ? String.fromCharCode('a'.charCodeAt(0) + index) : null;
}
