/** Other base names for messages, in the folder where they are. */

import { errorCode } from '../../../disk/disk.ts';
import { renameWithoutReplacing } from '../../../disk/durable.ts';
import type { NewName } from '../../../ports/receiving/mail-store.ts';
import type { MailFolder } from '../mail-folder.ts';
import type { Place } from '../scanning/scan.ts';
import { inBatch } from './in-batch.ts';

/** Flags kept, durably. Whether each was renamed, in the order given. */
export async function renameFiles(
  folder: MailFolder,
  names: readonly NewName[],
): Promise<readonly boolean[]> {
  if (names.length === 0) return [];
  // Other programs may have given a name since the folder was read last.
  await folder.scan();
  const places: Place[] = [];
  const renamed = await folder.inTurn(Promise.resolve(), () =>
    inBatch(names, {
      bulk: folder.tools.bulk,
      now: (each) => renameNow(folder, each, places),
      waiting: (each) => renameOne(folder, each, places),
    }),
  );
  await folder.syncNames(places);
  return renamed;
}

function renameNow(
  folder: MailFolder,
  { base, name }: NewName,
  places: Place[],
): boolean | undefined {
  const { index, tools } = folder;
  const place = index.placeOf(base);
  if (place === undefined || index.placeOf(name) !== undefined) return undefined;
  if (!tools.disk.now.renameNew(folder.pathOf(base, place), folder.pathOf(name, place)))
    return undefined;
  note(folder, { base, name }, place, places);
  return true;
}

/** A base name is taken whatever flags its file has: two of one name would be one message to every reader. */
async function renameOne(
  folder: MailFolder,
  { base, name }: NewName,
  places: Place[],
): Promise<boolean> {
  if (folder.index.placeOf(name) !== undefined) return false;
  const isRenamed = await folder.withFile(base, async (place) => {
    const paths = [folder.pathOf(base, place), folder.pathOf(name, place)] as const;
    try {
      await renameWithoutReplacing(folder.tools.disk, ...paths);
    } catch (error) {
      if (errorCode(error) === 'EEXIST') return false;
      throw error;
    }
    note(folder, { base, name }, place, places);
    return true;
  });
  return isRenamed ?? false;
}

function note({ index }: MailFolder, { base, name }: NewName, place: Place, places: Place[]): void {
  index.add(name, place);
  index.remove(base);
  places.push(place);
}
