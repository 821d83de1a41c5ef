/** The directories of a folder as stat(2) shows them: unchanged, nothing was added, renamed or removed. */

import { join } from 'node:path';
import type { BigIntStats } from 'node:fs';
import { nullOn, type Disk } from '../../../disk/disk.ts';
import type { FolderStamp } from '../../../ports/receiving/mail-store.ts';
import { explained } from '../mail-disk.ts';

/** Where mail becomes visible, in the order of reading: a reader moves it from `new` to `cur`. */
export const visible = ['new', 'cur'] as const;
export type Visible = (typeof visible)[number];

/** Milliseconds that pass for sure between two ticks of the clock that stamps directories (at most 10 ms on Linux). */
export const longerThanATick = 20;

const nanoseconds = 1_000_000n;

/** Equal for two looks at a directory that has not changed between them, once the first is older than a tick. */
export function stampOf({ dev, ino, mtimeNs, ctimeNs }: BigIntStats): string {
  return [dev, ino, mtimeNs, ctimeNs].join();
}

/** Null where the folder is missing, or was changed within the last tick of the clock: the next change might show no other time. */
export async function folderStamp(
  disk: Disk,
  folder: string,
  now: () => number,
): Promise<FolderStamp> {
  const looking = visible.map((directory) => {
    const path = join(folder, directory);
    return explained(path, nullOn(['ENOENT', 'ENOTDIR'], disk.stat(path)));
  });
  // Read before the look ends: a time that is older than a tick then is older than a tick at the look.
  const latest = BigInt(Math.floor(now() - longerThanATick)) * nanoseconds;
  const found = await Promise.all(looking);
  const stamps = found.map((stats) => isOld(stats, latest) && stampOf(stats));
  return stamps.every((stamp) => stamp !== false) ? stamps.join(';') : null;
}

function isOld(stats: BigIntStats | null, latest: bigint): stats is BigIntStats {
  return stats !== null && stats.ctimeNs < latest;
}
