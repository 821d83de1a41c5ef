/** Messages that are removed. */

import type { MailFolder } from '../mail-folder.ts';
import { inBatch } from './in-batch.ts';

/** Durably. Whether each was there, in the order given. */
export async function removeFiles(
  folder: MailFolder,
  bases: readonly string[],
): Promise<readonly boolean[]> {
  const present = await folder.present(bases);
  const removed = await inBatch(bases, {
    bulk: Infinity,
    now: () => undefined,
    waiting: async (base) => {
      if (!present.has(base)) return null;
      const place = await folder.withFile(base, async (found) => {
        await folder.tools.disk.unlink(folder.pathOf(base, found));
        return found;
      });
      if (place !== null) folder.index.remove(base);
      return place;
    },
  });
  await folder.syncNames(removed.flatMap((place) => place ?? []));
  return removed.map((place) => place !== null);
}
