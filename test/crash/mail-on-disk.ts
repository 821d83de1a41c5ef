/** What a Maildir holds and what the server holds, reduced to hashes that can be compared. */

import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseFileName } from '../../src/core/sync/flags.ts';
import { withoutCr } from '../servers/maildir-files.ts';

/** SHA-256 of a message with CRLF as LF, as it has to stand on disk. */
export function asOnDisk(raw: Buffer): string {
  return createHash('sha256').update(withoutCr(raw)).digest('hex');
}

/** Base name → hash, read afresh for names that are not in `read` yet: a delivered file never changes. */
export async function mailIn(
  folder: string,
  read = new Map<string, string>(),
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const [base, path] of await paths(folder)) {
    const hash = read.get(base) ?? (await hashOf(path));
    // A reader has moved it since: the next look finds it.
    if (hash === null) continue;
    read.set(base, hash);
    found.set(base, hash);
  }
  return found;
}

/** Base name → path. */
async function paths(folder: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const directory of ['new', 'cur'])
    for (const name of await namesIn(join(folder, directory)))
      found.set(parseFileName(name).base, join(folder, directory, name));
  return found;
}

/** Hashes of what a server keeps in a Maildir of its own, in its own line ends, as they have to stand on our disk. */
export async function mailOnServer(folder: string): Promise<Set<string>> {
  const hashes = new Set<string>();
  for (const path of (await paths(folder)).values()) {
    const octets = await contentOf(path);
    if (octets !== null) hashes.add(asOnDisk(octets));
  }
  return hashes;
}

/** Empty where the folder is not there yet. */
export async function namesIn(directory: string): Promise<string[]> {
  return readdir(directory).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  });
}

async function hashOf(path: string): Promise<string | null> {
  const octets = await contentOf(path);
  return octets === null ? null : createHash('sha256').update(octets).digest('hex');
}

/** Null where it is gone. */
async function contentOf(path: string): Promise<Buffer | null> {
  return readFile(path).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  });
}

/** Every file of the folder, each for itself, so that a message that stands there twice counts twice. */
export async function allHashes(folder: string): Promise<string[]> {
  const hashes: string[] = [];
  for (const directory of ['new', 'cur'])
    for (const name of await namesIn(join(folder, directory))) {
      const hash = await hashOf(join(folder, directory, name));
      if (hash !== null) hashes.push(hash);
    }
  return hashes.sort();
}
