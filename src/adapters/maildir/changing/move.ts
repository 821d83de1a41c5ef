/** Messages that go into another folder of the tree. */

import { errorCode } from '../../../disk/disk.ts';
import { renameWithoutReplacing } from '../../../disk/durable.ts';
import { isOurs } from '../file-names.ts';
import type { MailFolder } from '../mail-folder.ts';
import type { Place } from '../scanning/scan.ts';
import { inBatch } from './in-batch.ts';

interface Moved {
  readonly base: string;
  readonly place: Place;
}

/** Under free names, flags kept, durably. The new base names in the order given; null where a file is gone. */
export async function moveFiles(
  from: MailFolder,
  bases: readonly string[],
  to: MailFolder,
): Promise<readonly (string | null)[]> {
  if (bases.length === 0) return [];
  // What others delivered since then has none of our names, but it may have one of theirs.
  await (bases.every(isOurs) ? to.complete() : to.scan());
  const present = await from.present(bases);
  const moved = await to.inTurn(Promise.resolve(), () =>
    inBatch<string, Moved | null>(bases, {
      bulk: to.tools.bulk,
      now: (base) => renameNow(from, base, to),
      waiting: async (base) => (present.has(base) ? renameInto(from, base, to) : null),
    }),
  );
  const places = moved.flatMap((each) => each?.place ?? []);
  // The new names first: lost with the power, the other order would lose the messages.
  await to.syncNames(places);
  await from.syncNames(places);
  return moved.map((each) => each?.base ?? null);
}

function renameNow(from: MailFolder, base: string, to: MailFolder): Moved | undefined {
  const place = from.index.placeOf(base);
  if (place === undefined) return undefined;
  const free = to.index.free(base);
  const paths = [from.pathOf(base, place), to.pathOf(free, place)] as const;
  if (!to.tools.disk.now.renameNew(...paths)) return undefined;
  to.index.add(free, place);
  from.index.remove(base);
  return { base: free, place };
}

async function renameInto(from: MailFolder, base: string, to: MailFolder): Promise<Moved | null> {
  const moved = await from.withFile(base, async (place) => {
    for (;;) {
      const free = to.index.free(base);
      // Taken whatever comes of it, by this file or by another.
      to.index.add(free, place);
      try {
        const paths = [from.pathOf(base, place), to.pathOf(free, place)] as const;
        await renameWithoutReplacing(to.tools.disk, ...paths);
        return { base: free, place };
      } catch (error) {
        if (errorCode(error) !== 'EEXIST') {
          to.index.remove(free);
          throw error;
        }
      }
    }
  });
  if (moved !== null) from.index.remove(base);
  return moved;
}
