/** What is done to mail that is there, whoever delivered it: other flags, another folder, removed. */

import { allFlags, type Flag } from '../../core/sync/flags.ts';
import { errorCode } from '../../disk/disk.ts';
import { renameWithoutReplacing } from '../../disk/durable.ts';
import type { MailFolder } from './mail-folder.ts';
import { fileAt, type Place } from './scanning/scan.ts';

/** Renames it for its new flags, durably. False where it is gone. */
export async function setFlags(
  folder: MailFolder,
  base: string,
  flags: readonly Flag[],
): Promise<boolean> {
  const { disk } = folder.tools;
  const places = await folder.withFile(base, async (place): Promise<Place[]> => {
    const path = folder.pathOf(base, place);
    const wanted = placeWith(place, flags);
    if (wanted === place) await disk.stat(path);
    else await renameOnce(folder, path, base, wanted);
    return wanted === place ? [] : [place, wanted];
  });
  await folder.syncNames(places ?? []);
  return places !== null;
}

/** Where a file of the same base name has these flags already, nothing is renamed over it: both stay. */
async function renameOnce(
  folder: MailFolder,
  path: string,
  base: string,
  wanted: Place,
): Promise<void> {
  await renameWithoutReplacing(folder.tools.disk, path, folder.pathOf(base, wanted)).catch(
    (error: unknown) => {
      if (errorCode(error) !== 'EEXIST') throw error;
    },
  );
  folder.index.add(base, wanted);
}

/** Letters in the order of ASCII; a file in `new` has no flags, and stays there while it gets none. */
function placeWith(place: Place, flags: readonly Flag[]): Place {
  const found = fileAt(place);
  if (allFlags.every((flag) => found.flags.includes(flag) === flags.includes(flag))) return place;
  const letters = [...new Set(flags), ...found.otherLetters].sort();
  return `cur:2,${letters.join('')}`;
}

/** Under a free name of the other folder, flags kept, durably: its new base name, or null where it is gone. */
export async function moveFile(
  from: MailFolder,
  base: string,
  to: MailFolder,
): Promise<string | null> {
  await to.complete();
  const moved = await to.inTurn(Promise.resolve(), () => renameInto(to, from, base));
  if (moved === null) return null;
  from.index.remove(base);
  // Its new name first: lost with the power, the other order would lose the message.
  await to.syncNames([moved.place]);
  await from.syncNames([moved.place]);
  return moved.base;
}

function renameInto(
  to: MailFolder,
  from: MailFolder,
  base: string,
): Promise<{ base: string; place: Place } | null> {
  return from.withFile(base, async (place) => {
    for (;;) {
      const free = to.index.free(base);
      // Taken whatever comes of it, by this file or by another.
      to.index.add(free, place);
      try {
        const path = from.pathOf(base, place);
        await renameWithoutReplacing(to.tools.disk, path, to.pathOf(free, place));
        return { base: free, place };
      } catch (error) {
        if (errorCode(error) !== 'EEXIST') {
          to.index.remove(free);
          throw error;
        }
      }
    }
  });
}

/** Durably. False where it is gone already. */
export async function removeFile(folder: MailFolder, base: string): Promise<boolean> {
  const removed = await folder.withFile(base, async (place) => {
    await folder.tools.disk.unlink(folder.pathOf(base, place));
    return place;
  });
  if (removed === null) return false;
  folder.index.remove(base);
  await folder.syncNames([removed]);
  return true;
}
