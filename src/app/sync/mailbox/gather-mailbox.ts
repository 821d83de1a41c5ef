/** Looks at both sides of an IMAP account, only where there is news: what planning starts from. */

import type { Account } from '../../../core/account/account.ts';
import type { Layout } from '../../../core/account/settings.ts';
import type { AgreedFolder } from '../../../core/sync/agreed.ts';
import { continuity } from '../../../core/sync/continuity.ts';
import { localPath } from '../../../core/sync/folder-name.ts';
import {
  hasNews,
  inboxFirst,
  isKept,
  type FolderView,
  type Sample,
} from '../../../core/sync/plan-account.ts';
import type { FolderStatus, MessageFacts, RemoteFolder } from '../../../core/sync/remote.ts';
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
  const sample = await sampleOf(gathering, remote.path, agreed, status);
  return { remote, status, endpoint, agreed, troubles, sample };
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

/** UIDs below the mark of which the known ones are compared. */
const sampleSize = 50;

/**
 * What the messages of the server look like under the newest known numbers; null where nothing calls for a look: where nothing is
 * new, and the numbers agree. A server that was restored gives numbers anew, and may have passed ours by the next poll.
 */
async function sampleOf(
  gathering: Gathering,
  path: string,
  agreed: AgreedFolder | null,
  status: FolderStatus,
): Promise<Sample | null> {
  if (agreed === null || agreed.settledUid === 0) return null;
  const { kind } = continuity(agreed, endpointOf(gathering.account), status);
  const calls = kind === 'unproven' || (kind === 'same' && hasNews(agreed, status));
  return calls ? await compared(gathering, path, agreed) : null;
}

async function compared(
  { state, accountId, sessions }: Gathering,
  path: string,
  { settledUid }: AgreedFolder,
): Promise<Sample> {
  const from = Math.max(1, settledUid - sampleSize);
  const uids = await state.agreedUids(accountId, path, from);
  if (uids.isEmpty) return 'unknown';
  const known = await state.agreed(accountId, path, uids.within(from, settledUid));
  const places = new Map(Array.from(known.uid, (uid, at) => [uid, at]));
  const folder = await (await sessions.current()).select(path);
  let sample: Sample = 'unknown';
  for await (const page of folder.facts(UidSet.of(places.keys())))
    for (const facts of page) {
      const at = places.get(facts.uid) ?? 0;
      const likeness = likenessOf(facts, known.internalDate[at], known.wireSize[at]);
      if (likeness === 'other') return 'other';
      if (likeness === 'same') sample = 'same';
    }
  return sample;
}

/** INTERNALDATE never changes (RFC 9051, section 2.3.3); where a server does not keep to that, the size speaks for the message. */
function likenessOf(
  { internalDate, size }: MessageFacts,
  knownDate: number | undefined,
  knownSize: number | undefined,
): Sample {
  if (internalDate === null || knownDate === undefined || Number.isNaN(knownDate)) return 'unknown';
  if (internalDate === knownDate) return 'same';
  return size === knownSize ? 'unknown' : 'other';
}
