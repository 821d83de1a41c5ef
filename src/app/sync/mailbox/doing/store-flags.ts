/** Makes flags the same on both sides: here by renames, there by STORE + and −, then what is agreed. */

import { flagsOfBits } from '../../../../core/sync/flags.ts';
import { foldMerged } from '../../../../core/sync/fold-done.ts';
import type { ServerChange } from '../../../../core/sync/plan/merge-flags.ts';
import type { MergeItem, Operation } from '../../../../core/sync/plan/operation.ts';
import { UidSet } from '../../../../core/sync/uid-set.ts';
import type { StoreRequest } from '../../../../ports/receiving/mailbox-source.ts';
import type { FlagChange, MailTree } from '../../../../ports/receiving/mail-store.ts';
import { commit } from '../../account-run.ts';
import { agreedFolder, parts, reportOf, type Work } from './work.ts';

const together = 2_000;

export async function mergeFlags(
  work: Work,
  { path, items }: Extract<Operation, { kind: 'merge-flags' }>,
): Promise<void> {
  for (const part of parts(items, together)) await mergePart(work, path, part);
}

/** What is agreed changes only for messages that have their flags on both sides by then; repeated, it comes to the same. */
async function mergePart(work: Work, path: string, items: readonly MergeItem[]): Promise<void> {
  const { run, folders } = work;
  const { localPath } = agreedFolder(work, path);
  const done = await renameFiles(run.tree, localPath, items);
  const requests = storeRequests(done);
  const modSeqs =
    requests.length === 0
      ? new Map<number, string>()
      : await (await folders.writable(path)).store(requests);
  await commit(run, foldMerged(path, done, modSeqs), 'durable');
  const report = reportOf(work, path);
  report.flaggedHere += done.filter(({ here }) => here !== null).length;
  report.flaggedThere += done.filter(({ store }) => store !== null).length;
  run.progress(report);
}

/** Those whose files are there still. */
async function renameFiles(
  tree: MailTree,
  localPath: string,
  items: readonly MergeItem[],
): Promise<readonly MergeItem[]> {
  const renamed = items.filter(({ here }) => here !== null);
  if (renamed.length === 0) return items;
  const letters = await tree.keywordLetters(localPath);
  const changes = renamed.map(({ name, here }): FlagChange => {
    const change = { base: name, flags: flagsOfBits(here?.flags ?? 0) };
    return letters === null
      ? change
      : { ...change, letters: lettersFor(here?.keywords ?? [], letters) };
  });
  const outcomes = await tree.setFlags(localPath, changes);
  const gone = new Set(renamed.filter((_, at) => outcomes[at] !== true));
  return items.filter((each) => !gone.has(each));
}

/** Sorted. */
export function lettersFor(
  keywords: readonly string[],
  letters: ReadonlyMap<string, string>,
): string {
  const wanted = new Set(keywords.map((each) => each.toLowerCase()));
  return [...letters]
    .filter(([, name]) => wanted.has(name.toLowerCase()))
    .map(([letter]) => letter)
    .sort()
    .join('');
}

/** One for all messages that are to change in the same way. */
function storeRequests(items: readonly MergeItem[]): StoreRequest[] {
  const groups = new Map<string, { change: ServerChange; uids: number[] }>();
  for (const { uid, store } of items) {
    if (store === null) continue;
    const key = JSON.stringify(store);
    const group = groups.get(key) ?? { change: store, uids: [] };
    group.uids.push(uid);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ change, uids }) => ({ uids: UidSet.of(uids), ...change }));
}
