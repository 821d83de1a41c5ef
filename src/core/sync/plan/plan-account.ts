/** Decides what a sync of an IMAP account does: what both sides have, and what is agreed, to operations. */

import type { AgreedPlace } from '../agreed.ts';
import { compareFolder, type Comparison } from './compare-folder.ts';
import { planDeletions } from './plan-deletions.ts';
import {
  beginFolder,
  fetchFrom,
  hasNews,
  noteChanges,
  release,
  renumber,
  retries,
  stateOf,
  type FolderState,
  type RetryPolicy,
} from './plan-folder.ts';
import { planTransfers, type Transfers } from './plan-transfers.ts';
import { pairMessages } from './pair-messages.ts';
import type { AccountPlan, FolderEnd, HeldFolder, NamesByContent, Operation } from './operation.ts';
import type { AccountView, FolderView } from './views.ts';

export interface SyncPolicy extends RetryPolicy {
  /** `sync --accept-deletions`: what the brake holds back is done. */
  readonly acceptDeletions: boolean;
}

/** Views of the folders that take part; INBOX comes first in the plan, the others in the order of the views. */
export function planAccount({ folders, elsewhere }: AccountView, policy: SyncPolicy): AccountPlan {
  const views = folders.toSorted(inboxFirst);
  const states = new Map(views.map((view) => [view, stateOf(view)]));
  const comparisons = views.map((view) => compared(view, states.get(view)));
  const pairs = pairMessages(comparisons, withoutRenumbered(elsewhere, states));
  const deletions = planDeletions(comparisons, pairs, states, policy);
  const transfers = planTransfers(comparisons, pairs, deletions.doubted, policy);
  const operations = views.flatMap((view, at) => {
    const comparison = comparisons[at];
    const state = states.get(view);
    return comparison === undefined || state === undefined
      ? []
      : folderOperations(view, comparison, state, transfers, policy);
  });
  const postponed = new Set(views.flatMap((view) => sourcesFor(view, states, transfers)));
  const isHeld = ({ path }: Operation): boolean =>
    deletions.held.some((each) => each.path === path);
  return {
    operations: [...operations, ...deletions.operations].filter(
      (each) => each.kind !== 'release' || !isHeld(each),
    ),
    held: deletions.held,
    ends: views.flatMap((view) =>
      postponed.has(view.remote.path) ? [] : endOf(view, states.get(view), deletions.held),
    ),
    notes: [...deletions.notes, ...transfers.notes, ...renumbered(states)],
  };
}

export function inboxFirst(
  one: { readonly remote: FolderView['remote'] },
  other: { readonly remote: FolderView['remote'] },
): number {
  return Number(other.remote.role === 'inbox') - Number(one.remote.role === 'inbox');
}

/** What was numbered anew is matched first; the next sync compares it. */
function compared(view: FolderView, state: FolderState | undefined): Comparison {
  return compareFolder(state?.kind === 'anew' ? { ...view, there: null, here: null } : view);
}

function withoutRenumbered(
  places: readonly AgreedPlace[],
  states: ReadonlyMap<FolderView, FolderState>,
): AgreedPlace[] {
  const left = new Set(
    [...states].flatMap(([view, { kind }]) =>
      kind === 'anew' || kind === 'gone' ? [view.remote.path] : [],
    ),
  );
  return places.filter(({ path }) => !left.has(path));
}

function folderOperations(
  view: FolderView,
  comparison: Comparison,
  state: FolderState,
  transfers: Transfers,
  policy: SyncPolicy,
): readonly Operation[] {
  const of = transfers.of(comparison.view);
  switch (state.kind) {
    case 'anew':
      return [renumber(view, state.reason), ...fetched(view, 1, new Map())];
    case 'begun':
      return [beginFolder(view), ...of.operations, ...fetched(view, 1, of.mayBeHere)];
    case 'made-here':
      return madeHere(view, of.operations);
    case 'gone':
      return of.operations.filter((operation) => !isInto(operation));
    case 'same':
      return [
        ...release(view),
        ...noteChanges(view),
        ...of.operations,
        ...retries(view, policy),
        ...comparison.returning.map((uid) => again(view, uid)),
        ...(view.agreed !== null && hasNews(view.agreed, view.status)
          ? fetched(view, view.agreed.settledUid + 1, of.mayBeHere)
          : []),
      ];
  }
}

function again({ remote: { path } }: FolderView, uid: number): Operation {
  return { kind: 'fetch', path, uid, trouble: null };
}

function fetched(view: FolderView, from: number, mayBeHere: NamesByContent): Operation[] {
  return view.policy.direction === 'push' ? [] : fetchFrom(view, from, mayBeHere);
}

function madeHere(view: FolderView, operations: readonly Operation[]): readonly Operation[] {
  if (view.policy.direction === 'pull') return [];
  const { path } = view.remote;
  return [{ kind: 'make-folder', path, localPath: view.localPath }, ...operations];
}

/** The server has to have the folder for it. */
function isInto({ kind }: Operation): boolean {
  return kind === 'upload' || kind === 'move-remote' || kind === 'copy-remote';
}

/** Folders out of which mail was moved into one that is gone there: it is made again first, and they are compared once more. */
function sourcesFor(
  view: FolderView,
  states: ReadonlyMap<FolderView, FolderState>,
  transfers: Transfers,
): string[] {
  if (states.get(view)?.kind !== 'gone') return [];
  return transfers
    .of(view)
    .operations.filter(isInto)
    .map(({ path }) => path);
}

/** Not for what was held back, else the next sync would not look at it again. */
function endOf(
  view: FolderView,
  state: FolderState | undefined,
  held: readonly HeldFolder[],
): FolderEnd[] {
  const { path } = view.remote;
  const isWhole = state?.kind === 'same' || state?.kind === 'begun';
  if (!isWhole || held.some((each) => each.path === path)) return [];
  const { here, there } = view;
  const isLookedAtHere = here !== null;
  return [
    {
      path,
      stamp: here?.stamp ?? null,
      isLookedAtHere,
      isLookedAtThere: there?.isComplete === true,
    },
  ];
}

function renumbered(
  states: ReadonlyMap<FolderView, FolderState>,
): { path: string; text: string }[] {
  return [...states].flatMap(([{ remote }, state]) =>
    state.kind === 'anew'
      ? [
          {
            path: remote.path,
            text: `${state.reason}; what is the same keeps its file, the rest is fetched`,
          },
        ]
      : [],
  );
}
