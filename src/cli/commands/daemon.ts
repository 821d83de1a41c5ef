/** posthorn daemon: run in the foreground, start in the background, stop, and ask how it is. */

import { join } from 'node:path';
import type { Command } from 'commander';
import { accountJson } from '../../app/sync/report-json.ts';
import { syncStatus } from '../../app/sync/sync-all.ts';
import type { AccountReport } from '../../app/sync/report.ts';
import type { Config } from '../../config/read/config.ts';
import { runDaemon } from '../../daemon/daemon.ts';
import { ConfigurationError } from '../../errors.ts';
import type { Control } from '../../ports/control.ts';
import { printableJson } from '../../printable.ts';
import { unlessKept, untilGone } from '../sync/departing-daemon.ts';
import { announceReady, startFailure } from '../sync/readiness.ts';
import type { Act } from '../act.ts';
import { printTable } from '../terminal/table.ts';
import { examples } from '../terminal/examples.ts';
import { readConfig, withNeighbours } from '../session.ts';
import { accountLines } from '../sync/sync-text.ts';
import { localTime, plural } from '../terminal/text.ts';
import { sameConfig, type Run } from '../world.ts';

/** `start` waits this long for the daemon to listen; it answers long before its first poll ends. */
const readyWithinMs = 15_000;
const stopWithinMs = 30_000;

export function register(command: Command, act: Act): void {
  command
    .command('run')
    .description('poll every enabled account on its interval, in the foreground')
    .addHelpText('after', examples('posthorn daemon run    (the command of a systemd unit)'))
    .action(act(runHere));
  command
    .command('start')
    .description('the same in the background; returns once it is ready, or says why it is not')
    .addHelpText('after', examples('posthorn daemon start'))
    .action(act(start));
  command
    .command('stop')
    .description('finish the messages in hand, and end')
    .addHelpText('after', examples('posthorn daemon stop'))
    .action(act(stop));
  command
    .command('status')
    .description('whether it runs, and when it polls next')
    .addHelpText('after', examples('posthorn daemon status --json'))
    .action(act(status));
  command.addHelpText(
    'after',
    '\nExamples:\n  posthorn daemon start\n  posthorn daemon status --json',
  );
}

async function runHere(run: Run): Promise<number> {
  try {
    await runWithReadiness(run);
    return 0;
  } catch (error) {
    await announceReady(run.world.env, error);
    throw error;
  }
}

async function runWithReadiness(run: Run): Promise<void> {
  const config = await readConfig(run);
  const { world } = run;
  if (config.accounts.size === 0)
    throw new ConfigurationError('there is no account to keep', {
      reach: 'program',
      remedy: 'Run: posthorn account add',
    });
  await withNeighbours(run, config, async (neighbours) =>
    runDaemon({
      accounts: [...config.accounts.values()],
      settings: config.settings,
      neighbours,
      control: world.control(config.location),
      version: world.version,
      process: process.pid,
      log: (level, text) => {
        logLine(run, level, text);
      },
      onReport: (report) => {
        logReport(run, report);
      },
      onReady: () => {
        void announceReady(world.env, null);
      },
      signal: world.signal,
    }),
  );
}

/** To standard error, which systemd and `start` keep as the log: one line an event, JSON with --json. */
function logLine(run: Run, level: 'info' | 'warn', text: string): void {
  if (level === 'info' && run.options.quiet === true) return;
  const time = new Date().toISOString();
  const line =
    run.options.json === true ? printableJson({ time, level, text }) : `${time} ${level} ${text}`;
  run.world.stderr.write(`${line}\n`);
}

function logReport(run: Run, report: AccountReport): void {
  const said = accountJson(report, syncStatus(report));
  for (const { level, text } of accountLines(said)) {
    const isNews = level !== 'info' || !text.endsWith('nothing new') || run.output.verbose;
    if (isNews) logLine(run, level === 'info' ? 'info' : 'warn', text);
  }
}

async function start(run: Run): Promise<number> {
  const config = await readConfig(run);
  const running = await askStatus(run, config);
  if (running !== null) {
    tell(
      run,
      { running: true, started: false, process: running.process },
      'The daemon runs already',
    );
    return 0;
  }
  const logFile = join(config.location.places.stateDir, 'daemon.log');
  const answer = await run.world.detach([...sameConfig(config), 'daemon', 'run'], {
    logFile,
    readyWithinMs,
  });
  const failure = startFailure(answer, logFile);
  if (failure !== null) throw failure;
  const now = await askStatus(run, config);
  tell(run, { running: true, started: true, process: now?.process ?? null }, 'The daemon is ready');
  return 0;
}

function tell(
  run: Run,
  facts: { running: boolean; started: boolean; process: number | null },
  text: string,
): void {
  if (run.output.json) run.output.document(facts);
  else
    run.output.say(
      `${text}${facts.process === null ? '' : ` (process ${String(facts.process)})`}.`,
    );
}

interface DaemonStatus {
  readonly process: number;
  readonly version: string;
  readonly startedAt: string;
  readonly accounts: readonly { account: string; polling: boolean; nextPoll: string | null }[];
}

async function askStatus(run: Run, config: Config): Promise<DaemonStatus | null> {
  const answer = await run.world
    .control(config.location)
    .call({ command: 'status' }, run.world.signal);
  return answer as unknown as DaemonStatus | null;
}

/**
 * A daemon has ended once its process is gone: its lock would be as good a sign, but to take one writes to the disk, and where
 * that hangs, so would this command.
 */
async function stop(run: Run): Promise<number> {
  const config = await readConfig(run);
  const control = run.world.control(config.location);
  const { signal } = run.world;
  const id = await control.daemonProcess();
  const wasRunning = await askToStop(control, id, signal);
  if (wasRunning && id !== null) await untilGone(id, stopWithinMs, signal);
  else await untilUnlocked(run, config);
  if (run.output.json) run.output.document({ running: false, stopped: wasRunning });
  else run.output.say(wasRunning ? 'The daemon has stopped.' : 'The daemon was not running.');
  return 0;
}

/** False where none listens. One whose own thread waits for a disk can't even answer. */
async function askToStop(
  control: Control,
  id: number | null,
  signal: AbortSignal,
): Promise<boolean> {
  const asking = new AbortController();
  const both = AbortSignal.any([signal, asking.signal]);
  const answer = control.call({ command: 'stop' }, both);
  try {
    return (await (id === null ? answer : Promise.race([answer, unlessKept(id, both)]))) !== null;
  } finally {
    asking.abort();
  }
}

/** One that does not listen yet, or not any more, holds its lock for as long as it works. */
async function untilUnlocked(run: Run, config: Config): Promise<void> {
  await withNeighbours(run, config, async ({ lock }) => {
    const held = await lock.acquire('daemon', { waitMs: stopWithinMs, signal: run.world.signal });
    await held.release();
  });
}

/** Exit status 1 where it does not run, as systemctl does with 3: the contract has 1 for what ails. */
async function status(run: Run): Promise<number> {
  const config = await readConfig(run);
  const now = await askStatus(run, config);
  if (run.output.json) run.output.document({ running: now !== null, daemon: now });
  else if (now === null) run.output.say('The daemon does not run.');
  else printStatus(run, now);
  return now === null ? 1 : 0;
}

function printStatus(run: Run, now: DaemonStatus): void {
  const { process: id, version, startedAt, accounts } = now;
  run.output.say(
    `The daemon runs since ${localTime(startedAt)} with ${plural(accounts.length, 'account')} ` +
      `(process ${String(id)}, ${version}).`,
  );
  if (accounts.length === 0) return;
  printTable(
    run.output,
    ['ACCOUNT', 'NEXT POLL'],
    accounts.map(({ account, polling, nextPoll }) => [account, next(polling, nextPoll)]),
  );
}

function next(polling: boolean, nextPoll: string | null): string {
  if (polling) return 'now';
  return nextPoll === null ? 'never by itself' : localTime(nextPoll);
}
