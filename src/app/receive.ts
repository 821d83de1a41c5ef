/** Receives the mail of one account: opens its tree, logs in, and syncs folder after folder. */

import type { KnownFolder, RemoteFolder } from '../core/message.ts';
import type { Settings } from '../core/settings.ts';
import { asPosthornError, type PosthornError } from '../errors.ts';
import type { MailTree } from '../ports/mail-store.ts';
import type { MailboxSession } from '../ports/mailbox-source.ts';
import type { BoundAccount } from './bind-account.ts';
import { connectIncoming } from './log-in.ts';
import type { Neighbours } from './neighbours.ts';
import { openTree } from './open-tree.ts';
import { emptyFolderReport, type FolderReport, type ReceiveReport } from './report.ts';
import { syncFolder, type FolderRun } from './sync-folder.ts';

export interface ReceiveOptions {
  readonly settings: Settings;
  /** Try quarantined messages again. */
  readonly full: boolean;
  readonly progress: (report: FolderReport) => void;
  readonly signal: AbortSignal;
}

/** Tries of a message that can't be fetched, one a poll, before only `sync --full` asks for it again. */
const maxAttempts = 3;

/** Gmail's views of everything (design rule 12): they double each message. */
const doubles = ['\\all', '\\flagged', '\\important'];

/** The caller holds the account's lock. Fills `report` as it goes, so that it tells what was done also where this throws. */
export async function receive(
  bound: BoundAccount,
  neighbours: Neighbours,
  options: ReceiveOptions,
  report: ReceiveReport,
): Promise<void> {
  const tree = await openTree(bound, neighbours);
  const session = await connectIncoming(bound.account, bound.id, neighbours, options.signal);
  try {
    await syncFolders(folderRun(bound, neighbours, options, session, tree), report);
  } finally {
    await session.close();
  }
}

function folderRun(
  { account, id }: BoundAccount,
  { state, clock }: Neighbours,
  { settings, full, progress }: ReceiveOptions,
  session: MailboxSession,
  tree: MailTree,
): FolderRun {
  const retry = { maxAttempts, full };
  const neighbours = { state, clock };
  return { account, accountId: id, settings, session, tree, neighbours, retry, progress };
}

async function syncFolders(run: FolderRun, report: ReceiveReport): Promise<void> {
  const known = new Map<string, KnownFolder>();
  for (const folder of await run.neighbours.state.folders(run.accountId))
    known.set(folder.path, folder);
  for (const folder of (await run.session.folders()).filter(isKept)) {
    const folderReport = emptyFolderReport(folder.path);
    report.folders.push(folderReport);
    await syncContained(run, folder, known.get(folder.path), folderReport);
  }
}

function isKept(folder: RemoteFolder): boolean {
  return folder.selectable && !folder.attributes.some((each) => doubles.includes(each));
}

/** An error that reaches no further than the folder stops that folder alone. */
async function syncContained(
  run: FolderRun,
  folder: RemoteFolder,
  known: KnownFolder | undefined,
  report: FolderReport,
): Promise<void> {
  try {
    await syncFolder(run, folder, known, report);
  } catch (thrown) {
    const error = asPosthornError(thrown);
    if (reachesFurther(error)) throw error;
    report.error = error;
  }
}

function reachesFurther(error: PosthornError): boolean {
  return error.reach === 'account' || error.reach === 'program';
}
