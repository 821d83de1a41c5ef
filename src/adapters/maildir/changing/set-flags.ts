/** Other flags for messages: each file is renamed, and what a reader changed meanwhile stays. */

import { errorCode } from '../../../disk/disk.ts';
import { renameWithoutReplacing } from '../../../disk/durable.ts';
import type { FlagChange } from '../../../ports/receiving/mail-store.ts';
import type { MailFolder } from '../mail-folder.ts';
import { fileAt, type Place } from '../scanning/scan.ts';
import { inBatch } from './in-batch.ts';

/** Durably. Whether each was there, in the order given. */
export async function setFlags(
  folder: MailFolder,
  changes: readonly FlagChange[],
): Promise<readonly boolean[]> {
  const { disk, bulk } = folder.tools;
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

/**
 * Where the file belongs that is at `place`, and was at `seen` when the change was decided: a letter that came or went since is
 * no part of the change. Letters in the order of ASCII; a file in `new` stays there while it gets none.
 */
function placeWith(place: Place, seen: Place, change: FlagChange): Place {
  const [found, had] = [lettersAt(place), lettersAt(seen)];
  const wanted = lettersWanted(seen, change);
  const kept = [...found].filter((letter) => wanted.has(letter) || !had.has(letter));
  const letters = new Set([...kept, ...[...wanted].filter((letter) => !had.has(letter))]);
  if (letters.size === found.size && kept.length === found.size) return place;
  return `cur:2,${[...letters].sort().join('')}`;
}

function lettersAt(place: Place): Set<string> {
  const { flags, otherLetters } = fileAt(place);
  return new Set([...flags, ...otherLetters]);
}

const keywordLetter = /^[a-z]$/;

function lettersWanted(seen: Place, { flags, letters }: FlagChange): Set<string> {
  const others = [...fileAt(seen).otherLetters];
  if (letters === undefined) return new Set([...flags, ...others]);
  const kept = others.filter((letter) => !keywordLetter.test(letter));
  const keywords = [...letters].filter((letter) => keywordLetter.test(letter));
  return new Set([...flags, ...kept, ...keywords]);
}
