/** IMAP: gather, decide, do. The plan is made for the whole account, and carried out folder by folder. */

import type { AgreedFolder } from '../../../core/sync/agreed.ts';
import { foldDone } from '../../../core/sync/fold.ts';
import type { HeldFolder, Operation } from '../../../core/sync/operation.ts';
import { planAccount } from '../../../core/sync/plan-account.ts';
import { asPosthornError, InternalError, TemporaryError } from '../../../errors.ts';
import type { MailboxSession, OpenFolder } from '../../../ports/receiving/mailbox-source.ts';
import { commit, type AccountRun } from '../account-run.ts';
import { fetchAgain, fetchRange, type Fetching } from './fetch-messages.ts';
import { gatherMailbox } from './gather-mailbox.ts';
import type { ReconnectingSession } from '../reconnecting-session.ts';
import { emptyFolderReport, type FolderReport, type ReceiveReport } from '../report.ts';
import { foldersWithRoles } from './system-folders.ts';

type Sessions = ReconnectingSession<MailboxSession>;

/** Fills `report` as it goes, so that it tells what was done also where this throws. */
export async function syncMailbox(
  run: AccountRun,
  sessions: Sessions,
  report: ReceiveReport,
): Promise<void> {
  const { account, accountId, neighbours } = run;
  const { folders, created, warnings } = await foldersWithRoles(await sessions.current(), account);
  report.created.push(...created);
  report.warnings.push(...warnings);
  const { layout } = run.settings;
  const gathering = { account, accountId, layout, state: neighbours.state, sessions };
  const { views, failures } = await gatherMailbox(gathering, folders);
  const plan = planAccount(views, run.policy);
  const reports = new Map<string, FolderReport>();
  for (const path of [...views.map(({ remote }) => remote.path), ...failures.keys()]) {
    const folderReport = { ...emptyFolderReport(path), error: failures.get(path) ?? null };
    reports.set(path, folderReport);
    report.folders.push(folderReport);
  }
  await holdBack(run, plan.held, reports);
  const agreed = new Map(
    views.flatMap(({ agreed: each }) => (each === null ? [] : [[each.path, each]])),
  );
  const filled = views.flatMap(({ remote, status }) => (status.exists ? [remote.path] : []));
  await carryOutAll({ run, sessions, agreed, filled }, plan.operations, reports);
}

/** What held a folder is kept, so that doctor tells it too; it is over once the folder was taken afresh. */
async function holdBack(
  run: AccountRun,
  held: readonly HeldFolder[],
  reports: ReadonlyMap<string, FolderReport>,
): Promise<void> {
  for (const { path, reason } of held) {
    const folderReport = reports.get(path);
    if (folderReport !== undefined) folderReport.error = heldError(run, reason);
    const trouble = { id: '', kind: 'held', tries: 1, reason } as const;
    await commit(run, [{ kind: 'trouble', path, trouble }], 'relaxed');
  }
}

function heldError({ account }: AccountRun, reason: string): TemporaryError {
  return new TemporaryError(reason, {
    reach: 'folder',
    remedy:
      `Nothing was fetched or deleted in it. If it does not come back by itself, run: posthorn sync ${account.name} --full ` +
      '– it fetches the folder afresh, and keeps what proves to be here.',
  });
}

function byFolder(operations: readonly Operation[]): Map<string, Operation[]> {
  const folders = new Map<string, Operation[]>();
  for (const operation of operations)
    folders.set(operation.path, [...(folders.get(operation.path) ?? []), operation]);
  return folders;
}

interface CarryingOut {
  readonly run: AccountRun;
  readonly sessions: Sessions;
  readonly agreed: Map<string, AgreedFolder>;
  /** Paths of the folders that hold messages. */
  readonly filled: readonly string[];
}

/** While the last batch of a folder is on its way to disk, the next one is opened and asked for. Once this ends nothing is under way. */
async function carryOutAll(
  context: CarryingOut,
  operations: readonly Operation[],
  reports: ReadonlyMap<string, FolderReport>,
): Promise<void> {
  let last: Promise<void> = Promise.resolve();
  try {
    for (const [path, ofFolder] of byFolder(operations)) {
      const report = reports.get(path);
      if (report === undefined) throw new InternalError('a folder was planned that nobody saw');
      const before = last;
      const fetching = await contained(report, () => carryOut(context, ofFolder, report, before));
      last = contained(report, async () => await fetching?.durable);
      // Thrown where it is waited for.
      last.catch(() => undefined);
      await before;
    }
  } catch (thrown) {
    await Promise.allSettled([last]);
    throw thrown;
  }
  await last;
}

/** An error that reaches no further than the folder stops that folder alone. */
async function contained<T>(report: FolderReport, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (thrown) {
    const error = asPosthornError(thrown);
    if (error.reach === 'account' || error.reach === 'program') throw error;
    report.error = error;
    return undefined;
  }
}

async function carryOut(
  { run, sessions, agreed, filled }: CarryingOut,
  operations: readonly Operation[],
  report: FolderReport,
  ready: Promise<void>,
): Promise<Fetching | undefined> {
  const { path } = report;
  const opened = opener(sessions, path);
  const retries = operations.filter((operation) => operation.kind === 'fetch');
  const range = operations.find((operation) => operation.kind === 'fetch-range');
  for (const operation of operations) {
    if (operation.kind === 'fetch-range' || operation.kind === 'fetch') continue;
    const isBeginning = operation.kind === 'begin-folder';
    if (isBeginning) await run.tree.ensureFolder(operation.folder.localPath);
    const done =
      isBeginning && range !== undefined ? numbered(operation, await opened()) : operation;
    await commit(run, foldDone(done), 'durable');
    agreed.set(path, after(done, agreed.get(path)));
  }
  const folder = agreed.get(path);
  if (folder === undefined || (range === undefined && retries.length === 0)) return undefined;
  await run.tree.ensureFolder(folder.localPath);
  const beside = filled.filter((other) => other !== path);
  const target = { run, sessions, folder, report, ready, beside };
  const fetching = range && (await fetchRange(target, await opened(), range.from));
  if (retries.length === 0) return fetching;
  await fetching?.durable;
  await fetchAgain(target, await opened(), retries);
  return undefined;
}

/** Opens the folder once, and anew where the connection was lost in between. */
function opener(sessions: Sessions, path: string): () => Promise<OpenFolder> {
  let last: { readonly session: MailboxSession; readonly open: OpenFolder } | null = null;
  return async () => {
    const session = await sessions.current();
    if (last?.session !== session) last = { session, open: await session.select(path) };
    return last.open;
  };
}

type Beginning = Extract<Operation, { kind: 'begin-folder' }>;

/** Its UIDVALIDITY is what opening it tells, since STATUS may say another one. */
function numbered(operation: Beginning, { status }: OpenFolder): Beginning {
  return { ...operation, folder: { ...operation.folder, uidValidity: status.uidValidity } };
}

/** The folder as the state has it once the operation is folded in. */
function after(
  operation: Exclude<Operation, { kind: 'fetch' | 'fetch-range' }>,
  before: AgreedFolder | undefined,
): AgreedFolder {
  if (operation.kind === 'begin-folder') return operation.folder;
  if (before === undefined) throw new InternalError('a folder was changed that nobody knows');
  switch (operation.kind) {
    case 'release':
      return before;
    case 'assign-role':
      return { ...before, role: operation.role };
    case 'note-endpoint':
      return { ...before, endpoint: operation.endpoint };
    case 'renumber': {
      const { endpoint, uidValidity } = operation;
      const unsettled = { settledUid: 0, uidNext: null, exists: null, highestModSeq: null };
      return { ...before, ...unsettled, endpoint, uidValidity };
    }
  }
}
