/** Which folders a tree has, without reading its directories where they are as they were. */

import type { BigIntStats } from 'node:fs';
import { join } from 'node:path';
import type { Layout } from '../../../core/account/settings.ts';
import { nullOn, type Disk } from '../../../disk/disk.ts';
import type { TreeSurvey } from '../../../ports/receiving/mail-store.ts';
import { explained } from '../mail-disk.ts';
import { longerThanATick, stampOf, visible } from '../scanning/stamp.ts';
import { closed, findFolders } from './folders.ts';

/** What a stamp of a tree holds, as JSON. */
interface Kept {
  readonly layout: Layout;
  readonly folders: readonly string[];
  /** By local path; `''` for what is not there. */
  readonly looks: readonly (readonly [localPath: string, stamp: string])[];
}

const nanoseconds = 1_000_000n;

export async function survey(
  disk: Disk,
  root: string,
  { layout, known, now }: { layout: Layout; known: string | null; now: () => number },
): Promise<TreeSurvey> {
  const kept = known === null ? null : read(known);
  if (kept?.layout === layout && (await isAsItWas(disk, root, kept)))
    return { folders: kept.folders, stamp: known };
  // Read before the looks: a time that is older than a tick then is older than a tick at each of them.
  const latest = BigInt(Math.floor(now() - longerThanATick)) * nanoseconds;
  const { folders, looks } = await findFolders(disk, root, layout);
  const isOld = [...looks.values()].every((found) => found === null || found.ctimeNs < latest);
  return { folders, stamp: isOld ? written(layout, folders, looks) : null };
}

function written(
  layout: Layout,
  folders: readonly string[],
  looks: ReadonlyMap<string, BigIntStats | null>,
): string {
  const kept: Kept = {
    layout,
    folders,
    looks: [...looks].map(([path, found]) => [path, shown(found)]),
  };
  return JSON.stringify(kept);
}

/** The folder's own time says what is in it; a file's does not. */
function shown(found: BigIntStats | null): string {
  return found?.isDirectory() === true ? stampOf(found) : '';
}

/** What another form of it says is nothing. */
function read(stamp: string): Kept | null {
  try {
    const kept = JSON.parse(stamp) as Partial<Kept> | null;
    return Array.isArray(kept?.looks) && Array.isArray(kept.folders) ? (kept as Kept) : null;
  } catch {
    return null;
  }
}

async function isAsItWas(disk: Disk, root: string, { looks, folders }: Kept): Promise<boolean> {
  // Where the disk hangs, the first look waits for it beside Node's thread.
  const first = await explained(root, disk.stat(root));
  const isNear = (stamp: string): boolean => stamp.startsWith(`${String(first.dev)},`);
  for (const [localPath, stamp] of looks) {
    const path = join(root, localPath);
    const found = isNear(stamp) ? lookNow(disk, path) : await nullOn(closed, disk.stat(path));
    if (shown(found) !== stamp) return false;
  }
  // What they lead to, where they are links, does not show in the folder's own time.
  return folders.every((localPath) =>
    visible.every((part) => lookNow(disk, join(root, localPath, part))?.isDirectory() === true),
  );
}

function lookNow(disk: Disk, path: string): BigIntStats | null {
  try {
    return disk.now.stat(path);
  } catch {
    return null;
  }
}
