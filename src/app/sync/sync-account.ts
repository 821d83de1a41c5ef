/** One poll of one account: send what waits, receive what is new, remember how it went. */

import { keepsMail, type Account } from '../../core/account/account.ts';
import type { Settings } from '../../core/account/settings.ts';
import { afterFailure, afterSuccess } from '../../core/account/suspension.ts';
import { incomingFingerprint } from '../../core/account/endpoint-fingerprint.ts';
import { asPosthornError, gravest, type PosthornError } from '../../errors.ts';
import type { BoundAccount } from '../accounts/bind-account.ts';
import { flushOutbox } from '../outbox/flush-outbox.ts';
import { isReadFromServer } from '../accounts/read-from-server.ts';
import type { Neighbours } from '../neighbours.ts';
import { receive } from './receive.ts';
import { bindForUse } from '../accounts/start-afresh.ts';
import type { AccountReport, FolderReport, ReceiveReport, SendReport } from './report.ts';

export interface SyncOptions {
  readonly settings: Settings;
  readonly send: boolean;
  readonly receive: boolean;
  readonly full: boolean;
  /** How long to wait for another process that works on the account. */
  readonly waitMs: number;
  readonly progress: (account: string, report: FolderReport) => void;
  readonly signal: AbortSignal;
}

/** Never throws: what went wrong stands in the report. A suspended account is left alone and named. */
export async function syncAccount(
  account: Account,
  neighbours: Neighbours,
  options: SyncOptions,
): Promise<AccountReport> {
  const nothing = { sent: null, received: null, suspended: null, live: false };
  const blank = { account: account.name, id: account.id ?? '', ...nothing };
  if (!account.enabled) return { ...blank, skipped: 'disabled', error: null };
  try {
    const bound = await bindForUse(account, neighbours);
    const suspended = bound.state.suspended?.why ?? null;
    if (suspended !== null)
      return { ...blank, id: bound.id, skipped: 'suspended', suspended, error: null };
    return await syncBound(bound, neighbours, options);
  } catch (thrown) {
    return { ...blank, skipped: null, error: named(thrown, account) };
  }
}

async function syncBound(
  bound: BoundAccount,
  neighbours: Neighbours,
  options: SyncOptions,
): Promise<AccountReport> {
  const { account, id } = bound;
  const sent: SendReport | null = options.send && account.send ? { messages: [] } : null;
  const received: ReceiveReport | null =
    options.receive && account.receive && keepsMail(account)
      ? { folders: [], created: [], warnings: [] }
      : null;
  const live = options.receive && isReadFromServer(account);
  const errors: PosthornError[] = [];
  if (sent !== null)
    await flushOutbox(bound, neighbours, options, sent).catch((thrown: unknown) => {
      errors.push(named(thrown, account));
    });
  if (received !== null)
    await receiveLocked(bound, neighbours, options, received).catch((thrown: unknown) => {
      errors.push(named(thrown, account));
    });
  const error = gravestOf(errors);
  const suspended = error === null ? null : await whySuspended(id, neighbours);
  return { account: account.name, id, skipped: null, suspended, sent, received, live, error };
}

function gravestOf(errors: readonly PosthornError[]): PosthornError | null {
  const status = gravest(errors.map(({ exitStatus }) => exitStatus));
  return errors.find(({ exitStatus }) => exitStatus === status) ?? null;
}

/** A failure may have been the one too many. */
async function whySuspended(id: string, { state }: Neighbours): Promise<string | null> {
  const now = await state.account(id).catch(() => null);
  return now?.suspended?.why ?? null;
}

/** The lock comes first: what another process does now is no failure of the account, and is not remembered as one. */
async function receiveLocked(
  bound: BoundAccount,
  neighbours: Neighbours,
  options: SyncOptions,
  report: ReceiveReport,
): Promise<void> {
  const { waitMs, signal } = options;
  const lock = await neighbours.lock.acquire(`account-${bound.id}`, { waitMs, signal });
  try {
    const state = (await neighbours.state.account(bound.id)) ?? bound.state;
    await receiveRemembered({ ...bound, state }, neighbours, options, report);
  } finally {
    await lock.release();
  }
}

async function receiveRemembered(
  bound: BoundAccount,
  neighbours: Neighbours,
  options: SyncOptions,
  report: ReceiveReport,
): Promise<void> {
  const progress = (folder: FolderReport): void => {
    options.progress(bound.account.name, folder);
  };
  try {
    await receive(bound, neighbours, { ...options, progress }, report);
    await remember(bound, neighbours, options, null);
  } catch (thrown) {
    const error = asPosthornError(thrown);
    if (!options.signal.aborted) await remember(bound, neighbours, options, error);
    throw error;
  }
}

/** Relaxed: a poll without news costs no disk flush, and losing the time of a success loses nothing. */
async function remember(
  { account, id, state }: BoundAccount,
  { state: store, clock }: Neighbours,
  { settings }: SyncOptions,
  error: PosthornError | null,
): Promise<void> {
  const current = (await store.account(id)) ?? state;
  const now = clock.now();
  const next =
    error === null
      ? afterSuccess(current, now)
      : afterFailure(current, error, settings, now, incomingFingerprint(account));
  await store.commit([{ kind: 'account', account: next }], 'relaxed');
}

function named(thrown: unknown, account: Account): PosthornError {
  const error = asPosthornError(thrown);
  error.account ??= account.name;
  return error;
}
