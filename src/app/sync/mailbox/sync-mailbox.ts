/** IMAP: gather, decide, do, and agree. The plan is made for the whole account; what fails in one folder stops that folder alone. */

import type { AgreedFolder, Intent } from '../../../core/sync/agreed.ts';
import type {
  AccountPlan,
  FolderEnd,
  HeldFolder,
  Operation,
} from '../../../core/sync/plan/operation.ts';
import { planAccount } from '../../../core/sync/plan/plan-account.ts';
import type { AccountView, FolderView } from '../../../core/sync/plan/views.ts';
import { TemporaryError } from '../../../errors.ts';
import type { MailboxSession } from '../../../ports/receiving/mailbox-source.ts';
import { commit, type AccountRun } from '../account-run.ts';
import type { ReconnectingSession } from '../reconnecting-session.ts';
import { emptyFolderReport, expectedOf, type FolderReport, type ReceiveReport } from '../report.ts';
import { carryOutAll } from './doing/carry-out-all.ts';
import { endpointOf, gatherMailbox, type GatheredMailbox } from './gathering/gather-mailbox.ts';
import { OpenFolders } from './open-folders.ts';
import { othersIn, toFetch } from './doing/planned-messages.ts';
import { foldersWithRoles } from './system-folders.ts';
import { reportOf, type Work } from './doing/work.ts';

type Changes = Parameters<typeof commit>[1];

/** Fills `report` as it goes, so that it tells what was done also where this throws. */
export async function syncMailbox(
  run: AccountRun,
  sessions: ReconnectingSession<MailboxSession>,
  report: ReceiveReport,
): Promise<void> {
  const folders = new OpenFolders(sessions);
  const gathered = await gather(run, folders, report);
  const plan = planAccount(gathered.view, run.policy);
  const reports = reportsOf(gathered, report);
  const work = workOf(run, folders, gathered.view, plan, reports);
  await holdBack(work, plan.held);
  for (const { path, text } of plan.notes) reportOf(work, path).notes.push(text);
  tellAhead(work, gathered.view, plan);
  const failed = await carryOutAll(work, plan.operations);
  await agree(work, gathered.view, plan.ends, failed);
}

async function gather(
  run: AccountRun,
  folders: OpenFolders,
  report: ReceiveReport,
): Promise<GatheredMailbox> {
  const { account, accountId, neighbours, tree } = run;
  const session = await folders.session();
  const { folders: listed, created, warnings, isWhole } = await foldersWithRoles(session, account);
  report.created.push(...created);
  report.warnings.push(...warnings);
  const { layout } = run.settings;
  const { state } = neighbours;
  const { full } = run.policy;
  const gathering = { account, accountId, layout, state, folders, tree, full, isWhole };
  const gathered = await gatherMailbox(gathering, listed);
  const { treeStamp } = gathered;
  if (treeStamp !== null) await commit(run, [{ kind: 'tree', stamp: treeStamp }], 'relaxed');
  report.warnings.push(...gathered.warnings);
  return gathered;
}

function reportsOf(
  { view, failures }: GatheredMailbox,
  report: ReceiveReport,
): ReadonlyMap<string, FolderReport> {
  const reports = new Map<string, FolderReport>();
  const paths = view.folders.map(({ remote }) => remote.path);
  for (const path of [...paths, ...failures.keys()]) {
    const folderReport = { ...emptyFolderReport(path), error: failures.get(path) ?? null };
    reports.set(path, folderReport);
    report.folders.push(folderReport);
  }
  return reports;
}

function workOf(
  run: AccountRun,
  folders: OpenFolders,
  view: AccountView,
  { operations }: AccountPlan,
  reports: ReadonlyMap<string, FolderReport>,
): Work {
  const ranges = new Set(operations.filter(isRange).map(({ path }) => path));
  const begun = operations.filter(({ kind }) => kind === 'begin-folder');
  return {
    run,
    folders,
    agreed: new Map(
      view.folders.flatMap(({ agreed }): [string, AgreedFolder][] =>
        agreed === null ? [] : [[agreed.path, agreed]],
      ),
    ),
    intents: view.folders.flatMap(({ intents }) => intents),
    endpoint: endpointOf(run.account),
    empty: new Set(begun.map(({ path }) => path).filter((path) => !ranges.has(path))),
    reports,
    policies: new Map(view.folders.map(({ remote, policy }) => [remote.path, policy])),
    fetched: new Map(),
    unsettledHere: new Set(),
    filled: view.folders.flatMap(({ remote, status }) => (status.exists ? [remote.path] : [])),
  };
}

function isRange({ kind }: Operation): boolean {
  return kind === 'fetch-range';
}

/** Those who watch know from the beginning how much there is to do. */
function tellAhead(work: Work, { folders }: AccountView, { operations }: AccountPlan): void {
  const statuses = new Map(folders.map(({ remote, status }) => [remote.path, status]));
  const busy = new Set<FolderReport>();
  for (const operation of operations) {
    const isTransfer = operation.kind === 'move-remote' || operation.kind === 'copy-remote';
    const report = reportOf(work, isTransfer ? operation.to : operation.path);
    report.ahead.toFetch += toFetch(operation, statuses.get(operation.path));
    report.ahead.others += othersIn(operation);
    if (expectedOf(report) > 0) busy.add(report);
  }
  for (const report of busy) work.run.progress(report);
}

/** What held a folder is kept, so that doctor tells it too. */
async function holdBack(work: Work, held: readonly HeldFolder[]): Promise<void> {
  for (const { path, reason, what } of held) {
    reportOf(work, path).error ??= heldError(work.run, reason, what);
    if (!work.agreed.has(path)) continue;
    const trouble = { id: '', kind: 'held', tries: 1, reason } as const;
    await commit(work.run, [{ kind: 'trouble', path, trouble }], 'relaxed');
  }
}

function heldError(
  { account }: AccountRun,
  reason: string,
  what: HeldFolder['what'],
): TemporaryError {
  const remedy =
    what === 'folder'
      ? `Nothing was done in it. If it does not come back by itself, run: posthorn sync ${account.name} --full`
      : `Nothing was deleted; everything else goes on. If they are to be deleted on the other side too, run: posthorn sync ${account.name} --accept-deletions`;
  return new TemporaryError(reason, { reach: 'folder', remedy });
}

/** Both sides are as they were when they were looked at, or as this sync has made them: the next one looks for what changed since. */
async function agree(
  work: Work,
  { folders }: AccountView,
  ends: readonly FolderEnd[],
  failed: ReadonlySet<string>,
): Promise<void> {
  const views = new Map(folders.map((view) => [view.remote.path, view]));
  for (const end of ends) {
    const view = views.get(end.path);
    if (view === undefined || failed.has(end.path)) continue;
    await commit(
      work.run,
      [...stamped(work, view, end), ...intentsOver(view), ...advanced(work, view, end)],
      'relaxed',
    );
  }
}

function stamped(
  { unsettledHere }: Work,
  { agreed }: FolderView,
  { path, stamp, isLookedAtHere }: FolderEnd,
): Changes {
  const isNews = isLookedAtHere && stamp !== (agreed?.stamp ?? null);
  return isNews && !unsettledHere.has(path) ? [{ kind: 'folder-stamped', path, stamp }] : [];
}

/** Of files that are gone, or that were found to be known by now. */
function intentsOver({ remote: { path }, intents, known, here }: FolderView): Changes {
  if (here === null) return [];
  const isOver = ({ name }: Intent): boolean =>
    !here.files.has(name) || known.atName(name) !== undefined;
  const names = intents.filter(isOver).map(({ name }) => name);
  return names.length === 0 ? [] : [{ kind: 'intents-over', path, names }];
}

function advanced(
  { fetched }: Work,
  { agreed, status: told }: FolderView,
  { path, isLookedAtThere }: FolderEnd,
): Changes {
  if (!isLookedAtThere) return [];
  const { highestModSeq } = told;
  const { uidNext, exists } = fetched.get(path) ?? told;
  const before = agreed?.settledUid ?? 0;
  const settledUid = Math.max(before, fetched.has(path) ? (uidNext ?? 1) - 1 : 0);
  const isKnown =
    settledUid === before &&
    uidNext === agreed?.uidNext &&
    exists === agreed.exists &&
    highestModSeq === agreed.highestModSeq;
  const status = { uidNext, exists, highestModSeq };
  return isKnown ? [] : [{ kind: 'folder-advanced', path, settledUid, status }];
}
