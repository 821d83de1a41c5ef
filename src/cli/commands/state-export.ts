/** posthorn state export: the state of an account for mbsync, beside its mail, and what to write into an mbsyncrc. */

import { Option, type Command } from 'commander';
import { exportToMbsync, type MbsyncExport } from '../../app/state-care/export-mbsync.ts';
import { UsageError } from '../../errors.ts';
import { printable } from '../../printable.ts';
import type { Act } from '../act.ts';
import { oneAccount, readConfig, withNeighbours } from '../session.ts';
import { examples } from '../terminal/examples.ts';
import type { Run } from '../world.ts';

export function registerExport(command: Command, act: Act): void {
  command
    .command('export')
    .argument('<name>', 'account')
    .description(
      'write the state of mbsync beside the mail, its UIDs into the names of files, and print the sections for an mbsyncrc',
    )
    .addOption(new Option('--to <program>', 'who goes on with the mail').choices(['mbsync']))
    .addHelpText('after', examples('posthorn state export work --to mbsync >> ~/.mbsyncrc'))
    .action(act(exportState));
}

async function exportState(
  run: Run,
  name: string,
  { to }: { readonly to?: 'mbsync' },
): Promise<number> {
  if (to === undefined)
    throw new UsageError("required option '--to <program>' not specified", {
      remedy: 'Add --to mbsync.',
    });
  const config = await readConfig(run);
  const account = oneAccount(config, name);
  const mbsync = await run.world.mbsync();
  const done = await withNeighbours(run, config, (neighbours) =>
    exportToMbsync(account, neighbours, {
      settings: config.settings,
      mbsync,
      waitMs: 0,
      signal: run.world.signal,
    }),
  );
  if (run.output.json) run.output.document({ account: account.name, ...done });
  else tell(run, account.name, done);
  return 0;
}

function tell({ output }: Run, name: string, { folders, left, stanza }: MbsyncExport): void {
  for (const line of stanza.trimEnd().split('\n')) output.line(printable(line));
  for (const { remote, messages, renamed } of folders)
    output.note(
      `${name}: ${remote}: ${String(messages)} messages, ${String(renamed)} files renamed`,
    );
  for (const { remote, why } of left) output.warn(`${name}: ${remote} is left out: ${why}`);
  output.note(
    `Before mbsync runs: posthorn account disable ${name}. The two must not work on the same mail.`,
  );
}
