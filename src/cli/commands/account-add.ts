/** posthorn account add: takes an account from options, tests it, and only then saves it. */

import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Neighbours } from '../../app/neighbours.ts';
import { chooseAccountId, chooseAccountName } from '../../app/new-account.ts';
import { requireKeyring } from '../../app/require-keyring.ts';
import { replaceSecrets, withNewSecrets } from '../../app/new-secrets.ts';
import { testAccount } from '../../app/test-account.ts';
import type { Config } from '../../config/config.ts';
import { addAccount, setDefaultAccount } from '../../config/edit.ts';
import { previewConfig } from '../../config/save.ts';
import type { AccountEntry } from '../../config/schema.ts';
import type { Account } from '../../core/account.ts';
import { gravest, InternalError } from '../../errors.ts';
import { refuseBadFiles } from '../account-files.ts';
import { addAccountOptions, entryFrom, type AccountFlags } from '../account-options.ts';
import { addByWizard, opensWizard } from '../carry-out-wizard.ts';
import { changeConfig } from '../edit-session.ts';
import { fillServers } from '../fill-servers.ts';
import type { Act } from '../act.ts';
import { passwordsFor, usesKeyring } from '../new-passwords.ts';
import { readConfigToChange, withNeighbours } from '../session.ts';
import { tellAdded } from '../tell-added.ts';
import type { Run } from '../world.ts';
import { failures, testJson } from '../test-json.ts';
import { printTest } from '../test-text.ts';

export function registerAdd(command: Command, act: Act): void {
  const add = command
    .command('add')
    .argument(
      '[name]',
      'NAME of the account: small letters, digits, . _ - (default: from the address)',
    )
    .description('add an account, on a terminal by questions; it is tested before it is saved');
  addAccountOptions(add)
    .option('--no-discover', 'look for no servers: every host must be given')
    .action(act(addOne))
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  posthorn account add\n' +
        '  posthorn account add --email you@gmx.de\n' +
        '  posthorn account add work --email you@example.org --in-host imap.example.org \\\n' +
        '      --out-host smtp.example.org --password-command "pass show mail/work"\n' +
        '  posthorn account add --type pop3 --email me@example.net \\\n' +
        '      --in-host pop.example.net --no-send \\\n' +
        '      --no-leave-on-server --password-stdin < secret',
    );
}

async function addOne(run: Run, given: string | undefined, flags: AccountFlags): Promise<number> {
  const config = await readConfigToChange(run, { allowMissing: true });
  if (opensWizard(run, flags, [])) return byWizard(run, config, given, flags);
  const name = chooseAccountName(given, flags.email, new Set(config.accounts.keys()));
  return withNeighbours(run, config, async (neighbours) => {
    const id = chooseAccountId(config.accounts.values(), neighbours);
    if (usesKeyring(flags)) await requireKeyring(neighbours.secrets, name);
    const complete = await fillServers(run, config, absolutePaths(run, flags));
    const asked = await passwordsFor(run, name, complete);
    const entry = entryFrom(asked.flags, id);
    const edit = (text: string): string => withAccount(text, name, entry, flags.default === true);
    const account = await draftOf(config, edit, name);
    const secrets = asked.secrets.map(({ server, ...secret }) => ({
      owner: { accountId: id, server },
      ...secret,
    }));
    const trying = { ...neighbours, secrets: withNewSecrets(neighbours.secrets, secrets) };
    await refuseBadFiles(run, { before: null, after: account, id }, trying);
    const status = flags.skipTest === true ? 0 : await testFirst(run, account, id, trying);
    if (status !== 0) return status;
    await replaceSecrets(neighbours.secrets, secrets, async () => {
      await changeConfig(config, neighbours, edit);
    });
    await tellAdded(run, account, id, config);
    return 0;
  });
}

function byWizard(
  run: Run,
  config: Config,
  given: string | undefined,
  { discover, skipTest = false }: AccountFlags,
): Promise<number> {
  const options = { discover: discover !== false, skipTest };
  return withNeighbours(run, config, (neighbours) =>
    addByWizard(run, config, neighbours, given, options),
  );
}

/** A path on the command line starts at the working directory, one in the file at the file's folder. */
export function absolutePaths({ world }: Run, flags: AccountFlags): AccountFlags {
  const keys = [
    'passwordFile',
    'outPasswordFile',
    'tlsCa',
    'inTlsCa',
    'inTlsCert',
    'inTlsKey',
  ] as const;
  const more = ['outTlsCa', 'outTlsCert', 'outTlsKey', 'path'] as const;
  const messages = ['signatureFile', 'template', 'certificate', 'certificatePasswordFile'] as const;
  const changed = [...keys, ...more, ...messages].flatMap((key) => {
    const value = flags[key];
    return value === undefined || value.startsWith('~/') ? [] : [[key, resolve(world.cwd, value)]];
  });
  return { ...flags, ...(Object.fromEntries(changed) as Partial<AccountFlags>) };
}

function withAccount(text: string, name: string, entry: AccountEntry, isDefault: boolean): string {
  const added = addAccount(text, name, entry);
  return isDefault ? setDefaultAccount(added, name) : added;
}

/** The account as it would be loaded, with all defaults: what is tested is what is saved. */
async function draftOf(
  config: Config,
  edit: (text: string) => string,
  name: string,
): Promise<Account> {
  const account = (await previewConfig(config.location, edit)).accounts.get(name);
  if (account === undefined) throw new InternalError('the new account is not in its own file');
  return account;
}

async function testFirst(
  run: Run,
  account: Account,
  id: string,
  neighbours: Neighbours,
): Promise<number> {
  const result = await testAccount(account, id, neighbours, run.world.signal);
  const status = gravest(failures(result));
  if (run.output.json && status !== 0) run.output.document({ added: null, test: testJson(result) });
  printTest(run.output, result);
  if (status !== 0 && !run.output.json)
    run.output.note('Nothing was saved. To save it untested, add --skip-test.');
  return status;
}
