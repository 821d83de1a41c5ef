/** What is deleted on one side since it was deleted on the other: last of all, by policy, and never in numbers unasked. */

import { brake } from './brake.ts';
import type { Comparison, Gone } from './compare-folder.ts';
import type { HeldFolder, Operation } from './operation.ts';
import type { Pairs } from './pair-messages.ts';
import type { FolderState } from './plan-folder.ts';
import { isWhole } from './plan-transfers.ts';
import type { FolderView } from './views.ts';

export interface Deletions {
  readonly operations: readonly Operation[];
  readonly held: readonly HeldFolder[];
  readonly notes: readonly { readonly path: string; readonly text: string }[];
  /** Folders of which it is not believed that the server has no longer what it does not show. */
  readonly doubted: ReadonlySet<FolderView>;
}

interface Draft {
  readonly operations: Operation[];
  readonly held: HeldFolder[];
  readonly notes: { path: string; text: string }[];
  readonly doubted: Set<FolderView>;
  /** Local path and server's name of the folder for trash; null where there is none. */
  readonly trash: FolderView | null;
  readonly acceptDeletions: boolean;
}

export function planDeletions(
  comparisons: readonly Comparison[],
  pairs: Pairs,
  states: ReadonlyMap<FolderView, FolderState>,
  { acceptDeletions }: { readonly acceptDeletions: boolean },
): Deletions {
  const trash = comparisons.find(
    ({ view }) => view.remote.role === 'trash' && view.isListed && view.remote.selectable,
  );
  const draft: Draft = {
    operations: [],
    held: [],
    notes: [],
    doubted: new Set(),
    trash: trash?.view ?? null,
    acceptDeletions,
  };
  for (const comparison of comparisons) {
    const free = (all: readonly Gone[]): Gone[] =>
      all.filter(({ at }) => !pairs.settled({ view: comparison.view, at }));
    leaveThere(draft, comparison.view, pairs.leftBehind);
    deleteThere(draft, comparison.view, free(comparison.goneHere));
    deleteHere(draft, comparison.view, free(comparison.goneThere));
    const forgotten = comparison.forgotten.filter(
      (at) => !pairs.settled({ view: comparison.view, at }),
    );
    forget(draft, comparison.view, forgotten);
    const state = states.get(comparison.view)?.kind;
    if (state === 'gone') removeHere(draft, comparison);
    if (state === 'same') removeThere(draft, comparison.view);
  }
  return draft;
}

/** For good: it is in another folder already. */
function leaveThere(draft: Draft, view: FolderView, leftBehind: Pairs['leftBehind']): void {
  const { path } = view.remote;
  const uids = leftBehind.flatMap((each) => (each.view === view ? view.known.uid(each.at) : []));
  if (uids.length === 0 || view.policy.direction === 'pull') return;
  draft.operations.push({ kind: 'delete-remote', path, trash: null, uids });
}

/** Gone here: what was changed there meanwhile comes back. */
function deleteThere(draft: Draft, view: FolderView, gone: readonly Gone[]): void {
  const { known, policy, remote } = view;
  const { path } = remote;
  const entries = gone.filter(({ isEdited }) => !isEdited || policy.direction === 'push');
  const uids = entries.map(({ at }) => known.uid(at));
  if (uids.length === 0) return;
  const isKept = policy.direction === 'pull' || policy.onLocalDelete === 'keep';
  if (isKept || view.agreed?.stamp === null) {
    draft.operations.push({ kind: 'keep', path, status: 'there-alone', uids });
    if (!isKept) draft.notes.push({ path, text: `${messages(uids.length)} ${before}` });
    return;
  }
  if (isHeld(draft, view, uids.length, 'here')) return;
  const isForGood = policy.onLocalDelete === 'expunge' || remote.role === 'trash';
  const trash = draft.trash?.remote.path ?? null;
  if (!isForGood && trash === null) {
    draft.notes.push({
      path,
      text: `${messages(uids.length)} deleted here stay on the server: it has no folder for trash`,
    });
    draft.held.push({ path, reason: 'the server has no folder for trash', what: 'deletions' });
    return;
  }
  draft.operations.push({ kind: 'delete-remote', path, trash: isForGood ? null : trash, uids });
}

const before = 'that were gone here before both sides were compared stay on the server';

function messages(count: number): string {
  return count === 1 ? '1 message' : `${String(count)} messages`;
}

/** Gone there: what was changed here meanwhile is uploaded again, where all of it is here. */
function deleteHere(draft: Draft, view: FolderView, gone: readonly Gone[]): void {
  const { known, policy, remote } = view;
  const { path } = remote;
  const isUploaded = ({ at, isEdited }: Gone): boolean =>
    isEdited && policy.direction !== 'pull' && isWhole(view, at);
  const entries = gone.filter((each) => !isUploaded(each));
  if (gone.length === 0) return;
  const uids = entries.map(({ at }) => known.uid(at));
  if (policy.direction === 'push' || policy.onRemoteDelete === 'keep') {
    if (uids.length > 0) draft.operations.push({ kind: 'keep', path, status: 'here-alone', uids });
    return;
  }
  // All that is gone tells whether it is believed: what was changed here as well.
  if (isHeld(draft, view, gone.length, 'there')) {
    draft.doubted.add(view);
    return;
  }
  if (uids.length === 0) return;
  const isForGood = policy.onRemoteDelete === 'delete' || remote.role === 'trash';
  const trash = isForGood ? null : (draft.trash?.localPath ?? null);
  if (!isForGood && trash === null) {
    draft.operations.push({ kind: 'keep', path, status: 'here-alone', uids });
    return;
  }
  const items = entries.map(({ at }) => ({ uid: known.uid(at), name: known.name(at) }));
  draft.operations.push({ kind: 'delete-local', path, trash, items });
}

/** A folder that is not there at all is never a deletion unasked (design rule 7). */
function isHeld(draft: Draft, view: FolderView, count: number, side: 'here' | 'there'): boolean {
  if (draft.acceptDeletions) return false;
  const { path } = view.remote;
  const reason = missing(view, side) ?? brake(view, count, side);
  if (reason === null) return false;
  draft.held.push({ path, reason, what: 'deletions' });
  return true;
}

function missing({ here, isListed }: FolderView, side: 'here' | 'there'): string | null {
  if (side === 'here' && here?.isMissing === true)
    return 'its folder is not in the Maildir any more';
  if (side === 'there' && !isListed) return 'the server does not list the folder any more';
  return null;
}

function forget(draft: Draft, { known, remote }: FolderView, entries: readonly number[]): void {
  if (entries.length === 0) return;
  const uids = entries.map((at) => known.uid(at));
  draft.operations.push({ kind: 'forget', path: remote.path, uids });
}

/** An empty folder that was removed here, and is empty there too. */
function removeThere(
  { operations }: Draft,
  { here, known, remote, status, policy }: FolderView,
): void {
  const isEmpty = here?.isMissing === true && known.size === 0 && status.exists === 0;
  const { path, role } = remote;
  if (!isEmpty || role !== null || policy.direction === 'pull' || policy.onLocalDelete === 'keep')
    return;
  operations.push({ kind: 'delete-folder', path, side: 'there' }, { kind: 'forget-folder', path });
}

/** A folder that is gone there goes here too, once nothing is in it; files that the state does not know make it a folder made here. */
function removeHere(draft: Draft, { view, newHere }: Comparison): void {
  const { path } = view.remote;
  const isHeldBack = draft.held.some((each) => each.path === path);
  if (isHeldBack || view.policy.onRemoteDelete === 'keep' || view.policy.direction === 'push')
    return;
  if (newHere.length === 0) draft.operations.push({ kind: 'delete-folder', path, side: 'here' });
  draft.operations.push({ kind: 'forget-folder', path });
}
