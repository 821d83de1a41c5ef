/** posthorn account test: both servers of an account, layer by layer; each failure with its causes and remedies. */

import type { Command } from 'commander';
import { bindAccount } from '../../../app/accounts/bind-account.ts';
import { mapBounded } from '../../../app/bounded.ts';
import type { FileVerdict } from '../../../app/accounts/check-files.ts';
import type { Neighbours } from '../../../app/neighbours.ts';
import type { AccountTest } from '../../../app/account-test/account-test.ts';
import { testRoundTrip } from '../../../app/account-test/round-trip.ts';
import { testAccount } from '../../../app/account-test/test-account.ts';
import type { TestObserver } from '../../../app/account-test/trial.ts';
import { milliseconds } from '../../../config/read/settings.ts';
import type { Account } from '../../../core/account/account.ts';
import { gravest, UsageError } from '../../../errors.ts';
import { fileFailures, filesJson, printFiles, testFiles } from '../../account/files.ts';
import { LayersReached } from '../../account-test/layers-reached.ts';
import type { Act } from '../../act.ts';
import { examples } from '../../terminal/examples.ts';
import { accountsMeant, readConfig, withNeighbours } from '../../session.ts';
import type { Output } from '../../terminal/output.ts';
import { startSpinner } from '../../terminal/spinner.ts';
import type { SpinningLine } from '../../terminal/spinning-line.ts';
import { failures, testJson } from '../../account-test/json.ts';
import { printTestWhole } from '../../account-test/text.ts';
import type { Run } from '../../world.ts';

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
  const accounts = accountsMeant(config, names).filter(
    (account) => names.length > 0 || isInUse(account, run.output),
  );
  return withNeighbours(run, config, async (neighbours) => {
    const print = inOrder(accounts, (account, result) => {
      printTestWhole(run.output, account, result);
      printFiles(run, account.name, result.files);
    });
    const bound = [];
    for (const account of accounts) bound.push(await bindAccount(account, neighbours));
    const isOnly = accounts.length === 1;
    const tests = await mapBounded(bound, testsAtOnce, async ({ account, id }) => {
      const line = await startSpinner(isOnly ? run : silent(run), `${account.name}: …`);
      const trial = testOne(run, account, id, { neighbours, withinMs, line });
      const result = await trial.finally(() => line.stop());
      print(account, result);
      return result;
    });
    if (run.output.json) run.output.document({ accounts: tests.map(testedJson) });
    return gravest(tests.flatMap((each) => [...failures(each), ...fileFailures(each.files)]));
  });
}

/** Who names nobody means the accounts that are polled; a disabled one may be half written. */
function isInUse({ enabled, name }: Account, output: Output): boolean {
  if (!enabled) output.note(`${name}: disabled, skipped`);
  return enabled;
}

interface Tested extends AccountTest {
  readonly files: readonly FileVerdict[];
}

function testedJson(tested: Tested) {
  return { ...testJson(tested), files: filesJson(tested.files) };
}

/** Several lines at once would overwrite each other. */
function silent(run: Run): Run {
  return { ...run, output: run.output.silenced() };
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
  readonly line: SpinningLine;
}

async function testOne(
  run: Run,
  account: Account,
  id: string,
  { neighbours, withinMs, line }: Means,
): Promise<Tested> {
  const { signal } = run.world;
  const reached = new LayersReached(account);
  const observe: TestObserver = (direction, { layer }) => {
    reached.done(direction, layer);
    line.tell(reached.text());
  };
  const onSent = (): void => line.tell(`${account.name}: sent, waiting for it to come in`);
  const result =
    withinMs === null
      ? await testAccount(account, id, neighbours, signal, observe)
      : await testRoundTrip(account, id, neighbours, { signal, withinMs, observe, onSent });
  return { ...result, files: await testFiles(run, account, id, neighbours) };
}

/** Tests end as they end; each is printed once all before it are. */
function inOrder(
  accounts: readonly Account[],
  print: (account: Account, result: Tested) => void,
): (account: Account, result: Tested) => void {
  const done = new Map<Account, Tested>();
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
