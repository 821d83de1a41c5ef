/** posthorn folders: the folder table of an account, from what the last sync saw. */

import type { Command } from 'commander';
import { listFolders, type ListedFolder } from '../../app/sync/list-folders.ts';
import { isReadFromServer, readFromServerText } from '../../app/accounts/read-from-server.ts';
import type { Act } from '../act.ts';
import { printTable } from '../terminal/table.ts';
import { examples } from '../terminal/examples.ts';
import { accountsMeant, readConfig, withNeighbours } from '../session.ts';
import { homely } from '../terminal/text.ts';
import { printable } from '../../printable.ts';
import type { Run } from '../world.ts';

export function register(command: Command, act: Act): void {
  command
    .command('list', { isDefault: true })
    .argument('[names...]', 'accounts; all where left out')
    .description('role, remote name, local path, counts')
    .addHelpText('after', examples('posthorn folders list work'))
    .action(act(list));
  command.addHelpText('after', '\nExample:\n  posthorn folders work');
}

async function list(run: Run, names: readonly string[]): Promise<number> {
  const config = await readConfig(run);
  const accounts = accountsMeant(config, names);
  return withNeighbours(run, config, async (neighbours) => {
    const folders: ListedFolder[] = [];
    for (const account of accounts) folders.push(...(await listFolders(account, neighbours)));
    const live = accounts.filter(isReadFromServer).map(({ name }) => name);
    if (run.output.json) run.output.document({ folders, live });
    else tell(run, folders, live, { accounts: accounts.length, home: config.location.home });
    return 0;
  });
}

function tell(
  { output }: Run,
  folders: readonly ListedFolder[],
  live: readonly string[],
  { accounts, home }: { readonly accounts: number; readonly home: string },
): void {
  for (const name of live) output.note(readFromServerText(name));
  if (accounts === 0) output.say('No accounts yet: posthorn account add');
  else if (folders.length > 0)
    printTable(
      output,
      heading,
      folders.map((folder) => asRow(folder, home)),
    );
  else if (live.length < accounts) output.say('No folders yet: posthorn sync');
}

const heading = ['ACCOUNT', 'ROLE', 'FOLDER', 'MESSAGES', 'UNREAD', 'LOCAL PATH'];

function asRow(folder: ListedFolder, home: string): string[] {
  const { account, role, remote, total, unread, path } = folder;
  return [
    account,
    role ?? '',
    printable(remote),
    total === null ? '-' : String(total),
    unread === null ? '-' : String(unread),
    printable(homely(path, home)),
  ];
}
