/** Looks at both sides of an IMAP account, only where there is news: what planning starts from. */

import type { Account } from '../../../core/account/account.ts';
import type { Layout } from '../../../core/account/settings.ts';
import type { AgreedFolder } from '../../../core/sync/agreed.ts';
import { continuity } from '../../../core/sync/continuity.ts';
import { localPath } from '../../../core/sync/folder-name.ts';
import { inboxFirst, isKept, type FolderView } from '../../../core/sync/plan-account.ts';
import type { FolderStatus, RemoteFolder } from '../../../core/sync/remote.ts';
import { UidSet } from '../../../core/sync/uid-set.ts';
import { asPosthornError, type PosthornError } from '../../../errors.ts';
import type { MailboxSession } from '../../../ports/receiving/mailbox-source.ts';
import type { StateStore } from '../../../ports/state-store.ts';
import type { ReconnectingSession } from '../reconnecting-session.ts';

export interface GatheredMailbox {
  /** INBOX first. */
  readonly views: readonly FolderView[];
  /** Folders that could not be looked at, while others could. */
  readonly failures: ReadonlyMap<string, PosthornError>;
}

export interface Gathering {
  readonly account: Account;
  readonly accountId: string;
  readonly layout: Layout;
  readonly state: StateStore;
  readonly sessions: ReconnectingSession<MailboxSession>;
}

/** Whose folders these are: numbers of another server's messages mean nothing here. */
export function endpointOf({ incoming }: Account): string {
  return `${incoming?.username ?? ''}@${incoming?.host.toLowerCase() ?? ''}`;
}

export async function gatherMailbox(
  gathering: Gathering,
  listed: readonly RemoteFolder[],
): Promise<GatheredMailbox> {
  const { state, accountId } = gathering;
  const agreed = new Map((await state.folders(accountId)).map((each) => [each.path, each]));
  const views: FolderView[] = [];
  const failures = new Map<string, PosthornError>();
  for (const remote of listed.filter(isKept))
    try {
      views.push(await viewOf(gathering, remote, agreed.get(remote.path) ?? null));
    } catch (thrown) {
      const error = asPosthornError(thrown);
      if (error.reach === 'account' || error.reach === 'program') throw error;
      failures.set(remote.path, error);
    }
  return { views: views.toSorted(inboxFirst), failures };
}

async function viewOf(
  gathering: Gathering,
  remote: RemoteFolder,
  agreed: AgreedFolder | null,
): Promise<FolderView> {
  // A name that no file system takes stops its folder alone.
  if (agreed === null) localPath(remote.segments, gathering.layout);
  const endpoint = endpointOf(gathering.account);
  const status = await statusOf(gathering, remote, agreed);
  const { state, accountId } = gathering;
  const troubles = agreed === null ? [] : await state.troubles(accountId, remote.path);
  const doubt = agreed !== null && continuity(agreed, endpoint, status).kind === 'unproven';
  const sampleAgrees = doubt ? await compareSample(gathering, remote.path) : null;
  return { remote, status, endpoint, agreed, troubles, sampleAgrees };
}

/** Where STATUS leaves something out, or says that the folder is another one, the folder is opened: that has the last word. */
async function statusOf(
  { sessions, account }: Gathering,
  { path, status }: RemoteFolder,
  agreed: AgreedFolder | null,
): Promise<FolderStatus> {
  const session = await sessions.current();
  const told = status ?? (await session.status(path));
  const isWhole = told.uidValidity !== null && told.uidNext !== null;
  const isAnother =
    agreed !== null && continuity(agreed, endpointOf(account), told).kind === 'broken';
  return isWhole && !isAnother ? told : (await session.select(path)).status;
}

/** Messages that are compared: a server that is another one has other mail, or other dates of arrival. */
const sampleSize = 20;

/** Whether the newest known messages are on the server under the numbers that are known; false where none is. */
async function compareSample(
  { state, accountId, sessions }: Gathering,
  path: string,
): Promise<boolean> {
  const known = await state.agreed(accountId, path);
  const from = Math.max(0, known.uid.length - sampleSize);
  const dates = new Map<number, number>();
  for (let at = from; at < known.uid.length; at += 1)
    dates.set(known.uid[at] ?? 0, known.internalDate[at] ?? Number.NaN);
  const folder = await (await sessions.current()).select(path);
  let alike = 0;
  for await (const page of folder.facts(UidSet.of(dates.keys())))
    for (const { uid, internalDate } of page) {
      if (internalDate !== dates.get(uid)) return false;
      alike += 1;
    }
  return alike > 0;
}
