/** posthorn sync: send, then receive, once; beside a running daemon it asks the daemon to do it. */

import { Option, type Command } from 'commander';
import type { Neighbours } from '../../app/neighbours.ts';
import { accountJson, type AccountJson } from '../../app/report-json.ts';
import { refusedIfSkipped, syncAll, syncStatus } from '../../app/sync-all.ts';
import type { SyncOptions } from '../../app/sync-account.ts';
import type { Config } from '../../config/config.ts';
import type { Account } from '../../core/account.ts';
import { ConfigurationError, gravest, type ExitStatus } from '../../errors.ts';
import type { Act } from '../act.ts';
import { accountsMeant, readConfig, withNeighbours } from '../session.ts';
import { printAccount, Progress } from '../sync-text.ts';
import type { Run } from '../world.ts';

interface SyncFlags {
  readonly send?: boolean;
  readonly receive?: boolean;
  readonly full?: boolean;
  readonly wait?: boolean;
}

export function register(command: Command, act: Act): void {
  command
    .argument('[names...]', 'accounts, or @TAG; all enabled ones where left out')
    .addOption(new Option('--send', 'send alone').conflicts('receive'))
    .addOption(new Option('--receive', 'receive alone').conflicts('send'))
    .option('--full', 'also try messages again that failed before')
    .option('--wait', 'wait for another posthorn that works on an account, instead of failing (75)')
    .action(act(sync))
    .addHelpText(
      'after',
      '\nExamples:\n  posthorn sync\n  posthorn sync work --receive\n  */5 * * * *  posthorn sync --quiet     (crontab)',
    );
}

async function sync(run: Run, names: readonly string[], flags: SyncFlags): Promise<number> {
  const config = await readConfig(run);
  const accounts = accountsMeant(config, names);
  if (accounts.length === 0)
    throw new ConfigurationError('there is no account yet', {
      reach: 'program',
      remedy: 'Run: posthorn account add',
    });
  const named = new Set(names.length === 0 ? [] : accounts.map(({ name }) => name));
  const byDaemon = await syncByDaemon(run, config, accounts, flags);
  const done = new Set(byDaemon.map(({ account }) => account));
  const others = accounts.filter(({ name }) => !done.has(name));
  const here = others.length === 0 ? [] : await syncHere(run, config, others, flags);
  const reports = [...byDaemon, ...here].map((report) =>
    named.has(report.account) ? refusedIfSkipped(report) : report,
  );
  for (const report of reports) printAccount(run.output, report);
  if (run.output.json) run.output.document({ accounts: reports });
  run.world.signal.throwIfAborted();
  return gravest(reports.map(({ status }) => status as ExitStatus));
}

async function syncHere(
  run: Run,
  config: Config,
  accounts: readonly Account[],
  flags: SyncFlags,
): Promise<AccountJson[]> {
  return withNeighbours(run, config, async (neighbours: Neighbours) => {
    const progress = new Progress(run.output, run.world.stderr);
    const options: SyncOptions = {
      settings: config.settings,
      send: flags.receive !== true,
      receive: flags.send !== true,
      full: flags.full === true,
      waitMs: flags.wait === true ? 24 * 3_600_000 : 0,
      progress: (account, report) => {
        progress.show(account, report);
      },
      signal: run.world.signal,
    };
    const reports = await syncAll(accounts, neighbours, options);
    progress.clear();
    return reports.map((report) => accountJson(report, syncStatus(report)));
  });
}

/** The daemon holds the accounts' locks while it polls, so it is asked. Of accounts that it does not keep it says nothing. */
async function syncByDaemon(
  run: Run,
  config: Config,
  accounts: readonly Account[],
  flags: SyncFlags,
): Promise<AccountJson[]> {
  const request = {
    command: 'sync',
    accounts: accounts.map(({ name }) => name),
    send: flags.receive !== true,
    receive: flags.send !== true,
    full: flags.full === true,
  } as const;
  const answer = (await run.world.control(config.location).call(request, run.world.signal)) as {
    accounts: AccountJson[];
  } | null;
  return answer?.accounts ?? [];
}
