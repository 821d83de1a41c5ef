/** The folder as such: begun, numbered anew, made or gone on one side; and what is fetched into it. */

import { unseen } from '../agreed-stamp.ts';
import type { AgreedFolder, AgreedMessage, Trouble } from '../agreed.ts';
import type { FolderStatus } from '../remote.ts';
import { highestUid } from '../uid-set.ts';
import { continuity, type Continuity } from './continuity.ts';
import type { NamesByContent, Operation } from './operation.ts';
import type { FolderView, Sample } from './views.ts';

/** same: its messages are the known ones. anew: other numbers, other messages. begun: met for the first time. */
export type FolderState =
  | { readonly kind: 'same' }
  | { readonly kind: 'begun' }
  | { readonly kind: 'anew'; readonly reason: string }
  /** The state knows it, the server does not list it. */
  | { readonly kind: 'gone' }
  /** Made here. */
  | { readonly kind: 'made-here' };

export function stateOf(view: FolderView): FolderState {
  const { agreed, isListed } = view;
  if (agreed === null) return { kind: isListed ? 'begun' : 'made-here' };
  if (!isListed) return { kind: 'gone' };
  const state = proven(continuity(agreed, view.endpoint, view.status), view.sample);
  return state.kind === 'same' ? state : { kind: 'anew', reason: state.reason };
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

export function beginFolder({ remote, status, endpoint, localPath }: FolderView): Operation {
  const folder: AgreedFolder = {
    path: remote.path,
    localPath,
    role: remote.role,
    endpoint,
    uidValidity: status.uidValidity ?? '',
    settledUid: 0,
    uidNext: null,
    exists: null,
    highestModSeq: null,
    stamp: unseen,
  };
  return { kind: 'begin-folder', path: remote.path, folder };
}

/** What is the same by Message-ID, size and date (design rule 6) keeps its file. */
export function renumber(view: FolderView, reason: string): Operation {
  const { remote, status, endpoint } = view;
  const uidValidity = status.uidValidity ?? '';
  return {
    kind: 'renumber',
    path: remote.path,
    endpoint,
    uidValidity,
    reason,
    matched: matchAnew(view),
  };
}

function matchAnew({ known, there }: FolderView): AgreedMessage[] {
  const entries = new Map<string, number[]>();
  for (let at = 0; at < known.size; at += 1) {
    const key = keyOf(known.messageIdHash(at), known.wireSize(at), known.internalDate(at));
    if (key !== null && known.isHere(at)) entries.set(key, [...(entries.get(key) ?? []), at]);
  }
  return (there?.arrivals ?? []).flatMap(({ facts, messageIdHash }) => {
    const key = keyOf(messageIdHash, facts.size, facts.internalDate);
    const at = key === null ? undefined : entries.get(key)?.shift();
    return at === undefined ? [] : [{ ...known.message(at), uid: facts.uid, modSeq: null }];
  });
}

function keyOf(hash: string | null, size: number | null, date: number | null): string | null {
  return hash === null || size === null || date === null
    ? null
    : `${hash} ${String(size)} ${String(date)}`;
}

export function release({ remote, troubles }: FolderView): Operation[] {
  const isHeld = troubles.some(({ kind }) => kind === 'held');
  return isHeld ? [{ kind: 'release', path: remote.path }] : [];
}

export function noteChanges({ remote, endpoint, agreed }: FolderView): Operation[] {
  const { path, role } = remote;
  const operations: Operation[] = [];
  if (agreed === null) return operations;
  if (agreed.role !== role) operations.push({ kind: 'assign-role', path, role });
  if (agreed.endpoint !== endpoint) operations.push({ kind: 'note-endpoint', path, endpoint });
  return operations;
}

export interface RetryPolicy {
  /** Tries of a message that can't be fetched, one a poll, before it is left alone. */
  readonly maxTries: number;
  /** `sync --full`: what was left alone is tried again. */
  readonly full: boolean;
}

export function retries({ remote, troubles }: FolderView, policy: RetryPolicy): Operation[] {
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
export function isTriedAgain({ kind, tries }: Trouble, { full, maxTries }: RetryPolicy): boolean {
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

export function fetchFrom(
  { remote, status }: FolderView,
  from: number,
  mayBeHere: NamesByContent,
): Operation[] {
  const { exists } = status;
  if (exists === 0 || from > highestUid) return [];
  return [{ kind: 'fetch-range', path: remote.path, from, exists, mayBeHere }];
}
