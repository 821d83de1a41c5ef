/** Syncs accounts: those that a running daemon keeps by the daemon, the others here. */

import { accountJson, type AccountJson, type ProgressJson } from '../../app/sync/report-json.ts';
import type { SyncOptions } from '../../app/sync/sync-account.ts';
import { syncAll, syncStatus } from '../../app/sync/sync-all.ts';
import type { Config } from '../../config/read/config.ts';
import type { Account } from '../../core/account/account.ts';
import { withNeighbours } from '../session.ts';
import { watchSync } from './progress.ts';
import { ToldFolders } from './told-folders.ts';
import type { Run } from '../world.ts';

export type Wish = Pick<SyncOptions, 'send' | 'receive' | 'full' | 'acceptDeletions' | 'waitMs'> & {
  /** Progress is told as events on standard output. */
  readonly events: boolean;
};

export async function runSync(
  run: Run,
  config: Config,
  accounts: readonly Account[],
  wish: Wish,
): Promise<AccountJson[]> {
  const byDaemon = await syncByDaemon(run, config, accounts, wish);
  const done = new Set(byDaemon.map(({ account }) => account));
  const others = accounts.filter(({ name }) => !done.has(name));
  const here = others.length === 0 ? [] : await syncHere(run, config, others, wish);
  return [...byDaemon, ...here];
}

/** The daemon holds the accounts' locks while it polls, so it is asked. Of accounts that it does not keep it says nothing. */
async function syncByDaemon(
  run: Run,
  config: Config,
  accounts: readonly Account[],
  { send, receive, full, acceptDeletions, events }: Wish,
): Promise<AccountJson[]> {
  // What the file has disabled since the daemon read it is left alone.
  const asked = accounts
    .filter(({ enabled }) => enabled)
    .map(({ name, id = null }) => ({ name, id }));
  const request = {
    command: 'sync',
    accounts: asked,
    send,
    receive,
    full,
    acceptDeletions,
    progress: true,
  } as const;
  const control = run.world.control(config.location);
  // A sync takes as long as it takes. Whether the daemon works at all is therefore asked first, for which it has a deadline.
  const works = await control.call({ command: 'status' }, run.world.signal);
  if (works === null) return [];
  const watching = watchSync(run.output, run.world, events);
  const news = new ToldFolders();
  const answering = control.call(request, run.world.signal, (told) => {
    const { account, report } = news.take(told as unknown as ProgressJson);
    watching.show(account, report);
  });
  const answer = (await answering.finally(() => {
    watching.end();
  })) as { accounts: AccountJson[] } | null;
  return answer?.accounts ?? [];
}

async function syncHere(
  run: Run,
  config: Config,
  accounts: readonly Account[],
  wish: Wish,
): Promise<AccountJson[]> {
  return withNeighbours(run, config, async (neighbours) => {
    const watching = watchSync(run.output, run.world, wish.events);
    const reports = await syncAll(accounts, neighbours, {
      ...wish,
      settings: config.settings,
      progress: (account, report) => {
        watching.show(account, report);
      },
      signal: run.world.signal,
    }).finally(() => {
      watching.end();
    });
    return reports.map((report) => accountJson(report, syncStatus(report)));
  });
}
