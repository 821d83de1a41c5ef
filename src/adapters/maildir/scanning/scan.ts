/** What a folder holds, whoever delivered it. readdir(3) may miss a file that is renamed meanwhile, so a scan proves presence, seldom absence. */

import { join } from 'node:path';
import { infoSuffix, parseFileName } from '../../../core/sync/flags.ts';
import { nullOn, type Disk } from '../../../disk/disk.ts';
import { TemporaryError } from '../../../errors.ts';
import type { LocalFile, Staged } from '../../../ports/receiving/mail-store.ts';
import { explained } from '../mail-disk.ts';
import { longerThanATick, stampOf, visible, type Visible } from './stamp.ts';

/** Directory and what follows the base name, e.g. `new` or `cur:2,S`: the same few strings for all files of a folder. */
export type Place = string;

export interface Scan {
  /** By base name, where it was seen last. */
  readonly places: ReadonlyMap<string, Place>;
  /** Nothing changed from before the first directory was read until after the last: what isn't in `places` isn't there. */
  readonly complete: boolean;
  /** Base names that were seen twice; a rename meanwhile does that too, unless the scan is complete. */
  readonly doubled: ReadonlySet<string>;
}

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
    remedy: 'Nothing was decided about it, so that nothing is doubled; the next sync tries again.',
  });
}

/**
 * A directory's time moves with the clock's tick, so a change right after the first look could leave it as it was: only a
 * look that is older than a tick when reading begins tells.
 */
async function scanOnce(disk: Disk, pause: Pause, folder: string): Promise<Scan> {
  const before = await looksAt(disk, folder);
  await pause(longerThanATick);
  const places = new Map<string, Place>();
  const doubled = new Set<string>();
  const known = new Map<string, Place>();
  for (const directory of visible)
    for (const name of await disk.readdir(join(folder, directory))) {
      if (name.startsWith('.')) continue;
      const { base, place } = splitName(directory, name);
      const shared = known.get(place) ?? place;
      known.set(shared, shared);
      const count = places.size;
      places.set(base, shared);
      if (places.size === count) doubled.add(base);
    }
  return { places, complete: before === (await looksAt(disk, folder)), doubled };
}

export function splitName(directory: Visible, name: string): { base: string; place: Place } {
  const length = baseLength(name);
  return { base: name.slice(0, length), place: directory + name.slice(length) };
}

async function looksAt(disk: Disk, folder: string): Promise<string> {
  const found = await Promise.all(visible.map((directory) => disk.stat(join(folder, directory))));
  return found.map(stampOf).join();
}

function baseLength(name: string): number {
  const at = name.indexOf(':2,');
  return at === -1 ? name.length : at;
}

const directoryLength = 3;

/** Below the folder. */
export function pathAt(base: string, place: Place): string {
  return `${directoryAt(place)}/${base}${place.slice(directoryLength)}`;
}

export function directoryAt(place: Place): Visible {
  return place.startsWith('new') ? 'new' : 'cur';
}

/** Mail without flags is new and has no info yet; all else has been seen by somebody. */
export function placeFor({ flags, letters = '' }: Pick<Staged, 'flags' | 'letters'>): Place {
  return flags.length + letters.length === 0 ? 'new' : `cur${infoSuffix(flags)}${letters}`;
}

/** The files of a scan as others see them. */
export function localFiles({ places }: Scan): ReadonlyMap<string, LocalFile> {
  const kinds = new Map<Place, Omit<LocalFile, 'base'>>();
  const files = new Map<string, LocalFile>();
  for (const [base, place] of places) {
    const kind = kinds.get(place) ?? fileAt(place);
    kinds.set(place, kind);
    files.set(base, { base, ...kind });
  }
  return files;
}

export function fileAt(place: Place): Omit<LocalFile, 'base'> {
  const { flags, others } = parseFileName(place);
  return { directory: directoryAt(place), flags, otherLetters: others };
}

/** File names in one directory of a folder, those that start with a dot left out; null where it isn't there. */
export async function listNames(disk: Disk, directory: string): Promise<string[] | null> {
  const names = await explained(directory, nullOn(['ENOENT', 'ENOTDIR'], disk.readdir(directory)));
  return names?.filter((name) => !name.startsWith('.')) ?? null;
}
