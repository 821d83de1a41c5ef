/** The looking itself; each of it may hang for ever on a disk that does not answer. */

import { constants } from 'node:fs';
import { access, open, readdir, stat, statfs } from 'node:fs/promises';
import { lookup } from 'node:dns/promises';
import { StorageError } from '../../errors.ts';
import type { Inspector, Seen } from '../../ports/inspector.ts';
import { authoritiesFile } from '../../wire/system-authorities.ts';

/** All but the state, which has a door of its own. */
export type Inspections = Omit<Inspector, 'state' | 'close'>;

const longestText = 64 * 1024;

export const inspections: Inspections = {
  look: (path) => unlessMissing(path, look(path)),
  names: (path) => unlessMissing(path, readdir(path)),
  text: (path) => unlessMissing(path, beginning(path)),
  free: (path) =>
    unlessMissing(
      path,
      statfs(path).then(({ bavail, bsize }) => bavail * bsize),
    ),
  lookUp: (host) =>
    lookup(host).then(
      () => null,
      (error: NodeJS.ErrnoException) => error.code ?? 'error',
    ),
  machine: () =>
    Promise.resolve({
      node: process.versions.node,
      threads: Number(process.env['UV_THREADPOOL_SIZE'] ?? 4),
      now: Date.now(),
      uid: process.geteuid?.() ?? 0,
      authorities: authoritiesFile(process.env),
    }),
};

async function look(path: string): Promise<Seen> {
  const found = await stat(path);
  const writable = await access(path, constants.W_OK).then(
    () => true,
    () => false,
  );
  return {
    kind: found.isFile()
      ? 'file'
      : found.isDirectory()
        ? 'folder'
        : found.isSocket()
          ? 'socket'
          : 'other',
    mode: found.mode & 0o777,
    uid: found.uid,
    size: found.size,
    identity: `${String(found.dev)}:${String(found.ino)}`,
    device: String(found.dev),
    writable,
    changedAt: found.mtimeMs,
  };
}

async function beginning(path: string): Promise<string> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(longestText), 0, longestText, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

async function unlessMissing<T>(path: string, work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (cause) {
    const { code = 'error' } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw new StorageError(`${path} cannot be looked at (${code})`, {
      cause,
      remedy: `See who may read it: ls -ld ${path}`,
    });
  }
}
