/** posthorn account rename: another NAME for an account; its mail and state go along. */

import type { Command } from 'commander';
import { finishRename, renameAccount } from '../../../app/accounts/rename-account.ts';
import type { Neighbours } from '../../../app/neighbours.ts';
import { chooseAccountName } from '../../../app/accounts/new-account.ts';
import type { Config } from '../../../config/read/config.ts';
import { renameAccount as renameInFile } from '../../../config/edit/rename.ts';
import { previewConfig } from '../../../config/edit/save.ts';
import type { Account } from '../../../core/account/account.ts';
import { asPosthornError, InternalError, UsageError } from '../../../errors.ts';
import type { Act } from '../../act.ts';
import { changeConfig } from '../../edit-session.ts';
import { examples } from '../../terminal/examples.ts';
import { accountNamed } from '../../account-named.ts';
import { readConfigToChange, withNeighbours } from '../../session.ts';
import { homely } from '../../terminal/text.ts';
import type { Run } from '../../world.ts';

export function registerRename(command: Command, act: Act): void {
  command
    .command('rename')
    .argument('<old>', 'its NAME now')
    .argument('<new>', 'small letters, digits, . _ -')
    .description('give an account another name; its mail and state go along, or nothing is changed')
    .addHelpText('after', examples('posthorn account rename work office'))
    .action(act(rename));
}

async function rename(run: Run, oldName: string, newName: string): Promise<number> {
  const config = await readConfigToChange(run);
  chooseAccountName(newName, undefined, new Set());
  if (oldName === newName) throw new UsageError('the new name is the old one');
  const there = config.accounts.get(newName);
  return withNeighbours(run, config, async (neighbours) => {
    if (there !== undefined && !config.accounts.has(oldName)) {
      if (!(await finishRename(there, oldName, neighbours))) accountNamed(config, oldName);
      return tell(run, config, oldName, there, false);
    }
    return renameOne(run, config, accountNamed(config, oldName), newName, neighbours);
  });
}

async function renameOne(
  run: Run,
  config: Config,
  account: Account,
  newName: string,
  neighbours: Neighbours,
): Promise<number> {
  const edit = (id: string | undefined) => (text: string) =>
    renameInFile(text, account.name, newName, account.id === undefined ? id : undefined);
  const draft = await previewConfig(config.location, edit(undefined));
  const renamed = draft.accounts.get(newName);
  if (renamed === undefined) throw new InternalError('the account is not in its own file');
  const writeName = async (id: string | undefined): Promise<void> => {
    await changeConfig(config, neighbours, edit(id));
  };
  try {
    const { moved } = await renameAccount({ account, renamed, writeName }, neighbours);
    return tell(run, config, account.name, renamed, moved);
  } catch (thrown) {
    const error = asPosthornError(thrown);
    error.account ??= account.name;
    throw error;
  }
}

function tell(
  { output }: Run,
  config: Config,
  oldName: string,
  { name, path }: Account,
  moved: boolean,
): number {
  if (output.json) output.document({ renamed: { from: oldName, to: name, path, moved } });
  const where = homely(path, config.location.home);
  output.say(`${oldName} is now ${name}; its mail ${moved ? 'was moved to' : 'is in'} ${where}`);
  return 0;
}
