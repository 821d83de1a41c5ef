/** posthorn account enable and disable. */

import type { Command } from 'commander';
import { lookUpState } from '../../../app/accounts/bind-account.ts';
import { resumeAccount } from '../../../app/accounts/enable-account.ts';
import type { Neighbours } from '../../../app/neighbours.ts';
import type { Config } from '../../../config/read/config.ts';
import { setAccountKeys } from '../../../config/edit/edit.ts';
import type { Account } from '../../../core/account/account.ts';
import type { AccountState } from '../../../ports/state-store.ts';
import { hastenMessages } from '../../../app/outbox/outbox-orders.ts';
import { wakeDaemon } from '../../sync/after-queueing.ts';
import { noteRunningDaemon } from '../../sync/daemon-note.ts';
import { changeConfig } from '../../edit-session.ts';
import type { Act } from '../../act.ts';
import { examples } from '../../terminal/examples.ts';
import { accountsChosen, accountsMeant, readConfig, withNeighbours } from '../../session.ts';
import type { Run } from '../../world.ts';

interface Flags {
  readonly all?: boolean;
  readonly suspended?: boolean;
}

export function registerChanges(command: Command, act: Act): void {
  command
    .command('enable')
    .argument('[names...]', 'accounts or @TAG')
    .option('--all', 'every account')
    .option('--suspended', 'all that posthorn has suspended (of those named)')
    .description('use the account again; takes back a suspension')
    .addHelpText(
      'after',
      examples('posthorn account enable work', 'posthorn account enable --suspended'),
    )
    .action(
      act((run: Run, names: readonly string[], flags: Flags) =>
        setEnabled(run, names, flags, true),
      ),
    );
  command
    .command('disable')
    .argument('[names...]', 'accounts or @TAG')
    .option('--all', 'every account')
    .description('leave the account alone for the time being')
    .addHelpText('after', examples('posthorn account disable @office'))
    .action(
      act((run: Run, names: readonly string[], flags: Flags) =>
        setEnabled(run, names, flags, false),
      ),
    );
}

async function setEnabled(
  run: Run,
  names: readonly string[],
  flags: Flags,
  enabled: boolean,
): Promise<number> {
  const config = await readConfig(run);
  return withNeighbours(run, config, async (neighbours) => {
    const accounts =
      flags.suspended === true
        ? await suspendedOf(accountsMeant(config, names), neighbours)
        : accountsChosen(config, names, flags.all);
    const toChange =
      flags.suspended === true ? [] : accounts.filter((account) => account.enabled !== enabled);
    if (toChange.length > 0) await writeEnabled(config, toChange, enabled, neighbours);
    if (enabled) await resume(run, config, accounts, neighbours);
    if (run.output.json)
      run.output.document({ accounts: accounts.map(({ name }) => name), enabled });
    for (const { name } of accounts) run.output.say(`${name}: ${enabled ? 'enabled' : 'disabled'}`);
    if (accounts.length === 0) run.output.say('no account is suspended');
    if (toChange.length > 0) await noteRunningDaemon(run, config);
    return 0;
  });
}

/** What waits to be sent is due at once: the person has mended what kept it. */
async function resume(
  run: Run,
  config: Config,
  accounts: readonly Account[],
  neighbours: Neighbours,
): Promise<void> {
  const resumed: string[] = [];
  for (const account of accounts) {
    const id = await resumeAccount(account, neighbours.state);
    if (id !== null) resumed.push(id);
  }
  if (resumed.length === 0) return;
  await hastenMessages(resumed, neighbours);
  await wakeDaemon(run, config);
}

/** One that a person has disabled stays disabled, whatever else befell it. */
async function suspendedOf(
  accounts: readonly Account[],
  { state }: Neighbours,
): Promise<Account[]> {
  const suspended: Account[] = [];
  for (const account of accounts)
    if (isSuspended(await lookUpState(state, account))) suspended.push(account);
  return suspended;
}

function isSuspended(state: AccountState | null): boolean {
  return (state?.suspended ?? state?.sending?.suspended ?? null) !== null;
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
