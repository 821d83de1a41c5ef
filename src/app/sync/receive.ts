/** Receives the mail of one account: opens its tree, logs in, and syncs folder after folder. */

import type { KnownFolder, RemoteFolder } from '../../core/sync/message.ts';
import type { Settings } from '../../core/account/settings.ts';
import { asPosthornError, type PosthornError } from '../../errors.ts';
import type { MailTree } from '../../ports/mail-store.ts';
import type { MailboxSession } from '../../ports/mailbox-source.ts';
import type { BoundAccount } from '../accounts/bind-account.ts';
import { connectIncoming } from '../log-in.ts';
import type { Neighbours } from '../neighbours.ts';
import { openTree } from './open-tree.ts';
import { emptyFolderReport, type FolderReport, type ReceiveReport } from './report.ts';
import type { FolderRun } from './folder-run.ts';
import { syncFolder } from './sync-folder.ts';
import { foldersWithRoles } from './system-folders.ts';

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
  const { account, id } = bound;
  const tree = await openTree(bound, neighbours);
  const connect = (): Promise<MailboxSession> =>
    connectIncoming(account, id, neighbours, options.signal);
  const link = new Link(connect, await connect());
  try {
    await syncFolders(link, accountRun(bound, neighbours, options, tree), report);
  } finally {
    await link.close();
  }
}

/** The account's connection, made anew once a fetch was broken off: the other folders do not suffer from it. */
class Link {
  readonly #connect: () => Promise<MailboxSession>;
  #session: MailboxSession;
  #isSpent = false;

  constructor(connect: () => Promise<MailboxSession>, session: MailboxSession) {
    this.#connect = connect;
    this.#session = session;
  }

  async session(): Promise<MailboxSession> {
    if (!this.#isSpent) return this.#session;
    await this.#session.close();
    this.#session = await this.#connect();
    this.#isSpent = false;
    return this.#session;
  }

  spend(): void {
    this.#isSpent = true;
  }

  async close(): Promise<void> {
    await this.#session.close();
  }
}

type AccountRun = Omit<FolderRun, 'session' | 'onBrokenOff'>;

function accountRun(
  { account, id }: BoundAccount,
  { state, clock }: Neighbours,
  { settings, full, progress }: ReceiveOptions,
  tree: MailTree,
): AccountRun {
  const retry = { maxAttempts, full };
  return { account, accountId: id, settings, tree, neighbours: { state, clock }, retry, progress };
}

async function syncFolders(link: Link, run: AccountRun, report: ReceiveReport): Promise<void> {
  const known = new Map<string, KnownFolder>();
  for (const folder of await run.neighbours.state.folders(run.accountId))
    known.set(folder.path, folder);
  const onBrokenOff = (): void => {
    link.spend();
  };
  const { folders, created, warnings } = await foldersWithRoles(await link.session(), run.account);
  report.created.push(...created);
  report.warnings.push(...warnings);
  for (const folder of folders.filter(isKept)) {
    const folderReport = emptyFolderReport(folder.path);
    report.folders.push(folderReport);
    const folderRun = { ...run, session: await link.session(), onBrokenOff };
    await syncContained(folderRun, folder, known.get(folder.path), folderReport);
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
