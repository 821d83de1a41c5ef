/** One poll of one account: send what waits, receive what is new, remember how it went. */

import { keepsMail, type Account } from '../../core/account/account.ts';
import { incomingFingerprint } from '../../core/account/endpoint-fingerprint.ts';
import type { Settings } from '../../core/account/settings.ts';
import { afterFailure, afterSuccess, pollHistory } from '../../core/account/suspension.ts';
import { asPosthornError, gravest, TemporaryError, type PosthornError } from '../../errors.ts';
import type { HeldLock } from '../../ports/lock.ts';
import type { Fence } from '../../ports/state-store.ts';
import type { BoundAccount } from '../accounts/bind-account.ts';
import { isReadFromServer } from '../accounts/read-from-server.ts';
import { bindForUse } from '../accounts/start-afresh.ts';
import type { Neighbours } from '../neighbours.ts';
import { flushOutbox } from '../outbox/flush-outbox.ts';
import { ProgressDeadline } from './progress-deadline.ts';
import { receive } from './receive.ts';
import {
  doneOf,
  expectedOf,
  type AccountReport,
  type FolderReport,
  type ReceiveReport,
  type SendReport,
} from './report.ts';

export interface SyncOptions {
  readonly settings: Settings;
  readonly send: boolean;
  readonly receive: boolean;
  readonly full: boolean;
  /** What the brake holds back is done. */
  readonly acceptDeletions: boolean;
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
  const nothing = { sent: null, received: null, suspended: null, live: false, notBefore: null };
  const blank = { account: account.name, id: account.id ?? '', ...nothing };
  if (!account.enabled) return { ...blank, skipped: 'disabled', error: null };
  try {
    const bound = await bindForUse(account, neighbours);
    const suspended = bound.state.suspended?.why ?? null;
    if (suspended !== null)
      return { ...blank, id: bound.id, skipped: 'suspended', suspended, error: null };
    return await syncBound(bound, neighbours, options);
  } catch (thrown) {
    return { ...blank, skipped: null, error: named(thrown, account, options.signal) };
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
      errors.push(named(thrown, account, options.signal));
    });
  if (received !== null)
    await receiveLocked(bound, neighbours, options, received).catch((thrown: unknown) => {
      errors.push(named(thrown, account, options.signal, received));
    });
  const error = gravestOf(errors);
  const { suspended, notBefore } = await outcome(id, neighbours, error);
  const name = account.name;
  return { account: name, id, skipped: null, suspended, sent, received, live, notBefore, error };
}

function gravestOf(errors: readonly PosthornError[]): PosthornError | null {
  const status = gravest(errors.map(({ exitStatus }) => exitStatus));
  return errors.find(({ exitStatus }) => exitStatus === status) ?? null;
}

/** A failure may have been the one too many, and a server may have asked for a pause. */
async function outcome(
  id: string,
  { state }: Neighbours,
  error: PosthornError | null,
): Promise<{ suspended: string | null; notBefore: number | null }> {
  const now = error === null ? null : await state.account(id).catch(() => null);
  return { suspended: now?.suspended?.why ?? null, notBefore: now?.notBefore ?? null };
}

/** The lock comes first: what another process does now is no failure of the account, and is not remembered as one. */
async function receiveLocked(
  bound: BoundAccount,
  neighbours: Neighbours,
  options: SyncOptions,
  report: ReceiveReport,
): Promise<void> {
  const { waitMs, signal } = options;
  requireNoPause(bound, neighbours);
  const fenceAbove = bound.state.fence;
  const lock = await neighbours.lock.acquire(`account-${bound.id}`, { waitMs, signal, fenceAbove });
  try {
    const state = (await neighbours.state.account(bound.id)) ?? bound.state;
    await receiveRemembered({ ...bound, state }, neighbours, options, lock, report);
  } finally {
    await lock.release();
  }
}

/** The server has said until when it wants to be left alone; asking sooner makes it longer. */
export function requireNoPause(
  { state }: Pick<BoundAccount, 'state'>,
  { clock }: Pick<Neighbours, 'clock'>,
): void {
  if (state.notBefore === null || state.notBefore <= clock.now()) return;
  const seconds = String(Math.ceil((state.notBefore - clock.now()) / 1000));
  const why = state.lastError === null ? '' : ` (${state.lastError.message})`;
  throw new TemporaryError(`the server asked to be left alone for another ${seconds} s${why}`, {
    remedy: 'It is polled again after that.',
  });
}

async function receiveRemembered(
  bound: BoundAccount,
  neighbours: Neighbours,
  options: SyncOptions,
  lock: HeldLock,
  report: ReceiveReport,
): Promise<void> {
  const fence = { accountId: bound.id, number: lock.fence };
  const deadline = new ProgressDeadline(neighbours.clock);
  const signal = AbortSignal.any([options.signal, lock.lost, deadline.signal]);
  const progress = (folder: FolderReport): void => {
    deadline.advance();
    options.progress(bound.account.name, folder);
  };
  try {
    await receive(bound, neighbours, { ...options, fence, progress, signal }, report);
    await rememberOutcome(bound, neighbours, options, fence, null);
  } catch (thrown) {
    const error = asPosthornError(thrown);
    if (!options.signal.aborted && !lock.lost.aborted)
      await rememberOutcome(bound, neighbours, options, fence, error);
    throw error;
  } finally {
    deadline.end();
  }
}

/** Relaxed: a poll without news costs no disk flush, and losing the time of a success loses nothing. */
async function rememberOutcome(
  { account, id, state }: BoundAccount,
  { state: store, clock }: Neighbours,
  { settings }: SyncOptions,
  fence: Fence,
  error: PosthornError | null,
): Promise<void> {
  const now = clock.now();
  const before = pollHistory(state);
  const history =
    error === null
      ? afterSuccess(before, now)
      : afterFailure(before, error, settings, now, incomingFingerprint(account));
  const notBefore = error?.pauseMs === undefined ? null : now + error.pauseMs;
  await store.commit([{ kind: 'polled', accountId: id, history, notBefore }], 'relaxed', fence);
}

/** What breaks all of them off is one error; each account tells it as its own. */
function named(
  thrown: unknown,
  account: Account,
  signal: AbortSignal,
  received: ReceiveReport | null = null,
): PosthornError {
  const error = thrown === signal.reason ? brokenOff(signal, received) : asPosthornError(thrown);
  error.account ??= account.name;
  return error;
}

function brokenOff({ reason }: AbortSignal, received: ReceiveReport | null): PosthornError {
  const { message, code, remedy } = asPosthornError(reason);
  return new TemporaryError(message, {
    remedy: remedy ?? `${keptText(received)}; the next sync goes on there.`,
    code: code === 'timeout' ? 'timeout' : 'temporary',
    cause: reason,
  });
}

/** What a person wants to know who has just broken it off. */
function keptText(received: ReceiveReport | null): string {
  const folders = received?.folders ?? [];
  const done = folders.reduce((sum, folder) => sum + doneOf(folder), 0);
  const expected = folders.reduce((sum, folder) => sum + expectedOf(folder), 0);
  return done === 0 || expected < done
    ? 'What was whole is kept'
    : `${String(done)} of ${String(expected)} messages are done, and kept`;
}
