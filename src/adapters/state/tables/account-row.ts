/** One account as a row of its table, there and back. */

import type { PollHistory } from '../../../core/account/suspension.ts';
import type { SqlValue } from '../../../disk/sqlite.ts';
import type { AccountState } from '../../../ports/state-store.ts';

export const selectAccount = `
  SELECT id, name, root, last_attempt, last_success, failures, login_failures, failing_since, error_code,
    error_message, error_at, suspended_since, suspended_why, failing_way, not_before, fence, send_login_failures,
    send_suspended_since, send_suspended_why, send_failing_way FROM account`;

export interface AccountRow {
  readonly id: string;
  readonly name: string;
  readonly root: string | null;
  readonly last_attempt: number | null;
  readonly last_success: number | null;
  readonly failures: number;
  readonly login_failures: number;
  readonly failing_since: number | null;
  readonly error_code: string | null;
  readonly error_message: string | null;
  readonly error_at: number | null;
  readonly suspended_since: number | null;
  readonly suspended_why: string | null;
  readonly failing_way: string | null;
  readonly not_before: number | null;
  readonly fence: number;
  readonly send_login_failures: number;
  readonly send_suspended_since: number | null;
  readonly send_suspended_why: string | null;
  readonly send_failing_way: string | null;
}

/** From `last_attempt` to `failing_way`. */
export function historyValues(history: PollHistory): SqlValue[] {
  const { lastError, suspended } = history;
  return [
    history.lastAttempt,
    history.lastSuccess,
    history.failures,
    history.loginFailures,
    history.failingSince,
    lastError?.code ?? null,
    lastError?.message ?? null,
    lastError?.at ?? null,
    suspended?.since ?? null,
    suspended?.why ?? null,
    history.failingWay ?? null,
  ];
}

export function accountFromRow(row: AccountRow): AccountState {
  return {
    id: row.id,
    name: row.name,
    root: row.root,
    lastAttempt: row.last_attempt,
    lastSuccess: row.last_success,
    failures: row.failures,
    loginFailures: row.login_failures,
    failingSince: row.failing_since,
    lastError: errorFrom(row),
    suspended: suspendedFrom(row.suspended_since, row.suspended_why),
    ...wayFrom(row.failing_way),
    notBefore: row.not_before,
    fence: row.fence,
    ...sendingFrom(row),
  };
}

function errorFrom({
  error_code: code,
  error_message,
  error_at,
}: AccountRow): AccountState['lastError'] {
  return code === null ? null : { code, message: error_message ?? '', at: error_at ?? 0 };
}

function suspendedFrom(since: number | null, why: string | null): AccountState['suspended'] {
  return since === null ? null : { since, why: why ?? '' };
}

function wayFrom(failingWay: string | null): Pick<AccountState, 'failingWay'> {
  return failingWay === null ? {} : { failingWay };
}

/** As good as never heard of, where nothing is wrong. */
function sendingFrom(row: AccountRow): Pick<AccountState, 'sending'> {
  const loginFailures = row.send_login_failures;
  const suspended = suspendedFrom(row.send_suspended_since, row.send_suspended_why);
  if (loginFailures === 0 && suspended === null) return {};
  return { sending: { loginFailures, suspended, ...wayFrom(row.send_failing_way) } };
}
