/** posthorn demo: the whole main job against mail servers that it starts itself. */

import type { Command } from 'commander';
import type { Act } from '../act.ts';
import type { Run } from '../world.ts';

export function register(command: Command, act: Act): void {
  command
    .option('--keep', 'leave the temporary folder, to look around in it')
    .action(act(demo))
    .addHelpText(
      'after',
      '\nEverything stands in a temporary folder that is removed at the end.\n\nExample:\n  posthorn demo --keep',
    );
}

async function demo(run: Run, flags: { keep?: boolean }): Promise<number> {
  const { isTerminal, columns } = run.output;
  return run.world.runDemo({
    keep: flags.keep === true,
    color: isTerminal && run.options.color && (run.world.env['NO_COLOR'] ?? '') === '',
    columns,
  });
}
