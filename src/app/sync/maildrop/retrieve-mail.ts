/** POP3: fetches messages, and goes on behind those that the server does not give. */

import { foldLost, foldRetrieved } from '../../../core/maildrop/fold-maildrop.ts';
import type { KnownMail, ListedMail, Maildrop } from '../../../core/maildrop/maildrop.ts';
import type { MaildropOperation } from '../../../core/maildrop/plan-maildrop.ts';
import type { MaildropSession, Retrieved } from '../../../ports/receiving/maildrop-source.ts';
import type { Staged } from '../../../ports/receiving/mail-store.ts';
import { commit, type AccountRun } from '../account-run.ts';
import { DeliveryQueue, type Arriving, type Batch } from '../delivery-queue.ts';
import { blamed, lossOf, type Loss } from '../lost-message.ts';
import type { ReconnectingSession } from '../reconnecting-session.ts';
import type { FolderReport } from '../report.ts';

/** The one folder that POP3 knows. */
export const maildropPath = 'INBOX';

type Fetch = Extract<MaildropOperation, { kind: 'fetch' }>;
type Refused = Extract<Retrieved, { kind: 'refused' }>;

export interface Retrieving {
  readonly run: AccountRun;
  readonly sessions: ReconnectingSession<MaildropSession>;
  readonly report: FolderReport;
  readonly maildrop: Maildrop;
}

/**
 * Where the connection is lost, the message that came then is asked for by itself, and last, the next time. Where it is lost
 * again, that is the message's trouble; it counts a try if others come.
 */
export async function retrieve(context: Retrieving, fetches: readonly Fetch[]): Promise<void> {
  const { run, report } = context;
  report.ahead.toFetch = fetches.length;
  if (fetches.length > 0) run.progress(report);
  const fresh = fetches.filter(({ tries }) => tries === null);
  const loss = await retrieveWhole(context, fresh);
  if (loss !== null) {
    await commitLoss(context, loss, loss.came);
    throw loss.error;
  }
  const again = fetches.filter(({ tries }) => tries !== null);
  const suspects = new Set(again.map(({ mail }) => mail.id));
  for (const fetch of again) await retrieveAgain(context, fetch, suspects);
}

async function retrieveAgain(
  context: Retrieving,
  fetch: Fetch,
  suspects: ReadonlySet<string>,
): Promise<void> {
  const { sessions, report } = context;
  const { mail } = await (await sessions.current()).list();
  // Numbers hold for one session alone.
  const now = mail.find(({ id }) => id === fetch.mail.id);
  if (now === undefined) return;
  const loss = await retrieveWhole(context, [{ ...fetch, mail: now }]);
  if (loss === null) return;
  const others = mail.filter(({ id }) => !suspects.has(id));
  await commitLoss(context, loss, await givesAny(await sessions.current(), others));
  report.failed.push({ id: now.id, error: blamed(loss) });
}

async function commitLoss({ run }: Retrieving, loss: Loss<Fetch>, counts: boolean): Promise<void> {
  const { mail, tries } = loss.at;
  const now = (tries ?? 0) + (counts ? 1 : 0);
  await commit(run, foldLost(mail.id, now, blamed(loss).message), 'durable');
}

/** Whether the smallest of them comes; its octets are not kept. */
async function givesAny(session: MaildropSession, mail: readonly ListedMail[]): Promise<boolean> {
  const [smallest] = mail.toSorted((one, other) => (one.size ?? 0) - (other.size ?? 0));
  if (smallest === undefined) return false;
  let came = false;
  try {
    for await (const batch of session.retrieve([smallest]))
      came ||= batch.some(({ kind }) => kind === 'message');
  } catch {
    return false;
  }
  return came;
}

interface MaildropLoss extends Loss<Fetch> {
  /** Others came on that connection. */
  readonly came: boolean;
}

async function retrieveWhole(
  context: Retrieving,
  fetches: readonly Fetch[],
): Promise<MaildropLoss | null> {
  if (fetches.length === 0) return null;
  const { run, sessions } = context;
  const done = new Set<string>();
  let came = false;
  try {
    await retrieveAll(context, fetches, ({ arrived, failed, others }) => {
      for (const { message } of [...arrived, ...failed]) done.add(message.id);
      for (const { mail } of others) done.add(mail.id);
      came ||= arrived.length > 0;
    });
    return null;
  } catch (thrown) {
    const first = fetches.find(({ mail }) => !done.has(mail.id));
    const loss = lossOf(run, sessions.spent, thrown, first);
    if (loss === null) throw thrown;
    return { ...loss, came };
  }
}

async function retrieveAll(
  context: Retrieving,
  fetches: readonly Fetch[],
  onDurable: (batch: Batch<ListedMail, Refused>) => void,
): Promise<void> {
  const { run, sessions, report, maildrop } = context;
  const session = await sessions.current();
  const operations = new Map(fetches.map((fetch) => [fetch.mail.id, fetch]));
  const known = await knownContents(run, fetches);
  const same = (mail: ListedMail, staged: Staged): KnownMail | null => {
    const before = known.get(mail.id);
    return before !== undefined && isSame(before, staged) ? before : null;
  };
  const queue = new DeliveryQueue<ListedMail, Refused>({
    tree: run.tree,
    localPath: maildrop.localPath,
    knownName: (mail, staged) => same(mail, staged)?.name ?? null,
    remember: async (batch) => {
      const now = run.neighbours.clock.now();
      const tries = (id: string): number => operations.get(id)?.tries ?? 0;
      const storedAt = (mail: ListedMail, staged: Staged): number =>
        same(mail, staged)?.storedAt ?? now;
      await commit(run, foldRetrieved(retrievedPart(batch, tries, storedAt)), 'durable');
      onDurable(batch);
      count(report, batch);
      report.ahead.arriving -= batch.arrived.length + batch.failed.length;
      run.progress(report);
    },
  });
  try {
    for await (const batch of session.retrieve(fetches.map(({ mail }) => mail))) {
      const messages = batch.flatMap((each) => arriving(run, each));
      report.ahead.arriving += messages.length;
      await queue.add(messages, batch.filter(isRefused));
    }
  } finally {
    await queue.finish();
  }
}

/** A message that came back is what it was where its octets are, or where its Message-ID is. */
function isSame(before: KnownMail, staged: Staged): boolean {
  if (before.wireSha256 === staged.wireSha256) return true;
  return before.messageIdHash !== null && before.messageIdHash === staged.messageIdHash;
}

async function knownContents(
  { neighbours, accountId }: AccountRun,
  fetches: readonly Fetch[],
): Promise<ReadonlyMap<string, KnownMail>> {
  const ids = fetches.filter(({ contentDecides }) => contentDecides).map(({ mail }) => mail.id);
  if (ids.length === 0) return new Map();
  const mail = await neighbours.state.mailOf(accountId, ids);
  return new Map(mail.map((each) => [each.id, each]));
}

function isRefused(each: Retrieved): each is Refused {
  return each.kind === 'refused';
}

function arriving({ accountId }: AccountRun, each: Retrieved): Arriving<ListedMail>[] {
  if (each.kind === 'refused') return [];
  const { mail, body } = each;
  const key = [accountId, maildropPath, '', mail.sharedUidl ?? mail.id].join('\0');
  return [{ message: mail, delivery: { key, flags: [], internalDate: null, body } }];
}

function retrievedPart(
  { arrived, failed, others }: Batch<ListedMail, Refused>,
  tries: (id: string) => number,
  storedAt: (mail: ListedMail, staged: Staged) => number,
): Parameters<typeof foldRetrieved>[0] {
  return {
    arrived: arrived.map(({ message, staged, name }) => ({
      id: message.id,
      status: 'stored',
      name,
      wireSize: staged.wireSize,
      wireSha256: staged.wireSha256,
      listedSize: message.size,
      messageIdHash: staged.messageIdHash,
      storedAt: storedAt(message, staged),
    })),
    refused: [
      ...others.map(({ mail, error }) => refusal(mail, error.message, tries)),
      ...failed.map(({ message, error }) => refusal(message, error.message, tries)),
    ],
  };
}

function refusal(
  { id }: ListedMail,
  reason: string,
  tries: (id: string) => number,
): { id: string; tries: number; reason: string } {
  return { id, tries: tries(id), reason };
}

function count(
  report: FolderReport,
  { arrived, failed, others }: Batch<ListedMail, Refused>,
): void {
  for (const { staged, name, outcome, collided } of arrived) {
    if (outcome === 'known') {
      report.known += 1;
      continue;
    }
    report.fetched += 1;
    report.octets += staged.wireSize;
    if (outcome === 'adopted') report.adopted += 1;
    if (collided) report.collided.push(name);
  }
  for (const { message, error } of failed) report.failed.push({ id: message.id, error });
  for (const { mail, error } of others) report.failed.push({ id: mail.id, error });
}
