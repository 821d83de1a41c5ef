/** posthorn account: the subcommands, each in a module of its own. */

import type { Command } from 'commander';
import type { Act } from '../../act.ts';
import { registerAdd } from './add.ts';
import { registerDiscover } from './discover.ts';
import { registerList } from './list.ts';
import { registerApply } from './apply.ts';
import { registerImport } from './import.ts';
import { registerChanges } from './change.ts';
import { registerEdit } from './edit.ts';
import { registerPasswd } from './passwd.ts';
import { registerRemove } from './remove.ts';
import { registerRename } from './rename.ts';
import { registerTest } from './test.ts';
import { registerTrust } from './trust.ts';

export function register(command: Command, act: Act): void {
  registerAdd(command, act);
  registerList(command, act);
  registerTest(command, act);
  registerEdit(command, act);
  registerPasswd(command, act);
  registerRename(command, act);
  registerChanges(command, act);
  registerTrust(command, act);
  registerDiscover(command, act);
  registerApply(command, act);
  registerImport(command, act);
  registerRemove(command, act);
  command.addHelpText(
    'after',
    '\nExamples:\n  posthorn account add work --email you@example.org --in-host imap.example.org \\\n' +
      '      --out-host smtp.example.org --password-command "pass show mail/work"\n' +
      '  posthorn account list\n  posthorn account test work',
  );
}
