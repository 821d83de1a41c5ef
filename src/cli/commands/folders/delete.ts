/** posthorn folders delete: a folder with all that is in it, on the server and here. */

import type { Command } from 'commander';
import {
  withAccount,
  withMailbox,
  type FolderOptions,
} from '../../../app/folders/account-in-hand.ts';
import {
  deleteThere,
  lookAtDoomed,
  type DeletedFolder,
  type DoomedFolder,
} from '../../../app/folders/delete-folder.ts';
import { countHere, deleteHere } from '../../../app/folders/here-alone.ts';
import type { Neighbours } from '../../../app/neighbours.ts';
import type { Account } from '../../../core/account/account.ts';
import { UsageError } from '../../../errors.ts';
import { printable } from '../../../printable.ts';
import { accountNamed } from '../../account-named.ts';
import type { Act } from '../../act.ts';
import { readConfig, withNeighbours } from '../../session.ts';
import { examples } from '../../terminal/examples.ts';
import { confirm } from '../../terminal/prompt.ts';
import { plural } from '../../terminal/text.ts';
import type { Run } from '../../world.ts';
import { folderOptions } from './after-change.ts';

export function registerDelete(command: Command, act: Act): void {
  command
    .command('delete')
    .argument('<name>', 'the account')
    .argument('<folder>', 'its name on the server')
    .description('delete a folder, on the server and here; one that holds mail with --yes alone')
    .addHelpText('after', examples('posthorn folders delete work Projects/2019 --yes'))
    .action(act(remove));
}

async function remove(run: Run, name: string, folder: string): Promise<number> {
  const config = await readConfig(run);
  const account = accountNamed(config, name);
  const options = folderOptions(run, config);
  return withNeighbours(run, config, async (neighbours) => {
    const doomed = await lookAt(account, neighbours, options, folder);
    await agree(run, account, doomed);
    const done = await carryOut(account, neighbours, options, doomed);
    if (run.output.json) run.output.document({ account: name, ...done });
    run.output.say(`${name}: deleted ${printable(done.folder)}${withMail(done)}`);
    return 0;
  });
}

async function lookAt(
  account: Account,
  neighbours: Neighbours,
  options: FolderOptions,
  folder: string,
): Promise<DoomedFolder> {
  return account.type === 'pop3'
    ? withAccount(account, neighbours, options, (at) => countHere(at, folder))
    : withMailbox(account, neighbours, options, (at) => lookAtDoomed(at, folder));
}

async function agree(run: Run, { name }: Account, { folder, messages }: DoomedFolder) {
  const shown = printable(folder);
  if (messages > 0 && run.options.yes !== true)
    throw new UsageError(
      `${shown} holds ${plural(messages, 'message')}, which would be gone for good`,
      {
        account: name,
        remedy: 'If that is meant, add --yes.',
      },
    );
  await confirm(run, `Delete ${shown} of ${name}?`);
}

async function carryOut(
  account: Account,
  neighbours: Neighbours,
  options: FolderOptions,
  doomed: DoomedFolder,
): Promise<DeletedFolder> {
  if (account.type !== 'pop3')
    return withMailbox(account, neighbours, options, (at) => deleteThere(at, doomed));
  await withAccount(account, neighbours, options, (at) => deleteHere(at, doomed));
  return { ...doomed, keptHere: 0 };
}

function withMail({ messages, keptHere }: DeletedFolder): string {
  const gone = messages === 0 ? '' : `, with ${plural(messages, 'message')}`;
  if (keptHere === 0) return gone;
  return `${gone}; here ${plural(keptHere, 'message')} ${keptHere === 1 ? 'stays' : 'stay'}, as its settings say`;
}
