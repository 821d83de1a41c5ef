/** posthorn account add: takes an account from options, tests it, and only then saves it. */

import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Neighbours } from '../../../app/neighbours.ts';
import { chooseAccountId, chooseAccountName } from '../../../app/accounts/new-account.ts';
import { requireKeyring } from '../../../app/passwords/require-keyring.ts';
import { replaceSecrets, withNewSecrets } from '../../../app/passwords/new-secrets.ts';
import { testAccount } from '../../../app/account-test/test-account.ts';
import type { Config } from '../../../config/read/config.ts';
import { addAccount, setDefaultAccount } from '../../../config/edit/edit.ts';
import type { AccountEntry } from '../../../config/schema/schema.ts';
import type { Account } from '../../../core/account/account.ts';
import { gravest } from '../../../errors.ts';
import { refuseBadFiles } from '../../account/files.ts';
import { entryFrom } from '../../account/entry.ts';
import { addAccountOptions, type AccountFlags } from '../../account/options.ts';
import { addByWizard, opensWizard } from '../../account/carry-out-wizard.ts';
import { changeConfig } from '../../edit-session.ts';
import { fillServers } from '../../account/fill-servers.ts';
import type { Act } from '../../act.ts';
import { passwordsFor, usesKeyring } from '../../account/new-passwords.ts';
import { previewAccount } from '../../account/preview.ts';
import { readConfigToChange, withNeighbours } from '../../session.ts';
import { tellAdded } from '../../account/tell-added.ts';
import type { Run } from '../../world.ts';
import { failures, testJson } from '../../account-test/json.ts';
import { printTest } from '../../account-test/text.ts';

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
  const taken = new Set(config.accounts.keys());
  if (opensWizard(run, flags)) {
    const name = given === undefined ? null : chooseAccountName(given, undefined, taken);
    return byWizard(run, config, name, flags);
  }
  const name = chooseAccountName(given, flags.email, taken);
  return withNeighbours(run, config, async (neighbours) => {
    const id = chooseAccountId(config.accounts.values(), neighbours);
    if (usesKeyring(flags)) await requireKeyring(neighbours.secrets, name);
    const complete = await fillServers(run, config, absolutePaths(run, flags));
    const asked = await passwordsFor(run, name, complete);
    const entry = entryFrom(asked.flags, id);
    const edit = (text: string): string => withAccount(text, name, entry, flags.default === true);
    const account = await previewAccount(config, edit, name);
    const secrets = asked.secrets.map(({ server, ...secret }) => ({
      owner: { accountId: id, server },
      ...secret,
    }));
    const trying = { ...neighbours, secrets: withNewSecrets(neighbours.secrets, secrets) };
    const skipTest = flags.skipTest === true;
    await refuseBadFiles(run, { before: null, after: account, id, skipTest }, trying);
    const status = skipTest ? 0 : await testFirst(run, account, id, trying);
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
  name: string | null,
  { discover, skipTest = false, default: isDefault = false }: AccountFlags,
): Promise<number> {
  const options = { name, isDefault, discover: discover !== false, skipTest };
  return withNeighbours(run, config, (neighbours) => addByWizard(run, config, neighbours, options));
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
    return value === undefined || value === '' || value.startsWith('~/')
      ? []
      : [[key, resolve(world.cwd, value)]];
  });
  return { ...flags, ...(Object.fromEntries(changed) as Partial<AccountFlags>) };
}

function withAccount(text: string, name: string, entry: AccountEntry, isDefault: boolean): string {
  const added = addAccount(text, name, entry);
  return isDefault ? setDefaultAccount(added, name) : added;
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
