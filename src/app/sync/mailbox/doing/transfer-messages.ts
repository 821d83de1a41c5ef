/** Moves, copies and deletes messages that both sides know: within the account nothing is transferred. */

import { foldLeft, foldMovedHere, foldTransferred } from '../../../../core/sync/fold-done.ts';
import { mergeFlags as mergedFlags } from '../../../../core/sync/plan/merge-flags.ts';
import type {
  MergeItem,
  MoveHereItem,
  Operation,
  TransferItem,
} from '../../../../core/sync/plan/operation.ts';
import { UidSet } from '../../../../core/sync/uid-set.ts';
import type { Transferred } from '../../../../ports/receiving/mailbox-source.ts';
import { commit } from '../../account-run.ts';
import { mergeFlags } from './store-flags.ts';
import { agreedFolder, parts, reportOf, type Work } from './work.ts';

/** Messages to a command: after a break, so many are looked for on the server. */
const together = 500;

type Transfer = Extract<Operation, { kind: 'move-remote' | 'copy-remote' }>;

/** Their files are where they belong already. After a break the next sync finds them there by Message-ID. */
export async function transferThere(
  work: Work,
  { kind, path, to, items }: Transfer,
): Promise<void> {
  const report = reportOf(work, to);
  const merges: MergeItem[] = [];
  for (const part of parts(items, together)) {
    const uids = UidSet.of(part.map(({ message }) => message.uid));
    const folder = await work.folders.writable(path);
    const isMove = kind === 'move-remote';
    const done = isMove ? await folder.move(uids, to) : await folder.copy(uids, to);
    const source = isMove ? done.source : 'copied';
    const moved = told(work, to, done);
    if (part.some(({ message }) => !moved.has(message.uid))) work.unsettledHere.add(to);
    await commit(work.run, foldTransferred(path, to, part, moved, source), 'durable');
    if (isMove) report.movedThere += part.length;
    else report.copiedThere += part.length;
    work.run.progress(report);
    merges.push(...part.flatMap((item) => mergeAfter(item, moved)));
  }
  if (merges.length > 0) await mergeFlags(work, { kind: 'merge-flags', path: to, items: merges });
}

/** Whoever moves a file may have given it other flags as well. */
function mergeAfter(
  { message, name, flags: here }: TransferItem,
  uids: ReadonlyMap<number, number>,
): MergeItem[] {
  const uid = uids.get(message.uid);
  const { flags, keywords } = message;
  const agreed = { flags, keywords };
  // A file says of keywords what its letters say; without any it says nothing.
  const shown = here.keywords.length > 0 ? here : { ...here, keywords };
  const merged = mergedFlags({ agreed, here: shown, there: agreed }, 'both', null);
  return uid === undefined || merged.store === null ? [] : [{ uid, name, modSeq: null, ...merged }];
}

/** UIDs of another numbering say nothing, nor do those that were given before: another message has them. */
function told(
  work: Work,
  to: string,
  { uids, uidValidity }: Transferred,
): ReadonlyMap<number, number> {
  const { uidValidity: known, settledUid } = agreedFolder(work, to);
  if (uids === null || uidValidity !== known) return new Map();
  return [...uids.values()].some((uid) => uid <= settledUid) ? new Map() : uids;
}

/** Files go where the server has moved their messages. */
export async function moveHere(
  work: Work,
  { path, from, items }: Extract<Operation, { kind: 'move-local' }>,
): Promise<void> {
  const { run } = work;
  const { localPath } = agreedFolder(work, path);
  await run.tree.ensureFolder(localPath);
  const report = reportOf(work, path);
  for (const [source, each] of bySource(items))
    for (const part of parts(each, together)) {
      const bases = part.map(({ name }) => name);
      const names = source === localPath ? bases : await run.tree.move(source, bases, localPath);
      const moved = part.flatMap((item, at) => pair(item, names[at]));
      const changes = foldMovedHere(
        from,
        path,
        moved.map(([item]) => item),
        moved.map(([, name]) => name),
      );
      await commit(run, changes, 'durable');
      report.movedHere += moved.length;
      run.progress(report);
      const merges = moved.flatMap(
        ([
          {
            merged,
            facts: { uid, modSeq },
          },
          name,
        ]): MergeItem[] => (merged === null ? [] : [{ uid, name, modSeq, ...merged }]),
      );
      if (merges.length > 0) await mergeFlags(work, { kind: 'merge-flags', path, items: merges });
    }
}

/** One whose file went away meanwhile is left as it was: the next sync sees both sides anew. */
function pair(item: MoveHereItem, name: string | null | undefined): [MoveHereItem, string][] {
  return name === null || name === undefined ? [] : [[item, name]];
}

function bySource(items: readonly MoveHereItem[]): Map<string, MoveHereItem[]> {
  const groups = new Map<string, MoveHereItem[]>();
  for (const item of items)
    groups.set(item.fromLocalPath, [...(groups.get(item.fromLocalPath) ?? []), item]);
  return groups;
}

/** Their files are gone. */
export async function deleteThere(
  work: Work,
  { path, trash, uids }: Extract<Operation, { kind: 'delete-remote' }>,
): Promise<void> {
  const report = reportOf(work, path);
  for (const part of parts(uids, together)) {
    const folder = await work.folders.writable(path);
    const set = UidSet.of(part);
    const source =
      trash === null ? await folder.expunge(set) : (await folder.move(set, trash)).source;
    await commit(work.run, foldLeft(path, part, source), 'durable');
    report.deletedThere += part.length;
    work.run.progress(report);
  }
}

/** Their messages are gone from the server. */
export async function deleteHere(
  work: Work,
  { path, trash, items }: Extract<Operation, { kind: 'delete-local' }>,
): Promise<void> {
  const { run } = work;
  const { localPath } = agreedFolder(work, path);
  const report = reportOf(work, path);
  if (trash !== null) await run.tree.ensureFolder(trash);
  for (const part of parts(items, together)) {
    const names = part.map(({ name }) => name);
    if (trash === null) await run.tree.remove(localPath, names);
    else await run.tree.move(localPath, names, trash);
    const uids = part.map(({ uid }) => uid);
    await commit(run, foldLeft(path, uids, 'gone'), 'durable');
    report.deletedHere += part.length;
    run.progress(report);
  }
}
