/** posthorn account rename: another NAME for an account; its id, its state and its mail stay what and where they are. */

import type { Command } from 'commander';
import { renameAccount, type KeptKeys } from '../../../app/accounts/rename-account.ts';
import type { Neighbours } from '../../../app/neighbours.ts';
import { chooseAccountName } from '../../../app/accounts/new-account.ts';
import type { Config } from '../../../config/read/config.ts';
import type { AccountChanges } from '../../../config/edit/edit.ts';
import { renameAccount as renameInFile } from '../../../config/edit/rename.ts';
import { previewConfig } from '../../../config/edit/save.ts';
import type { Account } from '../../../core/account/account.ts';
import { asPosthornError, InternalError, UsageError } from '../../../errors.ts';
import type { Act } from '../../act.ts';
import { changeConfig } from '../../edit-session.ts';
import { examples } from '../../terminal/examples.ts';
import { accountNamed } from '../../account-named.ts';
import { readConfigToChange, withNeighbours } from '../../session.ts';
import { noteRunningDaemon } from '../../sync/daemon-note.ts';
import { homely } from '../../terminal/text.ts';
import type { Run } from '../../world.ts';

export function registerRename(command: Command, act: Act): void {
  command
    .command('rename')
    .argument('<old>', 'its NAME now')
    .argument('<new>', 'small letters, digits, . _ -')
    .description('give an account another name; its mail stays where it is')
    .addHelpText('after', examples('posthorn account rename work office'))
    .action(act(rename));
}

async function rename(run: Run, oldName: string, newName: string): Promise<number> {
  const config = await readConfigToChange(run);
  chooseAccountName(newName, undefined, new Set());
  if (oldName === newName) throw new UsageError('the new name is the old one');
  const account = accountNamed(config, oldName);
  return withNeighbours(run, config, async (neighbours) => {
    try {
      return await renameOne(run, config, account, newName, neighbours);
    } catch (thrown) {
      const error = asPosthornError(thrown);
      error.account ??= account.name;
      throw error;
    }
  });
}

async function renameOne(
  run: Run,
  config: Config,
  account: Account,
  newName: string,
  neighbours: Neighbours,
): Promise<number> {
  const edit = (kept: AccountChanges) => (text: string) =>
    renameInFile(text, account.name, newName, kept);
  const draft = await previewConfig(config.location, edit(new Map()));
  const newPath = draft.accounts.get(newName)?.path;
  if (newPath === undefined) throw new InternalError('the account is not in its own file');
  const write = async (kept: KeptKeys): Promise<void> => {
    await changeConfig(config, neighbours, edit(keysFor(account, kept, config)));
  };
  const { path } = await renameAccount({ account, newPath, write }, neighbours);
  tell(run, config, account, newName, newPath, path !== undefined);
  await noteRunningDaemon(run, config);
  return 0;
}

function keysFor({ id: written }: Account, { id, path }: KeptKeys, config: Config): AccountChanges {
  const keys = new Map<string, string>();
  if (written === undefined) keys.set('id', id);
  if (path !== undefined) keys.set('path', homely(path, config.location.home));
  return keys;
}

function tell(
  { output }: Run,
  { location: { home } }: Config,
  { name, path: oldPath }: Account,
  newName: string,
  newPath: string,
  stays: boolean,
): void {
  const path = stays ? oldPath : newPath;
  if (output.json) output.document({ renamed: { from: name, to: newName, path } });
  const hint = stays
    ? `\nTo keep it in ${homely(newPath, home)}, while no posthorn runs: mv ${homely(oldPath, home)} ${homely(newPath, home)} && posthorn account edit ${newName} --unset path`
    : '';
  output.say(`${name} is now ${newName}; its mail is in ${homely(path, home)}${hint}`);
}
