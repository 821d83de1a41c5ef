/** `posthorn sync`: several accounts at once, each for itself. */

import type { Account } from '../core/account.ts';
import { ConfigurationError, gravest, type ExitStatus } from '../errors.ts';
import { mapBounded } from './bounded.ts';
import type { Neighbours } from './neighbours.ts';
import type { AccountReport } from './report.ts';
import { syncAccount, type SyncOptions } from './sync-account.ts';

/** More connections than this hardly help one machine. */
const accountsAtOnce = 8;

export async function syncAll(
  accounts: readonly Account[],
  neighbours: Neighbours,
  options: SyncOptions,
): Promise<AccountReport[]> {
  return mapBounded(accounts, accountsAtOnce, (account) =>
    syncAccount(account, neighbours, options),
  );
}

/**
 * The status of a whole sync. Accounts that are disabled or suspended count only where they were named (78).
 */
export function syncStatus(
  reports: readonly AccountReport[],
  named: ReadonlySet<string>,
): ExitStatus {
  return gravest(reports.flatMap((report) => statusesOf(report, named.has(report.account))));
}

function statusesOf(report: AccountReport, isNamed: boolean): ExitStatus[] {
  const statuses: ExitStatus[] = [];
  if (report.skipped !== null && isNamed) statuses.push(78);
  if (report.error !== null) statuses.push(report.error.exitStatus);
  for (const { result } of report.sent?.messages ?? []) {
    if (result === 'failed') statuses.push(69);
    if (result === 'deferred' || result === 'uncertain') statuses.push(75);
  }
  for (const { error, failed } of report.received?.folders ?? []) {
    if (error !== null) statuses.push(error.exitStatus);
    statuses.push(...failed.map((each) => each.error.exitStatus));
  }
  return statuses;
}

/** For a skipped account that was named outright. */
export function skippedError(report: AccountReport): ConfigurationError | null {
  if (report.skipped === null) return null;
  const remedy = `Run: posthorn account enable ${report.account}`;
  return new ConfigurationError(`it is ${report.skipped}, nothing was done`, {
    account: report.account,
    remedy,
  });
}
