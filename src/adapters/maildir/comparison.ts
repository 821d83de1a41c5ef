/** Whether a file that stands in the folder is the message at hand. */

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Staged } from '../../ports/mail-store.ts';
import { unless, type DiskFile } from './disk.ts';
import { explained } from './disk-error.ts';
import type { FolderIndex } from './folder-index.ts';
import { restless, scanUntil, type Scanner } from './scan.ts';

export type Verdict = 'same' | 'other' | 'gone';

type Content = Pick<Staged, 'size' | 'sha256'>;

const readSize = 256 * 1024;

/** Openings of a file that a reader renames each time just before. */
const tries = 20;

/**
 * Compares size and hash. A file that isn't where it was last seen is looked for; `gone` needs a complete scan. One that is
 * the same is fsynced as well, since nobody knows who wrote it.
 */
export async function compare(
  scanner: Scanner,
  folder: string,
  index: FolderIndex,
  base: string,
  content: Content,
): Promise<Verdict> {
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const path = index.pathOf(base);
    if (path === undefined) return 'gone';
    const absolute = join(folder, path);
    const file = await explained(absolute, unless(['ENOENT'], scanner.disk.open(absolute, 'r')));
    if (file !== null) return explained(absolute, verdict(file, content));
    await lookAgain(scanner, folder, index, base);
  }
  // It is there, and never where it was seen: taken for other content, it would be delivered twice.
  throw restless(folder);
}

async function lookAgain(
  scanner: Scanner,
  folder: string,
  index: FolderIndex,
  base: string,
): Promise<void> {
  const { files } = await scanUntil(scanner, folder, (scan) => scan.files.has(base));
  const path = files.get(base);
  if (path === undefined) index.remove(base);
  else index.add(base, path);
}

async function verdict(file: DiskFile, content: Content): Promise<Verdict> {
  try {
    const found = await file.stat();
    if (!found.isFile() || found.size !== content.size) return 'other';
    if ((await sha256(file)) !== content.sha256) return 'other';
    await file.sync();
    return 'same';
  } finally {
    await file.close();
  }
}

async function sha256(file: DiskFile): Promise<string> {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(readSize);
  for (let at = 0; ;) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
    if (bytesRead === 0) return hash.digest('hex');
    hash.update(buffer.subarray(0, bytesRead));
    at += bytesRead;
  }
}
