/** posthorn sync: send, then receive, once; beside a running daemon it asks the daemon to do it. */

import { Option, type Command } from 'commander';
import { previewAll, refusedIfSkipped } from '../../app/sync/sync-all.ts';
import type { Config } from '../../config/read/config.ts';
import type { Account } from '../../core/account/account.ts';
import { ConfigurationError, gravest, UsageError, type ExitStatus } from '../../errors.ts';
import type { Act } from '../act.ts';
import { previewJson, printPreview } from '../sync/preview-text.ts';
import { runSync, type Wish } from '../sync/run-sync.ts';
import { accountsMeant, readConfig, withNeighbours } from '../session.ts';
import { printAccount } from '../sync/sync-text.ts';
import type { Run } from '../world.ts';

/** --wait: as long as the longest first sync of another process. */
const longestWaitMs = 24 * 3_600_000;

interface SyncFlags {
  readonly send?: boolean;
  readonly receive?: boolean;
  readonly full?: boolean;
  readonly acceptDeletions?: boolean;
  readonly wait?: boolean;
  readonly dryRun?: boolean;
  readonly progress?: boolean;
}

export function register(command: Command, act: Act): void {
  command
    .argument('[names...]', 'accounts, or @TAG; all enabled ones where left out')
    .addOption(new Option('--send', 'send alone').conflicts('receive'))
    .addOption(new Option('--receive', 'receive alone').conflicts('send'))
    .option('--full', 'also try again what failed before and was left alone')
    .option(
      '--accept-deletions',
      'delete also what looks like an accident: most or all of a folder at once, a folder that is gone',
    )
    .addOption(
      new Option('--dry-run', 'say what would be done, and do nothing').conflicts('progress'),
    )
    .option('--progress', 'with --json: one event a line while it runs, the report as the last one')
    .option('--wait', 'wait for another posthorn that works on an account, instead of failing (75)')
    .action(act(sync))
    .addHelpText(
      'after',
      '\nExamples:\n  posthorn sync\n  posthorn sync work --receive\n  */5 * * * *  posthorn sync --quiet     (crontab)',
    );
}

async function sync(run: Run, names: readonly string[], flags: SyncFlags): Promise<number> {
  if (flags.progress === true && !run.output.json)
    throw new UsageError('--progress tells events for a script, so it needs --json', {
      remedy: 'Leave it out: a terminal shows how far the sync is by itself.',
    });
  const config = await readConfig(run);
  const accounts = accountsMeant(config, names);
  if (accounts.length === 0)
    throw new ConfigurationError('there is no account yet', {
      reach: 'program',
      remedy: 'Run: posthorn account add',
    });
  const wish = {
    send: flags.receive !== true,
    receive: flags.send !== true,
    full: flags.full === true,
    acceptDeletions: flags.acceptDeletions === true,
    waitMs: flags.wait === true ? longestWaitMs : 0,
    events: flags.progress === true,
  };
  if (flags.dryRun === true) return preview(run, config, accounts, wish, names.length > 0);
  const done = await runSync(run, config, accounts, wish);
  const reports = names.length === 0 ? done : done.map(refusedIfSkipped);
  for (const report of reports) printAccount(run.output, report);
  if (wish.events) run.output.event('report', { accounts: reports });
  else if (run.output.json) run.output.document({ accounts: reports });
  return gravest(reports.map(({ status }) => status as ExitStatus));
}

/** Beside a daemon too: nothing is changed, so nobody's lock is needed. */
async function preview(
  run: Run,
  config: Config,
  accounts: readonly Account[],
  wish: Wish,
  areNamed: boolean,
): Promise<number> {
  const previews = await withNeighbours(run, config, (neighbours) =>
    previewAll(accounts, neighbours, {
      ...wish,
      settings: config.settings,
      signal: run.world.signal,
    }),
  );
  const shown = previews.map(previewJson).map((each) => (areNamed ? refusedIfSkipped(each) : each));
  for (const each of shown) printPreview(run.output, each);
  if (run.output.json) run.output.document({ accounts: shown });
  run.world.signal.throwIfAborted();
  return gravest(shown.map(({ status }) => status as ExitStatus));
}
