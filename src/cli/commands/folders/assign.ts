/** posthorn folders assign: which folder is for sent mail, drafts, trash … – written into the file. */

import { Argument, type Command } from 'commander';
import { lookUpState } from '../../../app/accounts/bind-account.ts';
import { setAccountKeys } from '../../../config/edit/edit.ts';
import type { Account, FolderRole } from '../../../core/account/account.ts';
import { UsageError } from '../../../errors.ts';
import { printable } from '../../../printable.ts';
import type { StateStore } from '../../../ports/state-store.ts';
import { accountNamed } from '../../account-named.ts';
import type { Act } from '../../act.ts';
import { changeConfig } from '../../edit-session.ts';
import { readConfigToChange, withNeighbours } from '../../session.ts';
import { noteRunningDaemon } from '../../sync/daemon-note.ts';
import { examples } from '../../terminal/examples.ts';
import type { Run } from '../../world.ts';

const roles: readonly FolderRole[] = ['inbox', 'sent', 'drafts', 'trash', 'spam', 'archive'];

export function registerAssign(command: Command, act: Act): void {
  command
    .command('assign')
    .argument('<name>', 'the account')
    .addArgument(new Argument('<role>', 'what the folder is for').choices(roles))
    .argument('[folder]', 'its name on the server; none: found by itself again')
    .description('say which folder has a role')
    .addHelpText(
      'after',
      examples('posthorn folders assign work sent Gesendet', 'posthorn folders assign work sent'),
    )
    .action(act(assign));
}

async function assign(run: Run, name: string, role: FolderRole, folder?: string): Promise<number> {
  const config = await readConfigToChange(run);
  const account = accountNamed(config, name);
  if (folder === '') throw new UsageError('a folder needs a name', { account: name });
  return withNeighbours(run, config, async (neighbours) => {
    const key = `folders.${role}`;
    await changeConfig(config, neighbours, (text) =>
      setAccountKeys(text, name, new Map([[key, folder]])),
    );
    if (run.output.json) run.output.document({ account: name, role, folder: folder ?? null });
    run.output.say(
      folder === undefined
        ? `${name}: ${key} is not set any more`
        : `${name}: ${printable(folder)} is ${role} from the next sync on`,
    );
    if (folder !== undefined && !(await isKnown(account, neighbours.state, folder)))
      run.output.note(`${name}: the last sync saw no folder of that name`);
    await noteRunningDaemon(run, config);
    return 0;
  });
}

/** True where no sync has seen any folder yet. */
async function isKnown(account: Account, state: StateStore, folder: string): Promise<boolean> {
  const known = await lookUpState(state, account);
  const folders = known === null ? [] : await state.folders(known.id);
  const wanted = folder.normalize('NFC');
  return folders.length === 0 || folders.some(({ path }) => path.normalize('NFC') === wanted);
}
