/** posthorn folders create, rename, subscribe and unsubscribe: on the server first, then here by a sync. */

import type { Command } from 'commander';
import { isReadFromServer } from '../../../app/accounts/read-from-server.ts';
import { withAccount, withMailbox } from '../../../app/folders/account-in-hand.ts';
import { createHere, renameHere } from '../../../app/folders/here-alone.ts';
import {
  createThere,
  renameThere,
  subscribeThere,
  type ChangedFolder,
} from '../../../app/folders/on-server.ts';
import type { Neighbours } from '../../../app/neighbours.ts';
import type { Config } from '../../../config/read/config.ts';
import type { Account } from '../../../core/account/account.ts';
import { UsageError } from '../../../errors.ts';
import { printable } from '../../../printable.ts';
import { accountNamed } from '../../account-named.ts';
import type { Act } from '../../act.ts';
import { readConfig, withNeighbours } from '../../session.ts';
import { examples } from '../../terminal/examples.ts';
import type { Run } from '../../world.ts';
import { folderOptions, statusOf, syncAfter } from './after-change.ts';

export function registerChanges(command: Command, act: Act): void {
  command
    .command('create')
    .argument('<name>', 'the account')
    .argument('<folder>', 'its name on the server, levels and all')
    .description('make a folder, on the server and here')
    .addHelpText('after', examples('posthorn folders create work Projects/2027'))
    .action(act(create));
  command
    .command('rename')
    .argument('<name>', 'the account')
    .argument('<old>', 'the folder')
    .argument('<new>', 'its new name')
    .description('rename a folder and those below it, on the server and here')
    .addHelpText('after', examples('posthorn folders rename work Projects "Old projects"'))
    .action(act(rename));
  for (const word of ['subscribe', 'unsubscribe'] as const)
    command
      .command(word)
      .argument('<name>', 'the account')
      .argument('<folder>', 'its name on the server')
      .description(
        word === 'subscribe'
          ? 'have mail programs show the folder'
          : 'have mail programs leave the folder out',
      )
      .addHelpText('after', examples(`posthorn folders ${word} work Lists/users`))
      .action(
        act((run: Run, name: string, folder: string) =>
          subscribe(run, name, folder, word === 'subscribe'),
        ),
      );
}

async function create(run: Run, name: string, folder: string): Promise<number> {
  return change(run, name, (account, neighbours, config) => {
    const options = folderOptions(run, config);
    return account.type === 'pop3'
      ? withAccount(account, neighbours, options, async (at) => {
          const made = await createHere(at, folder);
          return { folder: made, isKept: true, said: `made ${printable(made)}` };
        })
      : withMailbox(account, neighbours, options, async (at) => {
          const made = await createThere(at, folder);
          return { ...made, said: `made ${printable(made.folder)}` };
        });
  });
}

async function rename(run: Run, name: string, old: string, folder: string): Promise<number> {
  return change(run, name, (account, neighbours, config) => {
    const options = folderOptions(run, config);
    return account.type === 'pop3'
      ? withAccount(account, neighbours, options, async (at) => {
          const from = await renameHere(at, old, folder);
          return { folder, from, isKept: true, said: renamed(from, folder) };
        })
      : withMailbox(account, neighbours, options, async (at) => {
          const done = await renameThere(at, old, folder);
          noteRole(run, account, done.from, done.folder);
          return { ...done, said: renamed(done.from, done.folder) };
        });
  });
}

function renamed(from: string, to: string): string {
  return `${printable(from)} is now ${printable(to)}`;
}

/** The file goes on naming the old folder. */
function noteRole(run: Run, { name, folders }: Account, from: string, to: string): void {
  for (const [role, folder] of Object.entries(folders))
    if (folder === from)
      run.output.warn(
        `${name}: the file has ${JSON.stringify(from)} as ${role}; run: posthorn folders assign ${name} ${role} ${JSON.stringify(to)}`,
      );
}

async function subscribe(
  run: Run,
  name: string,
  folder: string,
  subscribed: boolean,
): Promise<number> {
  return change(run, name, (account, neighbours, config) => {
    if (account.type === 'pop3')
      throw new UsageError('POP3 knows no subscriptions', { account: account.name });
    return withMailbox(account, neighbours, folderOptions(run, config), async (at) => {
      const done = await subscribeThere(at, folder, subscribed);
      const word = subscribed ? 'subscribed to' : 'no longer subscribed to';
      return { ...done, subscribed, said: `${word} ${printable(done.folder)}` };
    });
  });
}

type Change = ChangedFolder & { readonly said: string };

async function change(
  run: Run,
  name: string,
  work: (account: Account, neighbours: Neighbours, config: Config) => Promise<Change>,
): Promise<number> {
  const config = await readConfig(run);
  const account = accountNamed(config, name);
  const { said, isKept, ...done } = await withNeighbours(run, config, (neighbours) =>
    work(account, neighbours, config),
  );
  run.output.say(`${name}: ${said}`);
  if (!isKept && !isReadFromServer(account))
    run.output.note(`${name}: its sync.folders leave it out, so it is not kept here`);
  const sync = await syncAfter(run, config, account);
  if (run.output.json) run.output.document({ account: name, ...done, isKept, sync });
  return statusOf(sync);
}
