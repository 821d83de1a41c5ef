/** posthorn folders list: the folder table of accounts, from what the last sync saw, or from their servers. */

import type { Command } from 'commander';
import { isReadFromServer, readFromServerText } from '../../../app/accounts/read-from-server.ts';
import { listFolders, withServer, type ListedFolder } from '../../../app/folders/list-folders.ts';
import { listServerFolders } from '../../../app/folders/list-server.ts';
import type { Neighbours } from '../../../app/neighbours.ts';
import { isoTime } from '../../../app/sync/report-json.ts';
import type { Config } from '../../../config/read/config.ts';
import type { Account } from '../../../core/account/account.ts';
import { printable } from '../../../printable.ts';
import type { Act } from '../../act.ts';
import { accountsMeant, readConfig, withNeighbours } from '../../session.ts';
import { examples } from '../../terminal/examples.ts';
import type { Output } from '../../terminal/output.ts';
import { printTable } from '../../terminal/table.ts';
import { homely, localTime } from '../../terminal/text.ts';
import type { Run } from '../../world.ts';

interface Flags {
  readonly server?: boolean;
}

export function registerList(command: Command, act: Act): void {
  command
    .command('list', { isDefault: true })
    .argument('[names...]', 'accounts or @TAG; all where left out')
    .option('--server', 'ask the servers too: what is there now, and what is subscribed')
    .description('role, remote name, local path, counts, last sync')
    .addHelpText('after', examples('posthorn folders list work', 'posthorn folders work --server'))
    .action(act(list));
}

async function list(run: Run, names: readonly string[], flags: Flags): Promise<number> {
  const config = await readConfig(run);
  const accounts = accountsMeant(config, names);
  const isAsked = flags.server === true;
  return withNeighbours(run, config, async (neighbours) => {
    const folders: ListedFolder[] = [];
    for (const account of accounts)
      folders.push(...(await foldersOf(run, config, account, neighbours, isAsked)));
    const live = accounts.filter(isReadFromServer).map(({ name }) => name);
    if (run.output.json) run.output.document({ folders: folders.map(asJson), live });
    else tell(run, config, folders, isAsked ? [] : live, accounts.length);
    return 0;
  });
}

async function foldersOf(
  run: Run,
  { settings }: Config,
  account: Account,
  neighbours: Neighbours,
  isAsked: boolean,
): Promise<ListedFolder[]> {
  const here = isReadFromServer(account) ? [] : await listFolders(account, neighbours, settings);
  if (!isAsked || account.type === 'pop3' || !account.receive) return here;
  const kept = new Set(here.map(({ remote }) => remote));
  const { signal } = run.world;
  const { folders, warnings } = await listServerFolders(account, neighbours, kept, signal);
  for (const warning of warnings) run.output.warn(`${account.name}: ${printable(warning)}`);
  return withServer(account.name, here, folders);
}

function asJson({ lastSync, ...folder }: ListedFolder) {
  return { ...folder, lastSync: isoTime(lastSync) };
}

function tell(
  { output }: Run,
  { location: { home } }: Config,
  folders: readonly ListedFolder[],
  live: readonly string[],
  accounts: number,
): void {
  for (const name of live) output.note(readFromServerText(name));
  if (accounts === 0) output.say('No accounts yet: posthorn account add');
  else if (folders.length > 0) printFolders(output, folders, home);
  else if (live.length < accounts) output.say('No folders yet: posthorn sync');
}

interface Column {
  readonly heading: string;
  readonly of: (folder: ListedFolder, home: string | undefined) => string;
}

const columns: readonly Column[] = [
  { heading: 'ACCOUNT', of: ({ account }) => account },
  { heading: 'ROLE', of: ({ role }) => role ?? '' },
  { heading: 'FOLDER', of: ({ remote }) => printable(remote) },
  { heading: 'MESSAGES', of: ({ total }) => count(total) },
  { heading: 'UNREAD', of: ({ unread }) => count(unread) },
  { heading: 'SUBSCRIBED', of: ({ subscribed }) => yesOrNo(subscribed) },
  { heading: 'LAST SYNC', of: ({ lastSync }) => (lastSync === null ? '-' : localTime(lastSync)) },
  {
    heading: 'LOCAL PATH',
    of: ({ path }, home) => (path === null ? '-' : printable(homely(path, home))),
  },
];

/** What goes first on a terminal that is too narrow: the same in all rows, or to be guessed from the others. */
const dispensable = ['LAST SYNC', 'LOCAL PATH', 'SUBSCRIBED', 'ACCOUNT'];

function printFolders(
  output: Output,
  folders: readonly ListedFolder[],
  home: string | undefined,
): void {
  const isAsked = folders.some(({ subscribed }) => subscribed !== null);
  let shown = columns.filter(({ heading }) => isAsked || heading !== 'SUBSCRIBED');
  const rows = (): string[][] => folders.map((each) => shown.map(({ of }) => of(each, home)));
  const headings = (): string[] => shown.map(({ heading }) => heading);
  const areSeveral = new Set(folders.map(({ account }) => account)).size > 1;
  for (const least of dispensable) {
    if (output.hasRoomFor([headings(), ...rows()])) break;
    if (least !== 'ACCOUNT' || !areSeveral)
      shown = shown.filter(({ heading }) => heading !== least);
  }
  printTable(output, headings(), rows());
}

function count(messages: number | null): string {
  return messages === null ? '-' : String(messages);
}

function yesOrNo(value: boolean | null): string {
  if (value === null) return '-';
  return value ? 'yes' : 'no';
}
