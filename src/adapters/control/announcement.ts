/** Where the daemon listens: a file in the state folder, since the socket's own folder hangs on the environment. */

import { readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { realDisk } from '../../disk/disk.ts';
import { makeDirectories, replaceFile } from '../../disk/durable.ts';

export interface Announcement {
  readonly socket: string;
  readonly process: number;
}

export function announcementFile(stateDir: string): string {
  return join(stateDir, 'daemon.json');
}

/** Put in place whole. */
export async function announce(path: string, announcement: Announcement): Promise<void> {
  await makeDirectories(realDisk, dirname(path));
  const temporary = `${path}.${String(process.pid)}`;
  // Of a daemon that was killed while it wrote, and had the same process id.
  await rm(temporary, { force: true });
  const octets = Buffer.from(`${JSON.stringify(announcement)}\n`);
  await replaceFile(realDisk, path, temporary, octets);
}

/** Null where none stands there that could be ours. */
export async function readAnnouncement(path: string): Promise<Announcement | null> {
  try {
    const parsed: unknown = JSON.parse(await readFile(path, 'utf8'));
    return isAnnouncement(parsed) ? parsed : null;
  } catch {
    return null;
  }
}

function isAnnouncement(value: unknown): value is Announcement {
  if (typeof value !== 'object' || value === null) return false;
  const { socket, process: id } = value as Partial<Record<keyof Announcement, unknown>>;
  return typeof socket === 'string' && typeof id === 'number';
}
