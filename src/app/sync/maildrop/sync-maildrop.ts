/** POP3: compares the whole listing with what is known, fetches, and deletes on the server what the account says. */

import type { Account } from '../../../core/account/account.ts';
import { foldDeleted, foldIntent, foldNote } from '../../../core/maildrop/fold-maildrop.ts';
import type { KnownMail, ListedMail, Maildrop } from '../../../core/maildrop/maildrop.ts';
import {
  doubtful,
  knownById,
  planDeletions,
  planMaildrop,
  type KnownById,
  type MaildropView,
} from '../../../core/maildrop/plan-maildrop.ts';
import { localPath } from '../../../core/sync/folder-name.ts';
import type { MaildropSession } from '../../../ports/receiving/maildrop-source.ts';
import { commit, type AccountRun } from '../account-run.ts';
import type { ReconnectingSession } from '../reconnecting-session.ts';
import { maildropPath, retrieve } from './retrieve-mail.ts';
import type { FolderReport } from '../report.ts';

/** Whose UIDLs these are: they hold for no other server or user. */
export function maildropOf({ incoming }: Account): string {
  return `${incoming?.username ?? ''}@${incoming?.host.toLowerCase() ?? ''}`;
}

export async function syncMaildrop(
  run: AccountRun,
  sessions: ReconnectingSession<MaildropSession>,
  report: FolderReport,
): Promise<void> {
  const session = await sessions.current();
  const maildrop = await beginMaildrop(run);
  await run.tree.ensureFolder(maildrop.localPath);
  const view = await gatherMaildrop(run, session);
  const operations = planMaildrop(view, run.policy);
  for (const operation of operations)
    if (operation.kind !== 'fetch') await commit(run, foldNote(operation), 'durable');
  const fetches = operations.filter((operation) => operation.kind === 'fetch');
  await retrieve({ run, sessions, report, maildrop }, fetches);
  const last = await sessions.current();
  const listing = last === session ? view.listing : (await last.list()).mail;
  await removeStored(run, last, listing, report);
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
