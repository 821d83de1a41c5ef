/** Whether the newest known messages of a folder are still what the server has under their numbers. */

import type { AgreedFolder } from '../../../../core/sync/agreed.ts';
import type { Sample } from '../../../../core/sync/plan/views.ts';
import type { MessageFacts } from '../../../../core/sync/remote.ts';
import { UidSet } from '../../../../core/sync/uid-set.ts';
import type { StateStore } from '../../../../ports/state-store.ts';
import type { OpenFolders } from '../open-folders.ts';

/** UIDs below the mark of which the known ones are compared. */
const sampleSize = 50;

export async function takeSample(
  state: StateStore,
  accountId: string,
  folders: OpenFolders,
  { path, settledUid }: AgreedFolder,
): Promise<Sample> {
  const from = Math.max(1, settledUid - sampleSize);
  const uids = await state.agreedUids(accountId, path, from);
  if (uids.isEmpty) return 'unknown';
  const known = await state.agreed(accountId, path, uids.within(from, settledUid));
  const places = new Map(Array.from(known.uid, (uid, at) => [uid, at]));
  const folder = await folders.reading(path);
  let sample: Sample = 'unknown';
  for await (const page of folder.facts(UidSet.of(places.keys())))
    for (const facts of page) {
      const at = places.get(facts.uid) ?? 0;
      const likeness = likenessOf(facts, known.internalDate[at], known.wireSize[at]);
      if (likeness === 'other') return 'other';
      if (likeness === 'same') sample = 'same';
    }
  return sample;
}

/** INTERNALDATE never changes (RFC 9051, section 2.3.3); where a server does not keep to that, the size speaks for the message. */
function likenessOf(
  { internalDate, size }: MessageFacts,
  knownDate: number | undefined,
  knownSize: number | undefined,
): Sample {
  if (internalDate === null || knownDate === undefined || Number.isNaN(knownDate)) return 'unknown';
  if (internalDate === knownDate) return 'same';
  return size === knownSize ? 'unknown' : 'other';
}
