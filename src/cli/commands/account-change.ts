/** posthorn account enable, disable and remove. */

import type { Command } from 'commander';
import { freshState, lookUpState } from '../../app/bind-account.ts';
import { resumeAccount } from '../../app/enable-account.ts';
import type { Neighbours } from '../../app/neighbours.ts';
import type { Config } from '../../config/config.ts';
import { removeAccount, setAccountKeys } from '../../config/edit.ts';
import type { Account } from '../../core/account.ts';
import { UsageError } from '../../errors.ts';
import { noteRunningDaemon } from '../daemon-note.ts';
import { changeConfig } from '../edit-session.ts';
import type { Act } from '../act.ts';
import { examples } from '../examples.ts';
import { confirm } from '../prompt.ts';
import { accountsMeant, readConfig, withNeighbours } from '../session.ts';
import { homely } from '../text.ts';
import type { Run } from '../world.ts';

export function registerChanges(command: Command, act: Act): void {
  command
    .command('enable')
    .argument('<names...>', 'accounts or @TAG')
    .description('use the account again; takes back a suspension')
    .addHelpText('after', examples('posthorn account enable work'))
    .action(act((run: Run, names: readonly string[]) => setEnabled(run, names, true)));
  command
    .command('disable')
    .argument('<names...>', 'accounts or @TAG')
    .description('leave the account alone for the time being')
    .addHelpText('after', examples('posthorn account disable @office'))
    .action(act((run: Run, names: readonly string[]) => setEnabled(run, names, false)));
  command
    .command('remove')
    .argument('<names...>', 'accounts or @TAG')
    .description('forget the account, its state and its stored password; the mail stays on disk')
    .addHelpText('after', examples('posthorn account remove work --yes'))
    .action(act(remove));
}

async function setEnabled(run: Run, names: readonly string[], enabled: boolean): Promise<number> {
  const config = await readConfig(run);
  const accounts = accountsMeant(config, names);
  return withNeighbours(run, config, async (neighbours) => {
    const toChange = accounts.filter((account) => account.enabled !== enabled);
    if (toChange.length > 0) await writeEnabled(config, toChange, enabled, neighbours);
    if (enabled) for (const account of accounts) await resumeAccount(account, neighbours.state);
    if (run.output.json)
      run.output.document({ accounts: accounts.map(({ name }) => name), enabled });
    for (const { name } of accounts) run.output.say(`${name}: ${enabled ? 'enabled' : 'disabled'}`);
    if (toChange.length > 0) await noteRunningDaemon(run, config);
    return 0;
  });
}

async function writeEnabled(
  config: Config,
  accounts: readonly Account[],
  enabled: boolean,
  neighbours: Neighbours,
): Promise<void> {
  await changeConfig(config, neighbours, (text) =>
    accounts.reduce(
      (edited, { name }) => setAccountKeys(edited, name, new Map([['enabled', enabled]])),
      text,
    ),
  );
}

/** The configuration goes first: an account that is no longer there has nothing left that could be polled by mistake. */
async function remove(run: Run, names: readonly string[]): Promise<number> {
  const config = await readConfig(run);
  const accounts = accountsMeant(config, names);
  const list = accounts.map(({ name }) => name).join(', ');
  await confirm(run, `Remove ${list}? The mail stays on disk.`);
  return withNeighbours(run, config, async (neighbours) => {
    await refuseQueued(accounts, neighbours);
    await changeConfig(config, neighbours, (text) =>
      accounts.reduce((edited, { name }) => removeAccount(edited, name), text),
    );
    for (const account of accounts) await forget(account, neighbours);
    if (run.output.json)
      run.output.document({ removed: accounts.map(({ name, path }) => ({ name, path })) });
    for (const { name, path } of accounts)
      run.output.say(`${name}: removed; its mail stays in ${homely(path, config.location.home)}`);
    await noteRunningDaemon(run, config);
    return 0;
  });
}

/** A queued message would have no account left to go by. */
export async function refuseQueued(
  accounts: readonly Account[],
  { state, outbox }: Neighbours,
): Promise<void> {
  const { entries } = await outbox.list();
  for (const account of accounts) {
    const known = await lookUpState(state, account);
    const waiting = entries.filter(({ accountId }) => accountId === known?.id).length;
    if (waiting > 0)
      throw new UsageError(`${String(waiting)} of its messages still wait in the outbox`, {
        account: account.name,
        remedy: 'See posthorn outbox list; send or cancel them first.',
      });
  }
}

async function forget(account: Account, { state, secrets }: Neighbours): Promise<void> {
  const known = (await lookUpState(state, account)) ?? freshState(account.id ?? '', account.name);
  if (known.id === '') return;
  await state.commit([{ kind: 'account-removed', accountId: known.id }], 'durable');
  await secrets.forget(known.id);
}
