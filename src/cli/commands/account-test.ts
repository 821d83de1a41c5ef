/** posthorn account test: receives and sends as far as the login, and tells each failure with its remedy. */

import type { Command } from 'commander';
import { bindAccount } from '../../app/bind-account.ts';
import type { Neighbours } from '../../app/neighbours.ts';
import { errorJson } from '../../app/report-json.ts';
import { testAccount, type AccountTest, type ServerTest } from '../../app/test-account.ts';
import type { Account } from '../../core/account.ts';
import { gravest } from '../../errors.ts';
import { oneLine, type Output } from '../output.ts';
import type { Act } from '../act.ts';
import { examples } from '../examples.ts';
import { accountsMeant, readConfig, withNeighbours } from '../session.ts';
import { plural } from '../text.ts';
import type { Run } from '../world.ts';

export function registerTest(command: Command, act: Act): void {
  command
    .command('test')
    .argument('[names...]', 'accounts or @TAG; all where left out')
    .description('log in to both servers of an account, and say what to check where that fails')
    .addHelpText('after', examples('posthorn account test work'))
    .action(act(test));
}

async function test(run: Run, names: readonly string[]): Promise<number> {
  const config = await readConfig(run);
  const accounts = accountsMeant(config, names).filter(
    (account) => names.length > 0 || isInUse(account, run.output),
  );
  return withNeighbours(run, config, async (neighbours) => {
    const tests: AccountTest[] = [];
    for (const account of accounts) tests.push(await testOne(run, account, neighbours));
    if (run.output.json) run.output.document({ accounts: tests.map(testJson) });
    return gravest(tests.flatMap(failures));
  });
}

/** Who names nobody means the accounts that are polled; a disabled one may be half written. */
function isInUse({ enabled, name }: Account, output: Output): boolean {
  if (!enabled) output.note(`${name}: disabled, skipped`);
  return enabled;
}

async function testOne(run: Run, account: Account, neighbours: Neighbours): Promise<AccountTest> {
  const { id } = await bindAccount(account, neighbours);
  const result = await testAccount(account, id, neighbours, run.world.signal);
  printTest(run.output, result);
  return result;
}

export function failures({ servers }: AccountTest) {
  return servers.flatMap(({ error }) => (error === null ? [] : [error.exitStatus]));
}

/** One line a server, to standard output, since it is the result. */
export function printTest(output: Output, { account, servers }: AccountTest): void {
  if (output.json) return;
  if (servers.length === 0) output.say(`${account}: neither receives nor sends, nothing to test`);
  for (const server of servers) output.line(`${account}: ${serverLine(output, server)}`);
}

function serverLine(output: Output, server: ServerTest): string {
  const { direction, endpoint, facts, folders, error, failedAt } = server;
  const where = `${direction} ${endpoint.host}:${String(endpoint.port)}`;
  if (error !== null) {
    const layer = failedAt === null ? '' : ` at ${failedAt}`;
    const { message, remedy, code } = error;
    return `${where} ${output.bad(`failed${layer}`)}: ${oneLine({ account: undefined, message, remedy, code })}`;
  }
  const secured = facts?.tls ?? 'in clear';
  const seen = folders === null ? '' : `, ${plural(folders, 'folder')}`;
  return `${where} ${output.good('good')}: ${secured}, logged in by ${facts?.mechanism ?? 'nothing'}${seen}`;
}

export function testJson({ account, servers }: AccountTest) {
  return {
    account,
    servers: servers.map(({ error, ...rest }) => ({
      ...rest,
      error: error === null ? null : errorJson(error),
    })),
  };
}
