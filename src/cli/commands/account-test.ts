/** posthorn account test: both servers of an account, layer by layer; each failure with its causes and remedies. */

import type { Command } from 'commander';
import { bindAccount } from '../../app/bind-account.ts';
import { mapBounded } from '../../app/bounded.ts';
import type { Neighbours } from '../../app/neighbours.ts';
import { errorJson } from '../../app/report-json.ts';
import { testRoundTrip, type RoundTrip } from '../../app/round-trip.ts';
import { testAccount, type AccountTest } from '../../app/test-account.ts';
import { milliseconds } from '../../config/settings.ts';
import type { Account } from '../../core/account.ts';
import { gravest, UsageError } from '../../errors.ts';
import type { Act } from '../act.ts';
import { examples } from '../examples.ts';
import { accountsMeant, readConfig, withNeighbours } from '../session.ts';
import type { TestSpinner } from '../test-spinner.ts';
import { printTestWhole } from '../test-text.ts';
import type { Run } from '../world.ts';

export { printTest } from '../test-text.ts';

interface Flags {
  readonly send?: boolean;
  readonly within?: string;
}

export function registerTest(command: Command, act: Act): void {
  command
    .command('test')
    .argument('[names...]', 'accounts or @TAG; all where left out')
    .description('try both servers of an account layer by layer, and say what to check')
    .option('--send', 'also send a message from the account to itself, and wait for it')
    .option('--within <span>', 'how long to wait for it, e.g. 30s (default: 2m)')
    .addHelpText(
      'after',
      examples('posthorn account test work', 'posthorn account test work --send --within 5m'),
    )
    .action(act(test));
}

const testsAtOnce = 8;

async function test(run: Run, names: readonly string[], flags: Flags): Promise<number> {
  const withinMs = patience(flags);
  const config = await readConfig(run);
  const accounts = accountsMeant(config, names);
  return withNeighbours(run, config, async (neighbours) => {
    const print = inOrder(accounts, (account, result) => {
      printTestWhole(run.output, account, result);
    });
    const bound = [];
    for (const account of accounts) bound.push(await bindAccount(account, neighbours));
    const only = accounts.length === 1 ? accounts[0] : undefined;
    const spinner = only === undefined ? null : await spinnerFor(run, only);
    const tests = await mapBounded(bound, testsAtOnce, async ({ account, id }) => {
      const result = await testOne(run, account, id, { neighbours, withinMs, spinner });
      spinner?.stop();
      print(account, result);
      return result;
    });
    if (run.output.json) run.output.document({ accounts: tests.map(testJson) });
    return gravest(tests.flatMap(failures));
  });
}

/** Null where standard error is no terminal, or one that can't rewrite a line. */
async function spinnerFor(run: Run, account: Account): Promise<TestSpinner | null> {
  const { world, output } = run;
  const isShown = world.stderr.isTTY && world.env['TERM'] !== 'dumb';
  if (!isShown || output.json || output.quiet) return null;
  const { startSpinner } = await import('../test-spinner.ts');
  return startSpinner(run, account);
}

/** Null: no message is sent. */
function patience({ send, within }: Flags): number | null {
  if (send !== true && within !== undefined)
    throw new UsageError('--within goes with --send alone', { remedy: 'Add --send.' });
  const span = milliseconds(within ?? '2m', NaN);
  if (Number.isNaN(span))
    throw new UsageError(`--within ${within ?? ''} is no span of time`, {
      remedy: 'Give a whole number and a unit: 30s, 5m.',
    });
  return send === true ? span : null;
}

interface Means {
  readonly neighbours: Neighbours;
  readonly withinMs: number | null;
  readonly spinner: TestSpinner | null;
}

async function testOne(
  { world }: Run,
  account: Account,
  id: string,
  { neighbours, withinMs, spinner }: Means,
): Promise<AccountTest> {
  const { signal } = world;
  const observe = spinner?.observe;
  if (withinMs === null) return await testAccount(account, id, neighbours, signal, observe);
  const onSent = (): void => spinner?.say(`${account.name}: sent, waiting for it to come in`);
  return await testRoundTrip(account, id, neighbours, { signal, withinMs, observe, onSent });
}

/** Tests end as they end; each is printed once all before it are. */
function inOrder(
  accounts: readonly Account[],
  print: (account: Account, result: AccountTest) => void,
): (account: Account, result: AccountTest) => void {
  const done = new Map<Account, AccountTest>();
  let next = 0;
  return (finished, itsResult) => {
    done.set(finished, itsResult);
    for (; next < accounts.length; next += 1) {
      const account = accounts[next];
      const result = account && done.get(account);
      if (account === undefined || result === undefined) return;
      print(account, result);
    }
  };
}

export function failures({ servers, roundTrip }: AccountTest) {
  const trip = roundTrip !== null && 'error' in roundTrip ? [roundTrip.error] : [];
  return [...servers.flatMap(({ error }) => error ?? []), ...trip].map(
    ({ exitStatus }) => exitStatus,
  );
}

export function testJson({ account, servers, roundTrip }: AccountTest) {
  return {
    account,
    servers: servers.map(({ error, ...rest }) => ({
      ...rest,
      error: error === null ? null : errorJson(error),
    })),
    roundTrip: roundTrip === null ? null : roundTripJson(roundTrip),
  };
}

function roundTripJson(trip: RoundTrip) {
  return 'error' in trip ? { ...trip, error: errorJson(trip.error) } : trip;
}
