/** posthorn folders: the subcommands, each in a module of its own. */

import type { Command } from 'commander';
import type { Act } from '../../act.ts';
import { registerAssign } from './assign.ts';
import { registerChanges } from './change.ts';
import { registerDelete } from './delete.ts';
import { registerList } from './list.ts';

export function register(command: Command, act: Act): void {
  registerList(command, act);
  registerChanges(command, act);
  registerDelete(command, act);
  registerAssign(command, act);
  command.addHelpText(
    'after',
    '\nExamples:\n  posthorn folders work\n  posthorn folders create work Projects/2027\n  posthorn folders assign work sent Gesendet',
  );
}
