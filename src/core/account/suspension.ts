/** When posthorn stops asking a server that keeps failing, and says so. */

import type { Layer } from '../../errors.ts';
import type { Settings } from './settings.ts';

/** The part of an account's state that its polls move. Times in milliseconds since the epoch. */
export interface PollHistory {
  readonly lastAttempt: number | null;
  readonly lastSuccess: number | null;
  readonly failures: number;
  readonly loginFailures: number;
  readonly failingSince: number | null;
  readonly lastError: {
    readonly code: string;
    readonly message: string;
    readonly at: number;
  } | null;
  readonly suspended: { readonly since: number; readonly why: string } | null;
  /** Fingerprint of the way to the server that the failures were counted on (core/account/endpoint-fingerprint). */
  readonly failingWay?: string | undefined;
}

/** That part alone, so that a commit of it touches nothing else. */
export function pollHistory(state: PollHistory): PollHistory {
  const { lastAttempt, lastSuccess, failures, loginFailures, failingSince, lastError } = state;
  const { suspended, failingWay } = state;
  const counts = { failures, loginFailures, failingSince };
  return { lastAttempt, lastSuccess, ...counts, lastError, suspended, failingWay };
}

export interface PollFailure {
  readonly code: string;
  readonly message: string;
  /** The step that failed; a login that the server refused is told by it from a password that is not to be had here. */
  readonly layer?: Layer | undefined;
}

/** What the logins for sending came to; apart from receiving, so that a wrong password of one server does not stop the other. */
export interface SendingHistory {
  /** Refused logins in a row. */
  readonly loginFailures: number;
  readonly suspended: { readonly since: number; readonly why: string } | null;
  /** Fingerprint of the way to the server that they were counted on. */
  readonly failingWay?: string | undefined;
}

export const goodSending: SendingHistory = { loginFailures: 0, suspended: null };

type Limits = Pick<Settings, 'maxFailures' | 'suspendAfterMs' | 'maxLoginFailures'>;

export function afterSuccess<H extends PollHistory>(history: H, now: number): H {
  return {
    ...history,
    lastAttempt: now,
    lastSuccess: now,
    failures: 0,
    loginFailures: 0,
    failingSince: null,
    lastError: null,
    suspended: null,
    failingWay: undefined,
  };
}

/** Refused logins count apart and suspend sooner: a server that locks people out must not be asked for ever. */
export function afterFailure<H extends PollHistory>(
  history: H,
  failure: PollFailure,
  limits: Limits,
  now: number,
  endpoint?: string,
): H {
  const { code, message } = failure;
  const refused = isRefusedLogin(failure);
  const next = {
    ...history,
    lastAttempt: now,
    failures: history.failures + 1,
    loginFailures: refused ? history.loginFailures + 1 : 0,
    failingSince: history.failingSince ?? now,
    lastError: { code, message, at: now },
    failingWay: endpoint,
  };
  const why = reasonToSuspend(next, limits, now);
  return why === null || next.suspended !== null
    ? next
    : { ...next, suspended: { since: now, why } };
}

function isRefusedLogin({ code, layer }: PollFailure): boolean {
  return code === 'credentials' && layer === 'login';
}

/** After an attempt to log in for sending. What is no refused login says nothing about the password, and leaves the count alone. */
export function afterSendLogin(
  history: SendingHistory,
  failure: PollFailure | null,
  { maxLoginFailures }: Pick<Limits, 'maxLoginFailures'>,
  now: number,
  endpoint?: string,
): SendingHistory {
  if (failure === null) return goodSending;
  if (!isRefusedLogin(failure)) return history;
  const loginFailures = history.loginFailures + 1;
  if (maxLoginFailures === 0 || loginFailures < maxLoginFailures)
    return { ...history, loginFailures, failingWay: endpoint };
  const why = `the server refused the login for sending ${String(loginFailures)} times in a row: ${failure.message}`;
  return {
    loginFailures,
    suspended: history.suspended ?? { since: now, why },
    failingWay: endpoint,
  };
}

function reasonToSuspend(history: PollHistory, limits: Limits, now: number): string | null {
  const { maxLoginFailures, maxFailures, suspendAfterMs } = limits;
  const last = history.lastError?.message ?? '';
  if (maxLoginFailures > 0 && history.loginFailures >= maxLoginFailures)
    return `the server refused the login ${String(history.loginFailures)} times in a row: ${last}`;
  const failingFor = now - (history.failingSince ?? now);
  if (maxFailures > 0 && history.failures >= maxFailures && failingFor >= suspendAfterMs)
    return `${String(history.failures)} polls failed in a row: ${last}`;
  return null;
}

/** `account enable`, or a new password: the account starts afresh. */
export function afterEnabling<H extends PollHistory>(history: H): H {
  return {
    ...history,
    failures: 0,
    loginFailures: 0,
    failingSince: null,
    lastError: null,
    suspended: null,
    failingWay: undefined,
  };
}
