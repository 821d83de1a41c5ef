/** posthorn config show: the configuration as posthorn understands it, defaults filled in and marked; never a secret. */

import type { Command } from 'commander';
import { readConfigFile } from '../../config/read/find.ts';
import { mergedLines, nested } from '../../config/show/merged-text.ts';
import { mergedConfig, type Merged, type MergedConfig } from '../../config/show/merged.ts';
import type { Act } from '../act.ts';
import { examples } from '../terminal/examples.ts';
import type { Output } from '../terminal/output.ts';
import { accountsMeant, readConfig } from '../session.ts';
import { printable } from '../../printable.ts';
import type { Run } from '../world.ts';

export function registerShow(command: Command, act: Act): void {
  command
    .command('show')
    .argument('[names...]', 'accounts or @TAG; all where left out')
    .description(
      'print the file with every default filled in and marked; no command line of a password',
    )
    .addHelpText('after', examples('posthorn config show work', 'posthorn config show --json'))
    .action(act(show));
}

async function show(run: Run, names: readonly string[]): Promise<number> {
  const { output } = run;
  const config = await readConfig(run);
  const meant = accountsMeant(config, names).map(({ name }) => name);
  const { text } = await readConfigFile(config.path);
  const merged = mergedConfig(text, config, meant);
  if (output.json) output.document({ path: config.path, exists: config.exists, ...json(merged) });
  else print(output, mergedLines(merged));
  return 0;
}

/** In one piece: of ten thousand accounts there are many lines. A pipe gets each value as it is. */
function print(output: Output, lines: readonly string[]): void {
  output.line((output.isTerminal ? lines.map(printable) : lines).join('\n'));
}

function json({ defaultAccount, options, accounts }: MergedConfig) {
  const each = (merged: (one: Merged) => unknown): Record<string, unknown> =>
    Object.fromEntries([...accounts].map(([name, one]) => [name, merged(one)]));
  const origins = (merged: Merged): unknown => Object.fromEntries(merged.origins);
  return {
    defaultAccount: defaultAccount ?? null,
    options: nested(options.values),
    accounts: each(({ values }) => nested(values)),
    origins: { options: origins(options), accounts: each(origins) },
  };
}
