/** Which files in `tmp` nobody writes any more: a run that was killed left them. */

import { basename } from 'node:path';
import { nullOn, type Disk } from '../../../disk/disk.ts';
import { writerOf } from '../file-names.ts';
import type { Writers } from '../writers.ts';

/** The age at which Maildir lets anyone remove a file from `tmp`: for writers of whom nothing can be known from here. */
const oldAge = 36 * 60 * 60 * 1000;

/** Ours alone: of no process that runs, or of one elsewhere that has not written for 36 hours. */
export function leftBehind(
  disk: Disk,
  writers: Writers,
  now: () => number,
): (temporaryPath: string) => Promise<boolean> {
  return async (path) => {
    const writer = writerOf(basename(path));
    if (writer === undefined) return false;
    const state = writer === null ? 'gone' : writers.stateOf(writer);
    return state === 'gone' || (state === 'unknown' && (await isOld(disk, path, now)));
  };
}

/** Those, and files of any program that are so old. */
export function leftByAnyone(
  disk: Disk,
  writers: Writers,
  now: () => number,
): (temporaryPath: string) => Promise<boolean> {
  const isOurs = leftBehind(disk, writers, now);
  return async (path) =>
    (await isOurs(path)) ||
    (writerOf(basename(path)) === undefined && (await isOld(disk, path, now)));
}

async function isOld(disk: Disk, path: string, now: () => number): Promise<boolean> {
  const found = await nullOn(['ENOENT'], disk.stat(path));
  return found !== null && Number(found.ctimeNs / 1_000_000n) < now() - oldAge;
}
