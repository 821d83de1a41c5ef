/** Two files of one base name, as a program leaves them that dies between the two steps of a rename: each must be one message. */

import { join } from 'node:path';
import type { BigIntStats } from 'node:fs';
import { errorCode, nullOn } from '../../../disk/disk.ts';
import { renameWithoutReplacing } from '../../../disk/durable.ts';
import { explained } from '../mail-disk.ts';
import type { FolderIndex } from './folder-index.ts';
import { hasSameOctets } from './same-octets.ts';
import { splitName, type Place, type Scanner } from './scan.ts';
import { visible } from './stamp.ts';

/** What is asked of the folder that they are in. */
export interface DoublesFolder {
  /** Absolute. */
  readonly path: string;
  readonly tools: Scanner;
  readonly index: FolderIndex;
  pathOf(base: string, place: Place): string;
  syncNames(places: Iterable<Place>): Promise<void>;
}

interface Double {
  readonly base: string;
  readonly place: Place;
  readonly stats: BigIntStats;
}

/**
 * Of those with the same content one stays, in `cur` and with more letters where they differ in that. Other content gets a name
 * of its own; the file that was made first keeps the one it has. Durably.
 */
export async function settleDoubles(
  folder: DoublesFolder,
  bases: ReadonlySet<string>,
): Promise<void> {
  const groups = await explained(folder.path, findDoubles(folder, bases));
  const touched: Place[] = [];
  for (const doubles of groups)
    touched.push(...(await explained(folder.path, settle(folder, doubles))));
  await folder.syncNames(touched);
}

async function findDoubles(folder: DoublesFolder, bases: ReadonlySet<string>): Promise<Double[][]> {
  const groups = new Map<string, Double[]>();
  for (const directory of visible)
    for (const name of await folder.tools.disk.readdir(join(folder.path, directory))) {
      const { base, place } = splitName(directory, name);
      if (name.startsWith('.') || !bases.has(base)) continue;
      const group = groups.get(base) ?? [];
      // Some network file systems list a name twice: that is one file.
      if (group.some((each) => each.place === place)) continue;
      const stats = await nullOn(['ENOENT'], folder.tools.disk.stat(folder.pathOf(base, place)));
      if (stats?.isFile() === true) groups.set(base, [...group, { base, place, stats }]);
    }
  return [...groups.values()];
}

/** The places that changed. */
async function settle(folder: DoublesFolder, doubles: readonly Double[]): Promise<Place[]> {
  const [first, ...others] = doubles.toSorted(byAge);
  if (first === undefined) return [];
  const kept = [first];
  const touched: Place[] = [];
  for (const other of others) {
    const at = await indexOfSame(folder, kept, other);
    const same = kept[at];
    if (same === undefined) kept.push(other);
    else {
      const [stays, goes] = isBetter(other, same) ? [other, same] : [same, other];
      kept[at] = stays;
      await nullOn(['ENOENT'], folder.tools.disk.unlink(folder.pathOf(goes.base, goes.place)));
      touched.push(goes.place);
    }
  }
  const [named, ...nameless] = kept;
  if (named !== undefined) folder.index.add(named.base, named.place);
  for (const each of nameless) touched.push(...(await rename(folder, each)));
  return touched;
}

function byAge(a: Double, b: Double): number {
  return Number(a.stats.birthtimeNs - b.stats.birthtimeNs);
}

function isBetter(one: Double, other: Double): boolean {
  const [isSeen, wasSeen] = [one, other].map(({ place }) => place.startsWith('cur'));
  return isSeen === wasSeen ? one.place.length > other.place.length : isSeen === true;
}

async function indexOfSame(
  folder: DoublesFolder,
  kept: readonly Double[],
  other: Double,
): Promise<number> {
  for (const [at, each] of kept.entries()) if (await isSame(folder, each, other)) return at;
  return -1;
}

async function isSame(folder: DoublesFolder, one: Double, other: Double): Promise<boolean> {
  // Not by device and number: file systems in user space may give many files the same.
  if (one.stats.size !== other.stats.size) return false;
  const paths = [one, other].map(({ base, place }) => folder.pathOf(base, place));
  return (await hasSameContent(folder, paths)) ?? false;
}

/** Null where one of them is gone. */
async function hasSameContent(
  { tools }: DoublesFolder,
  [one = '', other = '']: readonly string[],
): Promise<boolean | null> {
  const first = await nullOn(['ENOENT'], tools.disk.open(one, 'r'));
  if (first === null) return null;
  try {
    const second = await nullOn(['ENOENT'], tools.disk.open(other, 'r'));
    if (second === null) return null;
    try {
      return await hasSameOctets(first, second, (await first.stat()).size);
    } finally {
      await second.close();
    }
  } finally {
    await first.close();
  }
}

/** Under the first name of the kind that is free. */
async function rename(folder: DoublesFolder, { base, place }: Double): Promise<Place[]> {
  for (;;) {
    const free = folder.index.free(base);
    folder.index.add(free, place);
    try {
      const paths = [folder.pathOf(base, place), folder.pathOf(free, place)] as const;
      await renameWithoutReplacing(folder.tools.disk, ...paths);
      return [place];
    } catch (error) {
      if (errorCode(error) === 'EEXIST') continue;
      folder.index.remove(free);
      if (errorCode(error) !== 'ENOENT') throw error;
      return [];
    }
  }
}
