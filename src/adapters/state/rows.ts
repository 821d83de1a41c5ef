/** Accounts, folders and messages as rows of their tables, there and back. */

import type { Flag } from '../../core/sync/flags.ts';
import type { KnownFolder, KnownMessage, KnownStatus, Role } from '../../core/sync/message.ts';
import type { SendingHistory } from '../../core/account/suspension.ts';
import type { AccountState } from '../../ports/state-store.ts';
import type { SqlRow } from '../../disk/sqlite.ts';

/** Where ids stand that are no UID: behind the greatest (RFC 9051 2.3.1.1: 32 bits). */
export const notAUid = 2 ** 32;

/** The number that a message is sorted by; only the decimal that a server writes counts as a UID, so `007` is none. */
export function sortNumber(id: string): number {
  if (!/^(?:0|[1-9][0-9]{0,9})$/.test(id)) return notAUid;
  return Math.min(Number(id), notAUid);
}

export interface AccountRow {
  id: string;
  name: string;
  root: string | null;
  moving_to: string | null;
  last_attempt: number | null;
  last_success: number | null;
  failures: number;
  login_failures: number;
  failing_since: number | null;
  error_code: string | null;
  error_message: string | null;
  error_at: number | null;
  suspended_since: number | null;
  suspended_why: string | null;
  failing_way: string | null;
}

export interface SendingRow {
  send_login_failures: number;
  send_suspended_since: number | null;
  send_suspended_why: string | null;
  send_failing_way: string | null;
}

export function sendingToRow(history: SendingHistory): SendingRow & SqlRow {
  const { loginFailures, suspended, failingWay } = history;
  return {
    send_login_failures: loginFailures,
    send_suspended_since: suspended?.since ?? null,
    send_suspended_why: suspended?.why ?? null,
    send_failing_way: failingWay ?? null,
  };
}

function sendingFromRow(row: SendingRow): Pick<AccountState, 'sending'> {
  const { send_login_failures: loginFailures, send_suspended_since: since } = row;
  if (loginFailures === 0 && since === null) return {};
  const suspended = since === null ? null : { since, why: row.send_suspended_why ?? '' };
  return { sending: { loginFailures, suspended, ...wayFrom(row.send_failing_way) } };
}

export function accountToRow(account: AccountState): AccountRow & SqlRow {
  return {
    id: account.id,
    name: account.name,
    root: account.root,
    moving_to: account.movingTo ?? null,
    last_attempt: account.lastAttempt,
    last_success: account.lastSuccess,
    failures: account.failures,
    login_failures: account.loginFailures,
    failing_since: account.failingSince,
    error_code: account.lastError?.code ?? null,
    error_message: account.lastError?.message ?? null,
    error_at: account.lastError?.at ?? null,
    suspended_since: account.suspended?.since ?? null,
    suspended_why: account.suspended?.why ?? null,
    failing_way: account.failingWay ?? null,
  };
}

export function accountFromRow(row: AccountRow & SendingRow): AccountState {
  return {
    id: row.id,
    name: row.name,
    root: row.root,
    ...(row.moving_to === null ? {} : { movingTo: row.moving_to }),
    lastAttempt: row.last_attempt,
    lastSuccess: row.last_success,
    failures: row.failures,
    loginFailures: row.login_failures,
    failingSince: row.failing_since,
    lastError:
      row.error_code === null
        ? null
        : { code: row.error_code, message: row.error_message ?? '', at: row.error_at ?? 0 },
    suspended:
      row.suspended_since === null
        ? null
        : { since: row.suspended_since, why: row.suspended_why ?? '' },
    ...wayFrom(row.failing_way),
    ...sendingFromRow(row),
  };
}

function wayFrom(failingWay: string | null): Pick<AccountState, 'failingWay'> {
  return failingWay === null ? {} : { failingWay };
}

export interface FolderRow {
  path: string;
  local_path: string;
  role: string | null;
  uid_validity: string;
  settled_uid: number;
}

export function folderToRow(folder: KnownFolder): FolderRow & SqlRow {
  return {
    path: folder.path,
    local_path: folder.localPath,
    role: folder.role,
    uid_validity: folder.uidValidity,
    settled_uid: folder.settledUid,
  };
}

export function folderFromRow(row: FolderRow): KnownFolder {
  return {
    path: row.path,
    localPath: row.local_path,
    role: row.role as Role | null,
    uidValidity: row.uid_validity,
    settledUid: row.settled_uid,
  };
}

export interface MessageRow {
  uid: number;
  id: string;
  status: string;
  name: string | null;
  wire_size: number | null;
  wire_sha256: Uint8Array | null;
  flags: string;
  internal_date: number | null;
  stored_at: number | null;
  attempts: number;
  error: string | null;
}

export function messageToRow(message: KnownMessage): MessageRow & SqlRow {
  return {
    uid: sortNumber(message.id),
    id: message.id,
    status: message.status,
    name: message.name,
    wire_size: message.wireSize,
    wire_sha256: message.wireSha256 === null ? null : Buffer.from(message.wireSha256, 'hex'),
    flags: message.flags.join(''),
    internal_date: message.internalDate,
    stored_at: message.storedAt,
    attempts: message.attempts,
    error: message.error,
  };
}

export function messageFromRow(row: MessageRow): KnownMessage {
  return {
    id: row.id,
    status: row.status as KnownStatus,
    name: row.name,
    wireSize: row.wire_size,
    wireSha256: row.wire_sha256 === null ? null : Buffer.from(row.wire_sha256).toString('hex'),
    flags: [...row.flags] as Flag[],
    internalDate: row.internal_date,
    storedAt: row.stored_at,
    attempts: row.attempts,
    error: row.error,
  };
}
