/** `posthorn sync`: several accounts at once, each for itself. */

import type { Account } from '../../core/account/account.ts';
import { ConfigurationError, gravest, type ExitStatus } from '../../errors.ts';
import { mapBounded } from '../bounded.ts';
import type { Neighbours } from '../neighbours.ts';
import { Places } from './places.ts';
import { previewSync, type AccountPreview, type PreviewOptions } from './preview.ts';
import { errorJson, type AccountJson } from './report-json.ts';
import type { AccountReport } from './report.ts';
import { syncAccount, type SyncOptions } from './sync-account.ts';

/** Accounts that make headway at once: more connections than this hardly help one machine. */
const atOnce = 16;
/** With those that stall: they keep their connections, and bounded memory, but no place that another one waits for. */
const inAll = 48;
/** Without anything durable for so long, an account counts as stalled. */
const patienceMs = 10_000;

export async function syncAll(
  accounts: readonly Account[],
  neighbours: Neighbours,
  options: SyncOptions,
): Promise<AccountReport[]> {
  const places = new Places({ atOnce, inAll, patienceMs, clock: neighbours.clock });
  return Promise.all(
    accounts.map((account) =>
      places.run((headway) => {
        const progress: SyncOptions['progress'] = (...news) => {
          headway();
          options.progress(...news);
        };
        return syncAccount(account, neighbours, { ...options, progress });
      }),
    ),
  );
}

export async function previewAll(
  accounts: readonly Account[],
  neighbours: Neighbours,
  options: PreviewOptions,
): Promise<AccountPreview[]> {
  return mapBounded(accounts, atOnce, (account) => previewSync(account, neighbours, options));
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
export function refusedIfSkipped<
  R extends Pick<AccountJson, 'account' | 'skipped' | 'suspended' | 'status' | 'error'>,
>(report: R): R {
  if (report.skipped === null) return report;
  const why = report.suspended === null ? '' : ` (${report.suspended})`;
  const error = new ConfigurationError(`it is ${report.skipped}${why}, nothing was done`, {
    account: report.account,
    remedy: `Run: posthorn account enable ${report.account}`,
  });
  return { ...report, status: error.exitStatus, error: errorJson(error) };
}
