/** Whether a file that stands in the folder is the message at hand. */

import type { Disk, DiskFile } from '../../../disk/disk.ts';
import type { Staged } from '../../../ports/receiving/mail-store.ts';
import { explained } from '../mail-disk.ts';
import type { MailFolder } from '../mail-folder.ts';
import { hasSameOctets } from '../scanning/same-octets.ts';

export type Verdict = 'same' | 'other' | 'gone';

/**
 * Compares size and octets with the staged file, which was written now. `gone` needs a complete scan. A file that is the same is
 * fsynced as well, since nobody knows who wrote it.
 */
export async function compare(folder: MailFolder, base: string, staged: Staged): Promise<Verdict> {
  const { disk } = folder.tools;
  const verdict = await folder.withFile(base, async (place): Promise<Verdict> => {
    const file = await disk.open(folder.pathOf(base, place), 'r');
    try {
      if (!(await isSame(disk, file, staged))) return 'other';
      await file.sync();
      return 'same';
    } finally {
      await file.close();
    }
  });
  return verdict ?? 'gone';
}

async function isSame(disk: Disk, file: DiskFile, staged: Staged): Promise<boolean> {
  const found = await file.stat();
  if (!found.isFile() || found.size !== staged.size) return false;
  const path = staged.temporaryPath;
  const written = await explained(path, disk.open(path, 'r'));
  try {
    return await hasSameOctets(file, written, staged.size);
  } finally {
    await written.close();
  }
}
