/** The durable point of a batch: staged files get their names, and the directories are on disk before it ends. */

import { dirname, join } from 'node:path';
import { infoSuffix } from '../../core/sync/flags.ts';
import { InternalError } from '../../errors.ts';
import type { Delivered, Staged } from '../../ports/mail-store.ts';
import { compare } from './comparison.ts';
import { errorCode } from './disk.ts';
import { diskError, explained } from './disk-error.ts';
import { linkWithoutReplacing, syncDirectory } from './durable.ts';
import { hashOfKey } from './file-names.ts';
import type { FolderIndex } from './folder-index.ts';
import type { Scanner } from './scan.ts';

/** Links under way at once. */
const inParallel = 32;

export interface Target {
  readonly scanner: Scanner;
  /** Absolute. */
  readonly folder: string;
  readonly index: FolderIndex;
}

type Decision =
  | { readonly kind: 'adopt'; readonly staged: Staged; readonly base: string }
  | { readonly kind: 'deliver'; readonly staged: Staged; readonly base: string };

/** Links what is new, adopts what is there; on an error what was linked stays, and is adopted by a later run. */
export async function publishBatch(target: Target, batch: readonly Staged[]): Promise<Delivered[]> {
  const delivered = new Map<Staged, Delivered>();
  const directories = new Set<string>();
  let waiting = batch;
  for (let round = 0; waiting.length > 0; round += 1) {
    if (round > batch.length + inParallel)
      throw new InternalError(`no name can be had in ${target.folder}`, { reach: 'folder' });
    const { first, later } = onePerKey(waiting);
    const decisions = await decideAll(target, first);
    const contested = await carryOut(target, decisions);
    for (const decision of decisions.filter(({ staged }) => !contested.includes(staged))) {
      delivered.set(decision.staged, outcome(decision));
      directories.add(dirname(target.index.pathOf(decision.base) ?? 'new'));
    }
    waiting = [...contested, ...later];
  }
  await Promise.all(Array.from(directories, (name) => sync(target, name)));
  return batch.flatMap((staged) => delivered.get(staged) ?? []);
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

/** All comparisons come before the first link: while this run changes the folder itself, no scan would be complete. */
async function decideAll(target: Target, batch: readonly Staged[]): Promise<Decision[]> {
  const decisions: Decision[] = [];
  for (const staged of batch) decisions.push(await decide(target, staged));
  return decisions;
}

async function decide({ scanner, folder, index }: Target, staged: Staged): Promise<Decision> {
  const hash = hashOfKey(staged.key);
  for (const base of index.taken(hash)) {
    const verdict = await compare(scanner, folder, index, base, staged);
    if (verdict === 'same') return { kind: 'adopt', staged, base };
  }
  return { kind: 'deliver', staged, base: index.free(hash) };
}

/** Those whose name somebody took meanwhile. Ends when no link is under way any more, also with an error. */
async function carryOut(target: Target, decisions: readonly Decision[]): Promise<Staged[]> {
  const contested: Staged[] = [];
  const failures: unknown[] = [];
  const queue = decisions.values();
  const worker = async (): Promise<void> => {
    for (const decision of queue) {
      if (failures.length > 0) return;
      const settled = await settle(target, decision).catch((error: unknown) => {
        failures.push(error);
        return true;
      });
      if (!settled) contested.push(decision.staged);
    }
  };
  await Promise.all(Array.from({ length: inParallel }, worker));
  if (failures.length > 0) throw failures[0];
  return contested;
}

async function settle(target: Target, decision: Decision): Promise<boolean> {
  const { staged } = decision;
  if (decision.kind === 'deliver' && !(await link(target, decision))) return false;
  // Left behind it does no harm: it is ours, and the next run clears it.
  await target.scanner.disk.unlink(staged.temporaryPath).catch(() => undefined);
  return true;
}

/** False where the name is taken after all; the index knows it then. */
async function link({ scanner, folder, index }: Target, decision: Decision): Promise<boolean> {
  const { staged, base } = decision;
  const path = visiblePath(base, staged);
  try {
    await linkWithoutReplacing(scanner.disk, staged.temporaryPath, join(folder, path));
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw diskError(error, join(folder, path));
    index.add(base, path);
    return false;
  }
  index.add(base, path);
  return true;
}

/** Mail without flags is new and has no info yet; all else has been seen by somebody. */
function visiblePath(base: string, { flags }: Staged): string {
  return flags.length === 0 ? `new/${base}` : `cur/${base}${infoSuffix(flags)}`;
}

function outcome({ kind, staged, base }: Decision): Delivered {
  return {
    key: staged.key,
    name: base,
    outcome: kind === 'adopt' ? 'adopted' : 'delivered',
    collided: base !== hashOfKey(staged.key),
  };
}

async function sync({ scanner, folder }: Target, name: string): Promise<void> {
  const path = join(folder, name);
  await explained(path, syncDirectory(scanner.disk, path));
}
