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
  const believed = changes.map(({ base }) => folder.index.believedPlaceOf(base));
  const [from, to] = [new Set<Place>(), new Set<Place>()];
  const note = (change: FlagChange, at: number, place: Place, wanted: Place): void => {
    const before = believed[at] ?? place;
    folder.index.change(change.base, wanted, placeWith(before, before, change));
    if (wanted === place) return;
    from.add(place);
    to.add(wanted);
  };
  const found = await inBatch(changes, {
    bulk,
    now: (change, at) => {
      const { base } = change;
      const place = folder.index.placeOf(base);
      if (place === undefined) return undefined;
      const wanted = placeWith(place, believed[at] ?? place, change);
      const paths = [folder.pathOf(base, place), folder.pathOf(base, wanted)] as const;
      if (wanted === place || !disk.now.renameNew(...paths)) return undefined;
      note(change, at, place, wanted);
      return true;
    },
    waiting: async (change, at) => {
      const { base } = change;
      if (!present.has(base)) return false;
      const isThere = await folder.withFile(base, async (place) => {
        const wanted = placeWith(place, believed[at] ?? place, change);
        if (wanted === place) await disk.stat(folder.pathOf(base, place));
        else await renameOnce(folder, base, place, wanted);
        note(change, at, place, wanted);
        return true;
      });
      return isThere ?? false;
    },
  });
  // The new names first: lost with the power, the other order would lose the messages.
  await folder.syncNames([...to, ...from]);
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
