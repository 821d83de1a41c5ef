/** Decides what a sync of an IMAP account does: what the server has, and what is agreed, to operations. */

import type { Layout } from '../account/settings.ts';
import type { AgreedFolder, Trouble } from './agreed.ts';
import { continuity, type Continuity } from './continuity.ts';
import { localPath } from './folder-name.ts';
import type { AccountPlan, HeldFolder, Operation } from './operation.ts';
import type { FolderStatus, RemoteFolder } from './remote.ts';
import { highestUid } from './uid-set.ts';

/** same: messages of the server are those that the state has under their UIDs. other: they are not. unknown: none could be compared. */
export type Sample = 'same' | 'other' | 'unknown';

/** One folder as both sides and the state have it. */
export interface FolderView {
  readonly remote: RemoteFolder;
  readonly status: FolderStatus;
  /** `user@host`, host in lower case. */
  readonly endpoint: string;
  /** Null where it was never met. */
  readonly agreed: AgreedFolder | null;
  readonly troubles: readonly Trouble[];
  /** What the newest known messages look like on the server; null where nobody looked. */
  readonly sample: Sample | null;
}

export interface SyncPolicy {
  readonly layout: Layout;
  /** Tries of a message that can't be fetched, one a poll, before it is left alone. */
  readonly maxTries: number;
  /** `sync --full`: what was left alone is tried again, and what was numbered anew is taken afresh. */
  readonly full: boolean;
}

/** Gmail's views of everything (design rule 12): they double each message. */
const doubles = ['\\all', '\\flagged', '\\important'];

export function isKept({ selectable, attributes }: RemoteFolder): boolean {
  return selectable && !attributes.some((each) => doubles.includes(each));
}

/** Views of the folders that are kept; INBOX comes first in the plan, the others in the order of the views. */
export function planAccount(views: readonly FolderView[], policy: SyncPolicy): AccountPlan {
  const operations: Operation[] = [];
  const held: HeldFolder[] = [];
  for (const view of views.toSorted(inboxFirst)) {
    const plan = planFolder(view, policy);
    if (plan.kind === 'held') held.push({ path: view.remote.path, reason: plan.reason });
    else operations.push(...plan.operations);
  }
  return { operations, held };
}

export function inboxFirst(
  one: { readonly remote: RemoteFolder },
  other: { readonly remote: RemoteFolder },
): number {
  return Number(other.remote.role === 'inbox') - Number(one.remote.role === 'inbox');
}

type FolderPlan =
  | { readonly kind: 'planned'; readonly operations: readonly Operation[] }
  | { readonly kind: 'held'; readonly reason: string };

function planFolder(view: FolderView, policy: SyncPolicy): FolderPlan {
  const { agreed } = view;
  if (agreed === null) return planned([...begin(view, policy), ...fetchFrom(view, 1)]);
  const state = proven(continuity(agreed, view.endpoint, view.status), view.sample);
  if (state.kind === 'broken')
    return policy.full
      ? planned(afresh(view, state.reason))
      : { kind: 'held', reason: state.reason };
  return planned([
    ...release(view),
    ...noteChanges(view, agreed),
    ...retries(view, policy),
    ...(hasNews(agreed, view.status) ? fetchFrom(view, agreed.settledUid + 1) : []),
  ]);
}

function planned(operations: readonly Operation[]): FolderPlan {
  return { kind: 'planned', operations };
}

function proven(
  state: Continuity,
  sample: Sample | null,
): Exclude<Continuity, { kind: 'unproven' }> {
  if (state.kind === 'same' && sample === 'other')
    return {
      kind: 'broken',
      reason: 'the server was restored: it gave known numbers to other mail',
    };
  if (state.kind !== 'unproven') return state;
  return sample === 'same' ? { kind: 'same' } : { kind: 'broken', reason: state.reason };
}

function begin({ remote, status, endpoint }: FolderView, { layout }: SyncPolicy): Operation[] {
  const folder: AgreedFolder = {
    path: remote.path,
    localPath: localPath(remote.segments, layout),
    role: remote.role,
    endpoint,
    uidValidity: status.uidValidity ?? '',
    settledUid: 0,
    uidNext: null,
    exists: null,
    highestModSeq: null,
    stamp: null,
  };
  return [{ kind: 'begin-folder', path: remote.path, folder }];
}

function afresh({ remote, status, endpoint }: FolderView, reason: string): Operation[] {
  const { path } = remote;
  const { uidValidity, exists } = status;
  return [
    { kind: 'renumber', path, endpoint, uidValidity: uidValidity ?? '', reason },
    { kind: 'fetch-range', path, from: 1, exists },
  ];
}

function release({ remote, troubles }: FolderView): Operation[] {
  const isHeld = troubles.some(({ kind }) => kind === 'held');
  return isHeld ? [{ kind: 'release', path: remote.path }] : [];
}

function noteChanges({ remote, endpoint }: FolderView, agreed: AgreedFolder): Operation[] {
  const { path, role } = remote;
  const operations: Operation[] = [];
  if (agreed.role !== role) operations.push({ kind: 'assign-role', path, role });
  if (agreed.endpoint !== endpoint) operations.push({ kind: 'note-endpoint', path, endpoint });
  return operations;
}

function retries({ remote, troubles }: FolderView, policy: SyncPolicy): Operation[] {
  return troubles
    .filter((trouble) => isTriedAgain(trouble, policy))
    .map((trouble) => ({
      kind: 'fetch',
      path: remote.path,
      uid: Number(trouble.id),
      trouble,
    }));
}

/** What failed is tried at each of the next polls, then only by `sync --full`; what came short, by that alone. */
export function isTriedAgain(
  { kind, tries }: Trouble,
  { full, maxTries }: Pick<SyncPolicy, 'full' | 'maxTries'>,
): boolean {
  switch (kind) {
    case 'refused':
      return full || tries < maxTries;
    case 'short':
      return full;
    case 'held':
      return false;
  }
}

/** Without UIDNEXT nobody knows: as many messages as before may be other ones. */
export function hasNews({ settledUid }: AgreedFolder, { uidNext, exists }: FolderStatus): boolean {
  return exists !== 0 && (uidNext === null || uidNext - 1 > settledUid);
}

function fetchFrom({ remote, status }: FolderView, from: number): Operation[] {
  const { exists } = status;
  if (exists === 0 || from > highestUid) return [];
  return [{ kind: 'fetch-range', path: remote.path, from, exists }];
}
