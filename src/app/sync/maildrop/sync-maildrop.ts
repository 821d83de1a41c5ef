/** POP3: compares the whole listing with what is known, fetches, and deletes on the server what the account says. */

import type { Account } from '../../../core/account/account.ts';
import {
  foldDeleted,
  foldIntent,
  foldNote,
  foldRetrieved,
} from '../../../core/maildrop/fold-maildrop.ts';
import type { KnownMail, ListedMail, Maildrop } from '../../../core/maildrop/maildrop.ts';
import {
  doubtful,
  knownById,
  planDeletions,
  planMaildrop,
  type KnownById,
  type MaildropOperation,
  type MaildropView,
} from '../../../core/maildrop/plan-maildrop.ts';
import { localPath } from '../../../core/sync/folder-name.ts';
import type { MaildropSession, Retrieved } from '../../../ports/receiving/maildrop-source.ts';
import type { Staged } from '../../../ports/receiving/mail-store.ts';
import { commit, type AccountRun } from '../account-run.ts';
import { DeliveryQueue, type Arriving, type Batch } from '../delivery-queue.ts';
import type { FolderReport } from '../report.ts';

/** The one folder that POP3 knows. */
export const maildropPath = 'INBOX';

type Fetch = Extract<MaildropOperation, { kind: 'fetch' }>;
type Refused = Extract<Retrieved, { kind: 'refused' }>;

/** Whose UIDLs these are: they hold for no other server or user. */
export function maildropOf({ incoming }: Account): string {
  return `${incoming?.username ?? ''}@${incoming?.host.toLowerCase() ?? ''}`;
}

export async function syncMaildrop(
  run: AccountRun,
  session: MaildropSession,
  report: FolderReport,
): Promise<void> {
  const maildrop = await beginMaildrop(run);
  await run.tree.ensureFolder(maildrop.localPath);
  const view = await gatherMaildrop(run, session);
  const operations = planMaildrop(view, run.policy);
  for (const operation of operations)
    if (operation.kind !== 'fetch') await commit(run, foldNote(operation), 'durable');
  const fetches = operations.filter((operation) => operation.kind === 'fetch');
  await retrieve({ run, session, report, maildrop }, fetches);
  await removeStored(run, session, view.listing, report);
}

/** What the server lists, and what of it is known: as the plan sees it. Nothing is changed by it. */
export async function gatherMaildrop(
  {
    accountId,
    account,
    neighbours: { state },
  }: Pick<AccountRun, 'accountId' | 'account' | 'neighbours'>,
  session: MaildropSession,
): Promise<MaildropView> {
  const { mail: listing, complete } = await session.list();
  const maildrop = await state.maildrop(accountId);
  const stored = knownById(await state.knownMail(accountId));
  const known = isAnother(maildrop, account) ? asFormer(stored) : stored;
  const troubles = await state.troubles(accountId, null);
  const returned = await provenReturns(session, doubtful(listing, known), (ids) =>
    state.mailOf(accountId, ids),
  );
  return {
    listing,
    complete: complete && (listing.length > 0 || known.size === 0),
    known,
    troubles,
    returned,
  };
}

function isAnother(maildrop: Maildrop | null, account: Account): boolean {
  return (
    maildrop !== null && maildrop.identity !== null && maildrop.identity !== maildropOf(account)
  );
}

function asFormer(known: KnownById): KnownById {
  return new Map(Array.from(known, ([id, each]) => [id, { ...each, status: 'former' as const }]));
}

/** Notes whose the maildrop is. Ids of another server or user count as former: their content decides. */
async function beginMaildrop(run: AccountRun): Promise<Maildrop> {
  const { account, accountId, neighbours, settings } = run;
  const before = await neighbours.state.maildrop(accountId);
  const identity = maildropOf(account);
  if (before?.identity === identity) return before;
  const path = before?.localPath ?? localPath([maildropPath], settings.layout);
  const maildrop = { localPath: path, identity };
  const { id: ids } = isAnother(before, account)
    ? await neighbours.state.knownMail(accountId)
    : { id: [] };
  const former = ids.length === 0 ? [] : [{ kind: 'mail-status', ids, status: 'former' } as const];
  await commit(run, [{ kind: 'maildrop', maildrop }, ...former], 'durable');
  return maildrop;
}

/** The same id and the same Message-ID: the same message, whatever the server does to its header each time. */
async function provenReturns(
  session: MaildropSession,
  mail: readonly ListedMail[],
  knownMail: (ids: readonly string[]) => Promise<readonly KnownMail[]>,
): Promise<Set<string>> {
  const returned = new Set<string>();
  if (mail.length === 0) return returned;
  const now = await session.messageIds(mail);
  if (now === null) return returned;
  for (const { id, messageIdHash } of await knownMail(mail.map((each) => each.id)))
    if (messageIdHash !== null && now.get(id) === messageIdHash) returned.add(id);
  return returned;
}

interface Retrieving {
  readonly run: AccountRun;
  readonly session: MaildropSession;
  readonly report: FolderReport;
  readonly maildrop: Maildrop;
}

async function retrieve(context: Retrieving, fetches: readonly Fetch[]): Promise<void> {
  if (fetches.length === 0) return;
  const { run, session, report, maildrop } = context;
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
      count(report, batch);
      run.progress(report);
    },
  });
  try {
    for await (const batch of session.retrieve(fetches.map(({ mail }) => mail)))
      await queue.add(
        batch.flatMap((each) => arriving(run, each)),
        batch.filter(isRefused),
      );
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

/** Deletes only what the state holds durably by now. */
async function removeStored(
  run: AccountRun,
  session: MaildropSession,
  listing: readonly ListedMail[],
  report: FolderReport,
): Promise<void> {
  const leave = run.account.incoming?.leaveOnServer ?? true;
  if (leave === true) return;
  const { state, clock } = run.neighbours;
  const known = knownById(await state.knownMail(run.accountId));
  const mail = planDeletions(listing, known, leave, clock.now());
  if (mail.length === 0) return;
  const ids = mail.map(({ id }) => id);
  await commit(run, foldIntent(ids), 'durable');
  const deleted = new Set(await session.remove(mail));
  report.deleted += deleted.size;
  await commit(run, foldDeleted(ids, deleted), 'durable');
}
