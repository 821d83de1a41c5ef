/** Keeps a copy of what was sent: in the server's sent folder, once, or in the local one where the server has none. */

import { keepsMail, type Account } from '../../core/account/account.ts';
import { localPath } from '../../core/sync/folder-name.ts';
import type { RemoteFolder } from '../../core/sync/remote.ts';
import type { OutboxEntry } from '../../core/outbox/entry.ts';
import { afterFailedFiling, afterFiling, beforeFiling } from '../../core/outbox/plan-outbox.ts';
import { filesSentItself } from '../../core/providers/providers.ts';
import { asPosthornError, RefusedError } from '../../errors.ts';
import type { MailboxSession } from '../../ports/receiving/mailbox-source.ts';
import type { BoundAccount } from '../accounts/bind-account.ts';
import type { FlushOptions } from './flush-options.ts';
import { connectMailbox } from '../log-in.ts';
import type { Neighbours } from '../neighbours.ts';
import { openTree } from '../sync/open-tree.ts';
import type { SendReport, SentMessage } from '../sync/report.ts';
import { foldersWithRoles } from '../sync/mailbox/system-folders.ts';

/** Files and removes each entry. The mail is sent by now, so nothing here ever fails the send: what can't be filed waits. */
export async function fileSent(
  entries: readonly OutboxEntry[],
  bound: BoundAccount,
  neighbours: Neighbours,
  options: FlushOptions,
  report: SendReport,
): Promise<void> {
  const toKeep = entries.filter((entry) => isKept(entry, bound.account));
  const copies = new SentCopies(bound, neighbours, options);
  try {
    for (const entry of entries) {
      const unfiled = toKeep.includes(entry) ? await copies.file(entry) : null;
      // Asked to stop: it stays as it is, due at the next flush.
      if (options.signal.aborted && unfiled !== null) return;
      report.messages.push(await conclude(entry, unfiled, neighbours));
    }
  } finally {
    await copies.close();
  }
}

function isKept(entry: OutboxEntry, account: Account): boolean {
  if (!entry.saveSent || account.saveSent === false) return false;
  return account.saveSent === true || !filesSentItself(account.outgoing?.host ?? '');
}

async function conclude(
  entry: OutboxEntry,
  unfiled: string | null,
  { outbox, clock, chance }: Neighbours,
): Promise<SentMessage> {
  const { id, subject } = entry;
  if (unfiled !== null) {
    const moment = { now: clock.now(), chance: chance() };
    const { filing } = (await outbox.get(id)) ?? entry;
    const waiting = afterFailedFiling({ ...entry, filing }, unfiled, moment);
    await outbox.update(waiting);
    return { id, subject, result: 'unfiled', reason: unfiled, nextAttempt: waiting.nextAttempt };
  }
  const rest = afterFiling(entry);
  if (rest === null) await outbox.remove(id);
  else await outbox.update(rest);
  const result = rest === null ? 'sent' : 'failed';
  return { id, subject, result, reason: rest?.lastError ?? null, nextAttempt: null };
}

/** One connection and one folder for all copies of a flush. */
class SentCopies {
  readonly #bound: BoundAccount;
  readonly #neighbours: Neighbours;
  readonly #signal: AbortSignal;
  readonly #layout: FlushOptions['settings']['layout'];
  #session: MailboxSession | null = null;
  #folder: RemoteFolder | null = null;

  constructor(bound: BoundAccount, neighbours: Neighbours, { signal, settings }: FlushOptions) {
    this.#bound = bound;
    this.#neighbours = neighbours;
    this.#signal = signal;
    this.#layout = settings.layout;
  }

  /** Why it could not be filed, or null. */
  async file(entry: OutboxEntry): Promise<string | null> {
    try {
      if (this.#hasNoServer()) await this.#keepLocally(entry);
      else await this.#keepOnServer(entry);
      return null;
    } catch (thrown) {
      return asPosthornError(thrown).message;
    }
  }

  async close(): Promise<void> {
    await this.#session?.close();
  }

  /** POP3 knows one folder; an account that sends alone has no server of its own at all. */
  #hasNoServer(): boolean {
    const { type, incoming } = this.#bound.account;
    return type === 'pop3' || incoming === undefined;
  }

  async #keepOnServer(entry: OutboxEntry): Promise<void> {
    const session = await this.#connected();
    const { account } = this.#bound;
    this.#folder ??= sentFolder((await foldersWithRoles(session, account)).folders);
    if (this.#folder === null) {
      if (!keepsMail(account)) throw nowhere();
      await this.#keepLocally(entry);
    } else await this.#append(entry, session, this.#folder.path);
  }

  async #connected(): Promise<MailboxSession> {
    const { account, id } = this.#bound;
    this.#session ??= await connectMailbox(account, id, this.#neighbours, this.#signal);
    return this.#session;
  }

  /**
   * APPEND is not repeatable (design rule 4): the intent is durable before it, and where an intent stands already, the copy is
   * looked for from its UIDNEXT on.
   */
  async #append(entry: OutboxEntry, session: MailboxSession, folder: string): Promise<void> {
    const { outbox, clock, chance } = this.#neighbours;
    const known = entry.filing?.folder === folder ? entry.filing : null;
    const filing = known ?? { folder, uidNext: await session.uidNext(folder) };
    const moment = { now: clock.now(), chance: chance() };
    await outbox.update(beforeFiling(entry, filing, moment));
    const { messageId } = entry;
    const found =
      known === null ? [] : await session.findByMessageId(folder, messageId, known.uidNext);
    if (found.length > 0) return;
    await session.append(folder, await outbox.read(entry.id), ['S'], entry.createdAt);
  }

  /** The name hangs on the entry's id, so that a copy delivered twice finds itself. */
  async #keepLocally(entry: OutboxEntry): Promise<void> {
    const { outbox } = this.#neighbours;
    const { accountId, id, createdAt } = entry;
    const tree = await openTree(this.#bound, this.#neighbours);
    const folder = localPath([this.#bound.account.folders.sent ?? 'Sent'], this.#layout);
    await tree.ensureFolder(folder);
    const body = { kind: 'whole', octets: [await outbox.read(id)] } as const;
    const key = [accountId, 'outbox', id].join('\0');
    const [staging] = await tree.stage(folder, [
      { key, flags: ['S'], internalDate: createdAt, body },
    ]);
    if (staging?.kind === 'staged') await tree.publish(folder, [staging.staged]);
  }
}

function nowhere(): RefusedError {
  return new RefusedError('its server has no folder for sent mail, and nothing is kept here', {
    remedy: 'Set incoming.createSystemFolders: true, or saveSent: false.',
  });
}

function sentFolder(folders: readonly RemoteFolder[]): RemoteFolder | null {
  return folders.find(({ role, selectable }) => role === 'sent' && selectable) ?? null;
}
