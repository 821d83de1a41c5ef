/** What a folder holds of ours. readdir(3) may miss a file that is renamed meanwhile, so a scan proves presence, seldom absence. */

import { join } from 'node:path';
import { TemporaryError } from '../../errors.ts';
import { unless, type Disk } from './disk.ts';
import { explained } from './disk-error.ts';
import { ourName } from './file-names.ts';

/** Where mail becomes visible, in the order of reading: a reader moves it from `new` to `cur`. */
export const visible = ['new', 'cur'] as const;
export type Visible = (typeof visible)[number];

export interface Scan {
  /** Base name → path below the folder, e.g. `cur/…:2,S`, where it was seen. */
  readonly files: ReadonlyMap<string, string>;
  /** Nothing changed from before the first directory was read until after the last: what isn't in `files` isn't there. */
  readonly complete: boolean;
}

/** Milliseconds that pass for sure between two ticks of the clock that stamps directories (at most 10 ms on Linux). */
const longerThanATick = 20;
const longestWait = 1000;

/** Tries of a complete scan: about six seconds of somebody else's work in the folder. */
const tries = 12;

export type Pause = (ms: number) => Promise<void>;

export interface Scanner {
  readonly disk: Disk;
  readonly pause: Pause;
}

/** Scans until `isEnough`, or completely. Throws TemporaryError (folder) where the folder never rests. */
export async function scanUntil(
  { disk, pause }: Scanner,
  folder: string,
  isEnough: (scan: Scan) => boolean,
): Promise<Scan> {
  for (let attempt = 0; attempt < tries; attempt += 1) {
    if (attempt > 0) await pause(Math.min(longerThanATick * 2 ** attempt, longestWait));
    const scan = await explained(folder, scanOnce(disk, pause, folder));
    if (scan.complete || isEnough(scan)) return scan;
  }
  throw restless(folder);
}

/** What can't be decided now is left to a later run: a wrong guess would double a message. */
export function restless(folder: string): TemporaryError {
  return new TemporaryError(`another program keeps changing ${folder}`, {
    reach: 'folder',
    remedy: 'Nothing was delivered in it, so that nothing is doubled; the next sync tries again.',
  });
}

/**
 * A directory's time moves with the clock's tick, so a change right after the first look could leave it as it was: only a
 * look that is older than a tick when reading begins tells.
 */
async function scanOnce(disk: Disk, pause: Pause, folder: string): Promise<Scan> {
  const before = await stamps(disk, folder);
  await pause(longerThanATick);
  const files = new Map<string, string>();
  for (const directory of visible)
    for (const name of await disk.readdir(join(folder, directory))) {
      const ours = ourName(name);
      if (ours !== null) files.set(ours.base, `${directory}/${name}`);
    }
  return { files, complete: before === (await stamps(disk, folder)) };
}

async function stamps(disk: Disk, folder: string): Promise<string> {
  const found = await Promise.all(visible.map((directory) => disk.stat(join(folder, directory))));
  return found.map(({ dev, ino, mtimeNs, ctimeNs }) => [dev, ino, mtimeNs, ctimeNs].join()).join();
}

/** File names in one directory of a folder, those that start with a dot left out; null where it isn't there. */
export async function listNames(disk: Disk, directory: string): Promise<string[] | null> {
  const names = await explained(directory, unless(['ENOENT', 'ENOTDIR'], disk.readdir(directory)));
  return names?.filter((name) => !name.startsWith('.')) ?? null;
}
