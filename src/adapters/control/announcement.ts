/** Where the daemon listens: a file in the state folder, since the socket's own folder hangs on the environment. */

import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

export interface Announcement {
  readonly socket: string;
  readonly process: number;
}

export function announcementFile(stateDir: string): string {
  return join(stateDir, 'daemon.json');
}

/** Put in place whole. */
export async function announce(path: string, announcement: Announcement): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${String(process.pid)}`;
  try {
    const file = await open(temporary, 'w', 0o600);
    try {
      await file.writeFile(`${JSON.stringify(announcement)}\n`);
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
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
