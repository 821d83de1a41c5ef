/** posthorn account edit: changes accounts by options, or the file in an editor. */

import type { Command } from 'commander';
import type { Config } from '../../../config/read/config.ts';
import { setAccountKeys, setDefaultAccount } from '../../../config/edit/edit.ts';
import { requireAccountKey } from '../../../config/edit/key-changes.ts';
import { readConfigFile } from '../../../config/read/find.ts';
import { readingOf } from '../../../config/read/reading.ts';
import type { Account } from '../../../core/account/account.ts';
import { ConfigurationError, UsageError } from '../../../errors.ts';
import { changesAnything, changesFrom, refuseSharing } from '../../account/changes.ts';
import { collect } from '../../account/option-kinds.ts';
import { addAccountOptions, type AccountFlags } from '../../account/options.ts';
import type { Act } from '../../act.ts';
import { carryOutEdit } from '../../account/carry-out-edit.ts';
import { editByWizard } from '../../account/carry-out-wizard.ts';
import { examples } from '../../terminal/examples.ts';
import { editCopy, type EditedCopy } from '../../terminal/open-editor.ts';
import { accountToAsk } from '../../account/pick-account.ts';
import { canAsk } from '../../terminal/prompt.ts';
import { accountsChosen, readConfigToChange, withNeighbours } from '../../session.ts';
import { editedSecrets } from '../../account/new-passwords.ts';
import type { Run } from '../../world.ts';
import { absolutePaths } from './add.ts';

interface EditFlags extends AccountFlags {
  readonly all?: boolean;
  readonly unset?: readonly string[];
  readonly editor?: boolean;
}

export function registerEdit(command: Command, act: Act): void {
  const edit = command
    .command('edit')
    .argument('[names...]', 'accounts or @TAG')
    .description(
      'change accounts, one on a terminal by questions; each is tested before anything is saved',
    );
  addAccountOptions(edit)
    .option('--all', 'every account')
    .option(
      '--unset <key>',
      'take a key out of the account, e.g. incoming.port; repeatable',
      collect,
    )
    .option('--editor', 'open the whole file in $VISUAL or $EDITOR')
    .action(act(run))
    .addHelpText(
      'after',
      examples(
        'posthorn account edit work',
        'posthorn account edit work --in-host imap.example.net --unset incoming.port',
        'posthorn account edit @office --interval 15m --organization "Your Company"',
        'posthorn account edit --editor',
      ),
    );
}

async function run(run: Run, names: readonly string[], flags: EditFlags): Promise<number> {
  const { unset = [] } = flags;
  const hasOptions = changesAnything(flags, unset);
  if (flags.editor === true) {
    if (hasOptions) throw new UsageError('--editor does not go with other changes');
    return editInEditor(run, flags);
  }
  if (!hasOptions && canAsk(run) && flags.all !== true) return byWizard(run, names, flags);
  if (!hasOptions)
    throw new UsageError('nothing to change was given', {
      remedy:
        'Say what, e.g. --in-host, --user, --password-stdin, --interval, --unset KEY, or --editor; all: posthorn account edit --help',
    });
  for (const key of unset) refuseUnsetting(key);
  return editByOptions(run, names, flags, unset);
}

async function byWizard(
  run: Run,
  names: readonly string[],
  { skipTest = false }: EditFlags,
): Promise<number> {
  const config = await readConfigToChange(run);
  const [name, ...others] = names;
  if (others.length > 0)
    throw new UsageError('the wizard changes one account at a time', {
      remedy: 'Name one, or say by options what to change in all of them.',
    });
  const account = await accountToAsk(run, config, name, 'Which account?');
  return withNeighbours(run, config, (neighbours) =>
    editByWizard(run, config, neighbours, account, { discover: true, skipTest }),
  );
}

function refuseUnsetting(key: string): void {
  requireAccountKey(key);
  if (key === 'id')
    throw new UsageError('the id of an account never changes: its mail and state hang on it');
}

async function editByOptions(
  run: Run,
  names: readonly string[],
  given: EditFlags,
  unset: readonly string[],
): Promise<number> {
  const config = await readConfigToChange(run);
  const accounts = accountsChosen(config, names, given.all);
  refuseSharing(given, accounts);
  const flags = absolutePaths(run, given);
  return withNeighbours(run, config, async (neighbours) =>
    carryOutEdit(run, config, neighbours, {
      edit: (text) => changed(text, accounts, flags, unset),
      secrets: await editedSecrets(run, accounts, flags, neighbours),
      skipTest: flags.skipTest === true,
    }),
  );
}

function changed(
  text: string,
  accounts: readonly Account[],
  flags: AccountFlags,
  unset: readonly string[],
): string {
  const edited = accounts.reduce(
    (before, account) => setAccountKeys(before, account.name, changesFrom(flags, account, unset)),
    text,
  );
  const [first] = accounts;
  return flags.default === true && first !== undefined
    ? setDefaultAccount(edited, first.name)
    : edited;
}

async function editInEditor(run: Run, { skipTest }: EditFlags): Promise<number> {
  const config = await readConfigToChange(run);
  const { text } = await readConfigFile(config.path);
  const copy = await editCopy(run, config.path, text);
  try {
    const status = await takeCopy(run, config, text, copy, skipTest === true);
    if (status === 0) await copy.discard();
    else run.output.note(`What you wrote is kept in ${copy.path}`);
    return status;
  } catch (error) {
    run.output.note(`What you wrote is kept in ${copy.path}`);
    throw error;
  }
}

async function takeCopy(
  run: Run,
  config: Config,
  before: string,
  copy: EditedCopy,
  skipTest: boolean,
): Promise<number> {
  refuseFaults(run, config, copy);
  return withNeighbours(run, config, (neighbours) =>
    carryOutEdit(run, config, neighbours, {
      edit: (now) => {
        if (now === before) return copy.text;
        throw new ConfigurationError('the file was changed meanwhile, by somebody else', {
          reach: 'program',
          remedy: 'Edit it once more.',
        });
      },
      secrets: new Map(),
      skipTest,
    }),
  );
}

/** All of them, with their places in the copy. */
function refuseFaults({ output }: Run, { location }: Config, { path, text }: EditedCopy): void {
  const { problems } = readingOf(text, location);
  if (problems.length === 0) return;
  for (const { line, column, message, remedy } of problems) {
    const place = line === undefined ? path : `${path}:${String(line)}:${String(column ?? 1)}`;
    output.note(`${place}: ${message}${remedy === undefined ? '' : `. ${remedy}`}`);
  }
  throw new ConfigurationError('what you wrote does not hold; the file is as it was', {
    reach: 'program',
    remedy: 'Correct it in another round of posthorn account edit --editor.',
  });
}
