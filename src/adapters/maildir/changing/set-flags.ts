/** Other flags for messages: each file is renamed, and what a reader changed meanwhile stays. */

import { errorCode } from '../../../disk/disk.ts';
import { renameWithoutReplacing } from '../../../disk/durable.ts';
import type { FlagChange } from '../../../ports/receiving/mail-store.ts';
import type { MailFolder } from '../mail-folder.ts';
import type { Place } from '../scanning/scan.ts';
import { inBatch } from './in-batch.ts';
import { placeWith } from './letters.ts';

/** Durably. Whether each was there, in the order given. */
export async function setFlags(
  folder: MailFolder,
  changes: readonly FlagChange[],
): Promise<readonly boolean[]> {
  const { disk, bulk } = folder.tools;
  const present = await folder.present(changes.map(({ base }) => base));
  const seen = changes.map(({ base }) => folder.index.placeOf(base));
  const touched: Place[] = [];
  const noteRenamed = (base: string, place: Place, wanted: Place): void => {
    folder.index.add(base, wanted);
    // The new name's directory first: lost with the power, the other order would lose the message.
    touched.unshift(wanted);
    touched.push(place);
  };
  const found = await inBatch(changes, {
    bulk,
    now: (change, at) => {
      const place = seen[at];
      if (place === undefined) return undefined;
      const { base } = change;
      const wanted = placeWith(place, place, change);
      if (wanted === place) return undefined;
      if (!disk.now.renameNew(folder.pathOf(base, place), folder.pathOf(base, wanted)))
        return undefined;
      noteRenamed(base, place, wanted);
      return true;
    },
    waiting: async (change, at) => {
      const { base } = change;
      if (!present.has(base)) return false;
      const isThere = await folder.withFile(base, async (place) => {
        const wanted = placeWith(place, seen[at] ?? place, change);
        if (wanted === place) await disk.stat(folder.pathOf(base, place));
        else {
          await renameOnce(folder, base, place, wanted);
          noteRenamed(base, place, wanted);
        }
        return true;
      });
      return isThere ?? false;
    },
  });
  await folder.syncNames(touched);
  return found;
}

/** Where a file of the same base name has these flags already, nothing is renamed over it: a scan gives each its own name. */
async function renameOnce(
  folder: MailFolder,
  base: string,
  place: Place,
  wanted: Place,
): Promise<void> {
  const paths = [folder.pathOf(base, place), folder.pathOf(base, wanted)] as const;
  try {
    await renameWithoutReplacing(folder.tools.disk, ...paths);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
}
