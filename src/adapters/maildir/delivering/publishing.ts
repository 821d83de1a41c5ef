/** Gives staged files their names: new ones never over a file that exists, and none where the message stands already. */

import { InternalError } from '../../../errors.ts';
import type { Delivered, Staged } from '../../../ports/receiving/mail-store.ts';
import { hashOfKey } from '../file-names.ts';
import type { MailFolder } from '../mail-folder.ts';
import type { Place } from '../scanning/scan.ts';
import { compare } from './comparison.ts';
import { giveNames, type Decision } from './naming.ts';
import { eachInParallel, width } from './parallel.ts';

export interface Published {
  /** In the order given. */
  readonly delivered: readonly Delivered[];
  /** Where they are: these directories are not synced yet. */
  readonly places: ReadonlySet<Place>;
}

/** The files are on disk. On an error what was named stays, and is adopted by a later run. */
export async function publishBatch(
  folder: MailFolder,
  batch: readonly Staged[],
): Promise<Published> {
  await folder.complete();
  const delivered = new Map<Staged, Delivered>();
  const places = new Set<Place>();
  let waiting = batch;
  for (let round = 0; waiting.length > 0; round += 1) {
    if (round > batch.length + width)
      throw new InternalError(`no name can be had in ${folder.path}`, { reach: 'folder' });
    const { first, later } = onePerKey(waiting);
    const decisions = await decideAll(folder, first);
    const contested = await giveNames(folder, decisions);
    for (const decision of decisions)
      if (!contested.has(decision.staged)) {
        delivered.set(decision.staged, outcome(decision));
        places.add(folder.index.placeOf(decision.base) ?? 'new');
      }
    waiting = [...contested, ...later];
  }
  return { delivered: batch.flatMap((staged) => delivered.get(staged) ?? []), places };
}

/** Two messages under one key are settled one after the other, so that the second is compared with the first. */
function onePerKey(batch: readonly Staged[]): { first: Staged[]; later: Staged[] } {
  const first = new Map<string, Staged>();
  const later: Staged[] = [];
  for (const staged of batch)
    if (first.has(staged.key)) later.push(staged);
    else first.set(staged.key, staged);
  return { first: [...first.values()], later };
}

/** All comparisons come before the first name is given: while this run changes the folder itself, no scan would be complete. */
async function decideAll(folder: MailFolder, batch: readonly Staged[]): Promise<Decision[]> {
  const decisions = batch.map((staged): Decision => {
    const hash = hashOfKey(staged.key);
    return { kind: 'deliver', staged, hash, base: hash };
  });
  const taken = Array.from(decisions.entries()).filter(
    ([, { hash }]) => folder.index.taken(hash).length > 0,
  );
  await eachInParallel(taken, async ([at, { staged, hash }]) => {
    decisions[at] = await decide(folder, staged, hash);
  });
  return decisions;
}

async function decide(folder: MailFolder, staged: Staged, hash: string): Promise<Decision> {
  for (const base of folder.index.taken(hash))
    if ((await compare(folder, base, staged)) === 'same')
      return { kind: 'adopt', staged, hash, base };
  return { kind: 'deliver', staged, hash, base: folder.index.free(hash) };
}

function outcome({ kind, staged, hash, base }: Decision): Delivered {
  return {
    key: staged.key,
    name: base,
    outcome: kind === 'adopt' ? 'adopted' : 'delivered',
    collided: base !== hash,
  };
}
