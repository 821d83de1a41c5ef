/** posthorn account: the subcommands, each in a module of its own. */

import type { Command } from 'commander';
import type { Act } from '../act.ts';
import { registerAdd } from './account-add.ts';
import { registerDiscover } from './account-discover.ts';
import { registerList } from './account-list.ts';
import { registerApply } from './account-apply.ts';
import { registerImport } from './account-import.ts';
import { registerChanges } from './account-change.ts';
import { registerEdit } from './account-edit.ts';
import { registerPasswd } from './account-passwd.ts';
import { registerRemove } from './account-remove.ts';
import { registerRename } from './account-rename.ts';
import { registerTest } from './account-test.ts';
import { registerTrust } from './account-trust.ts';

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
