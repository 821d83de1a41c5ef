/** Does what was planned, one operation after the other; each kind has its own hands. */

import { unseen } from '../../../../core/sync/agreed-stamp.ts';
import type { AgreedFolder } from '../../../../core/sync/agreed.ts';
import { foldAdopted, foldNoted, type Noted } from '../../../../core/sync/fold-done.ts';
import type { NamesByContent, Operation } from '../../../../core/sync/plan/operation.ts';
import { commit } from '../../account-run.ts';
import type { Fetching, FetchTarget } from './deliver-messages.ts';
import type { Limits } from './fetch-within.ts';
import { fetchAgain, fetchRange } from './fetch-messages.ts';
import { mergeFlags } from './store-flags.ts';
import { deleteHere, deleteThere, moveHere, transferThere } from './transfer-messages.ts';
import { uploadMessages } from './upload-messages.ts';
import { agreedFolder, reportOf, type Work } from './work.ts';

export type Retry = Extract<Operation, { kind: 'fetch' }>;
export type Range = Extract<Operation, { kind: 'fetch-range' }>;

/** All but fetches, which are carried out beside each other. */
export async function carryOut(
  work: Work,
  operation: Exclude<Operation, Retry | Range>,
): Promise<void> {
  const { path } = operation;
  switch (operation.kind) {
    case 'begin-folder':
      return await begin(work, operation.folder);
    case 'make-folder':
      return await makeFolder(work, operation);
    case 'adopt': {
      const now = work.run.neighbours.clock.now();
      await commit(work.run, foldAdopted(path, operation.items, now), 'durable');
      reportOf(work, path).adopted += operation.items.length;
      return;
    }
    case 'move-remote':
    case 'copy-remote':
      return await transferThere(work, operation);
    case 'move-local':
      return await moveHere(work, operation);
    case 'merge-flags':
      return await mergeFlags(work, operation);
    case 'upload':
      return await uploadMessages(work, operation);
    case 'delete-remote':
      return await deleteThere(work, operation);
    case 'delete-local':
      return await deleteHere(work, operation);
    case 'delete-folder':
      return await deleteFolder(work, operation);
    default:
      await note(work, operation);
  }
}

async function note(work: Work, operation: Noted): Promise<void> {
  await commit(work.run, foldNoted(operation), 'durable');
  const before = work.agreed.get(operation.path);
  if (before !== undefined) work.agreed.set(operation.path, after(operation, before));
}

/** The folder as the state has it then. */
function after(operation: Noted, before: AgreedFolder): AgreedFolder {
  switch (operation.kind) {
    case 'assign-role':
      return { ...before, role: operation.role };
    case 'note-endpoint':
      return { ...before, endpoint: operation.endpoint };
    case 'renumber': {
      const { endpoint, uidValidity } = operation;
      const unsettled = { settledUid: 0, uidNext: null, exists: null, highestModSeq: null };
      return { ...before, ...unsettled, stamp: null, endpoint, uidValidity };
    }
    default:
      return before;
  }
}

/** Its UIDVALIDITY is what opening it tells, since STATUS may say another one. */
async function begin(work: Work, planned: AgreedFolder): Promise<void> {
  const { run, folders } = work;
  await run.tree.ensureFolder(planned.localPath);
  const isEmpty = planned.uidValidity !== '' && work.empty.has(planned.path);
  const uidValidity = isEmpty
    ? planned.uidValidity
    : (await folders.reading(planned.path)).status.uidValidity;
  const folder = { ...planned, uidValidity };
  await commit(run, [{ kind: 'folder-begun', folder }], 'durable');
  work.agreed.set(folder.path, folder);
}

async function makeFolder(
  work: Work,
  { path, localPath }: Extract<Operation, { kind: 'make-folder' }>,
): Promise<void> {
  const { run, folders } = work;
  await (await folders.session()).createFolder(path, null);
  reportOf(work, path).notes.push('made on the server, since it was made here');
  const { status } = await folders.reading(path);
  const { uidValidity } = status;
  const settled = {
    settledUid: 0,
    uidNext: null,
    exists: null,
    highestModSeq: null,
    stamp: unseen,
  };
  const folder = { path, localPath, role: null, endpoint: work.endpoint, uidValidity, ...settled };
  await commit(run, [{ kind: 'folder-begun', folder }], 'durable');
  work.agreed.set(path, folder);
}

async function deleteFolder(
  work: Work,
  { path, side }: Extract<Operation, { kind: 'delete-folder' }>,
): Promise<void> {
  const { localPath } = agreedFolder(work, path);
  const report = reportOf(work, path);
  if (side === 'here') {
    const isRemoved = await work.run.tree.removeFolder(localPath);
    if (isRemoved) report.notes.push('removed here, since the server has it no more');
    return;
  }
  await (await work.folders.session()).deleteFolder(path);
  report.notes.push('deleted on the server, since it was removed here, empty');
}

/** `ready`: nothing is written before it resolves. */
export async function carryOutRange(
  work: Work,
  range: Range,
  ready: Promise<void>,
): Promise<Fetching> {
  const target = await fetchTarget(work, range.path, ready);
  const mayBeHere = await notAgreed(work, range);
  // Whoever has such a file may have given it flags of its own.
  if ([...mayBeHere.values()].some((names) => names.length > 0)) work.unsettledHere.add(range.path);
  return await fetchRange({ ...target, mayBeHere }, range);
}

/** Those that got their UID meanwhile are no other message's. */
async function notAgreed(
  { run: { accountId, neighbours } }: Work,
  { path, mayBeHere }: Range,
): Promise<NamesByContent> {
  if (mayBeHere.size === 0) return mayBeHere;
  const known = new Set((await neighbours.state.agreed(accountId, path)).name);
  return new Map(
    [...mayBeHere].map(([sha256, names]) => [sha256, names.filter((each) => !known.has(each))]),
  );
}

/** Those of one folder together: they share what proves whose trouble it is. */
export async function carryOutRetries(
  work: Work,
  path: string,
  retries: readonly Retry[],
): Promise<void> {
  await fetchAgain(await fetchTarget(work, path, Promise.resolve()), retries);
}

async function fetchTarget(work: Work, path: string, ready: Promise<void>): Promise<FetchTarget> {
  const { run, folders, filled } = work;
  const folder = agreedFolder(work, path);
  await run.tree.ensureFolder(folder.localPath);
  const beside = filled.filter((other) => other !== path);
  const report = reportOf(work, path);
  const limits = limitsOf(work, path);
  return { run, folders, folder, report, ready, beside, mayBeHere: new Map(), limits };
}

function limitsOf({ run, policies }: Work, path: string): Limits {
  const { maxSize = null, maxAge = null } = policies.get(path) ?? {};
  return { maxSize, notBefore: maxAge === null ? null : run.neighbours.clock.now() - maxAge };
}
