/** `posthorn sync`: several accounts at once, each for itself. */

import type { Account } from '../../core/account/account.ts';
import { ConfigurationError, gravest, type ExitStatus } from '../../errors.ts';
import { mapBounded } from '../bounded.ts';
import type { Neighbours } from '../neighbours.ts';
import { errorJson, type AccountJson } from './report-json.ts';
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

/** The status that this account alone earns. */
export function syncStatus(report: AccountReport): ExitStatus {
  const statuses: ExitStatus[] = report.error === null ? [] : [report.error.exitStatus];
  for (const { result } of report.sent?.messages ?? []) {
    if (result === 'failed') statuses.push(69);
    if (result === 'deferred' || result === 'uncertain') statuses.push(75);
  }
  for (const { error, failed } of report.received?.folders ?? []) {
    if (error !== null) statuses.push(error.exitStatus);
    statuses.push(...failed.map((each) => each.error.exitStatus));
  }
  return gravest(statuses);
}

/** An account that is disabled or suspended is skipped without a fuss, but an error (78) where it was named outright. */
export function refusedIfSkipped(report: AccountJson): AccountJson {
  if (report.skipped === null) return report;
  const why = report.suspended === null ? '' : ` (${report.suspended})`;
  const error = new ConfigurationError(`it is ${report.skipped}${why}, nothing was done`, {
    account: report.account,
    remedy: `Run: posthorn account enable ${report.account}`,
  });
  return { ...report, status: error.exitStatus, error: errorJson(error) };
}
