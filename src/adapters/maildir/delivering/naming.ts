/** The step that makes messages visible: each file gets its name, in one step where the system can, else by a link. */

import { errorCode } from '../../../disk/disk.ts';
import { linkWithoutReplacing } from '../../../disk/durable.ts';
import type { Staged } from '../../../ports/receiving/mail-store.ts';
import { diskError } from '../mail-disk.ts';
import type { MailFolder } from '../mail-folder.ts';
import { placeFor } from '../scanning/scan.ts';
import { eachInParallel } from './parallel.ts';

export interface Decision {
  /** adopt: the message stands there already, under this name. */
  readonly kind: 'deliver' | 'adopt';
  readonly staged: Staged;
  readonly hash: string;
  readonly base: string;
}

/** Those whose name somebody took meanwhile. Ends when no call is under way any more, also with an error. */
export async function giveNames(
  folder: MailFolder,
  decisions: readonly Decision[],
): Promise<ReadonlySet<Staged>> {
  const contested = new Set<Staged>();
  const settle = async (decision: Decision): Promise<void> => {
    if (decision.kind === 'adopt') await dropTemporary(folder, decision.staged);
    else if (!(await link(folder, decision))) contested.add(decision.staged);
  };
  const [first, ...rest] = decisions;
  // Where the disk hangs, the first name waits for it beside Node's thread.
  if (first !== undefined) await settle(first);
  const left =
    decisions.length < folder.tools.bulk
      ? rest
      : rest.filter((decision) => !rename(folder, decision));
  await eachInParallel(left, settle);
  return contested;
}

/** On Node's thread: for many, a wait each would cost more than the work. False where nothing was done. */
function rename(folder: MailFolder, { kind, staged, base }: Decision): boolean {
  if (kind === 'adopt') return false;
  const place = placeFor(staged);
  const done = folder.tools.disk.now.renameNew(staged.temporaryPath, folder.pathOf(base, place));
  if (done) folder.index.add(base, place);
  return done;
}

/** False where the name is taken after all; the index knows it then. */
async function link(folder: MailFolder, { staged, base }: Decision): Promise<boolean> {
  const { disk } = folder.tools;
  const place = placeFor(staged);
  const path = folder.pathOf(base, place);
  try {
    await linkWithoutReplacing(disk, staged.temporaryPath, path);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw diskError(error, path);
    folder.index.add(base, place);
    return false;
  }
  folder.index.add(base, place);
  await dropTemporary(folder, staged);
  return true;
}

/** Left behind it does no harm: it is ours, and a later run clears it. */
async function dropTemporary(folder: MailFolder, { temporaryPath }: Staged): Promise<void> {
  await folder.tools.disk.unlink(temporaryPath).catch(() => undefined);
}
