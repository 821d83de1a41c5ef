/** posthorn state: what is remembered of an account, made anew from its mail, or handed to another program. */

import type { Command } from 'commander';
import { readFromServerText, isReadFromServer } from '../../app/accounts/read-from-server.ts';
import { rebuildState, type RebuiltFolder } from '../../app/state-care/rebuild-state.ts';
import { showState, type ShownFolder, type ShownState } from '../../app/state-care/show-state.ts';
import type { Config } from '../../config/read/config.ts';
import { gravest, type ExitStatus } from '../../errors.ts';
import { printable } from '../../printable.ts';
import type { Act } from '../act.ts';
import { oneAccount, readConfig, withNeighbours } from '../session.ts';
import { runSync } from '../sync/run-sync.ts';
import { printAccount } from '../sync/sync-text.ts';
import { examples } from '../terminal/examples.ts';
import { printTable } from '../terminal/table.ts';
import { homely } from '../terminal/text.ts';
import type { Run } from '../world.ts';
import { registerExport } from './state-export.ts';

export function register(command: Command, act: Act): void {
  command
    .command('show')
    .argument('[name]', 'account; the default, or the only one, where left out')
    .description(
      'folders, how far each is settled, and what is in trouble, as the last sync left it',
    )
    .option('--messages', 'also every message: UID, file, flags, keywords, status')
    .addHelpText(
      'after',
      examples('posthorn state show work', 'posthorn state show work --messages --json'),
    )
    .action(act(show));
  command
    .command('rebuild')
    .argument('<name>', 'account')
    .description(
      'adopt the mail that is in its Maildir: compare it with the server, fetch nothing again, delete nothing',
    )
    .option(
      '--wait',
      'wait for another posthorn that works on the account, instead of failing (75)',
    )
    .addHelpText('after', examples('posthorn state rebuild work'))
    .action(act(rebuild));
  registerExport(command, act);
}

async function show(
  run: Run,
  name: string | undefined,
  { messages = false }: { readonly messages?: boolean },
): Promise<number> {
  const config = await readConfig(run);
  const account = oneAccount(config, name);
  const state = await withNeighbours(run, config, (neighbours) =>
    showState(account, neighbours, { messages }),
  );
  if (run.output.json) run.output.document({ ...state });
  else if (isReadFromServer(account)) run.output.note(readFromServerText(account.name));
  else tell(run, state, config);
  return 0;
}

const heading = ['ROLE', 'FOLDER', 'KNOWN', 'FILES', 'UIDVALIDITY', 'SETTLED', 'LOCAL PATH'];
const messageHeading = ['UID', 'STATUS', 'FLAGS', 'KEYWORDS', 'FILE'];

function tell({ output }: Run, { folders, intents }: ShownState, config: Config): void {
  if (folders.length === 0) return output.say('Nothing is known of it yet: posthorn sync');
  const { home } = config.location;
  printTable(
    output,
    heading,
    folders.map((each) => asRow(each, home)),
  );
  for (const { remote, troubles, messages } of folders) {
    for (const { id, kind, reason } of troubles)
      output.line(printable(`${remote}: ${id === '' ? '' : `message ${id}, `}${kind}: ${reason}`));
    if (messages === null || messages.length === 0) continue;
    output.line();
    output.line(output.bold(printable(remote)));
    printTable(
      output,
      messageHeading,
      messages.map((each) =>
        [String(each.id), each.status, each.flags, each.keywords.join(' '), each.name].map((text) =>
          printable(text),
        ),
      ),
    );
  }
  for (const { path, name, tries } of intents)
    output.line(printable(`${path}: the upload of ${name} was begun (${String(tries)})`));
}

function asRow(folder: ShownFolder, home: string): string[] {
  const { role, remote, known, total, uidValidity, settledUid, path } = folder;
  return [
    role ?? '',
    printable(remote),
    String(known),
    total === null ? '-' : String(total),
    uidValidity ?? '-',
    settledUid === null ? '-' : String(settledUid),
    printable(homely(path, home)),
  ];
}

/** As long as the longest first sync of another process. */
const longestWaitMs = 24 * 3_600_000;

async function rebuild(
  run: Run,
  name: string,
  { wait = false }: { readonly wait?: boolean },
): Promise<number> {
  const config = await readConfig(run);
  const account = oneAccount(config, name);
  const waitMs = wait ? longestWaitMs : 0;
  const rebuilt = await withNeighbours(run, config, (neighbours) =>
    rebuildState(account, neighbours, {
      settings: config.settings,
      waitMs,
      signal: run.world.signal,
    }),
  );
  for (const each of rebuilt) run.output.note(rebuiltLine(name, each));
  const wish = {
    send: false,
    receive: true,
    full: false,
    acceptDeletions: false,
    events: false,
    waitMs,
  };
  const reports = await runSync(run, config, [account], wish);
  for (const report of reports) printAccount(run.output, report);
  if (run.output.json) run.output.document({ rebuilt, accounts: reports });
  return gravest(reports.map(({ status }) => status as ExitStatus));
}

function rebuiltLine(name: string, { remote, adopted, here, there }: RebuiltFolder): string {
  const more =
    here + there === 0 ? '' : `, ${String(here)} here alone, ${String(there)} there alone`;
  return `${name}: ${remote}: ${String(adopted)} messages adopted${more}`;
}
