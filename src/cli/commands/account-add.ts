/** posthorn account add: takes an account from options, tests it, and only then saves it. */

import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Neighbours } from '../../app/neighbours.ts';
import { chooseAccountId, chooseAccountName } from '../../app/new-account.ts';
import { testAccount } from '../../app/test-account.ts';
import type { Config } from '../../config/config.ts';
import { addAccount, setDefaultAccount } from '../../config/edit.ts';
import { previewConfig } from '../../config/save.ts';
import type { AccountEntry } from '../../config/schema.ts';
import type { Account } from '../../core/account.ts';
import { gravest, InternalError, UsageError } from '../../errors.ts';
import type { SecretOwner } from '../../ports/secrets.ts';
import { refuseBadFiles } from '../account-files.ts';
import { addAccountOptions, entryFrom, type AccountFlags } from '../account-options.ts';
import { noteRunningDaemon } from '../daemon-note.ts';
import { changeConfig } from '../edit-session.ts';
import { fillServers } from '../fill-servers.ts';
import type { Act } from '../act.ts';
import { askPassword, canAsk } from '../prompt.ts';
import { readConfig, withNeighbours } from '../session.ts';
import { readPasswordLines } from '../standard-input.ts';
import { homely } from '../text.ts';
import type { Run } from '../world.ts';
import { failures, printTest, testJson } from './account-test.ts';

export function registerAdd(command: Command, act: Act): void {
  const add = command
    .command('add')
    .argument(
      '[name]',
      'NAME of the account: small letters, digits, . _ - (default: from the address)',
    )
    .description('add an account; it is tested before it is saved');
  addAccountOptions(add)
    .option('--no-discover', 'look for no servers: every host must be given')
    .action(act(addOne))
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  posthorn account add --email you@gmx.de\n' +
        '  posthorn account add work --email you@example.org --in-host imap.example.org \\\n' +
        '      --out-host smtp.example.org --password-command "pass show mail/work"\n' +
        '  posthorn account add --type pop3 --email me@example.net --in-host pop.example.net \\\n' +
        '      --no-send --no-leave-on-server --password-stdin < secret',
    );
}

/** What a stored password needs: to whom it belongs, and the password. */
type Given = readonly { readonly owner: SecretOwner; readonly secret: string }[];

async function addOne(run: Run, given: string | undefined, flags: AccountFlags): Promise<number> {
  const config = await readConfig(run, { allowMissing: true });
  const name = chooseAccountName(given, flags.email, new Set(config.accounts.keys()));
  return withNeighbours(run, config, async (neighbours) => {
    const id = chooseAccountId(config.accounts.values(), neighbours);
    const complete = await fillServers(run, config, absolutePaths(run, flags));
    const asked = await askForMissing(run, name, complete);
    const entry = entryFrom(asked.flags, id);
    const edit = (text: string): string => withAccount(text, name, entry, flags.default === true);
    const account = await draftOf(config, edit, name);
    const secrets = asked.secrets.map(({ server, secret }) => ({
      owner: { accountId: id, server },
      secret,
    }));
    await storeAll(secrets, neighbours);
    try {
      await refuseBadFiles(
        run,
        { before: null, after: account, id, skipTest: flags.skipTest === true },
        neighbours,
      );
      const status = flags.skipTest === true ? 0 : await testFirst(run, account, id, neighbours);
      if (status !== 0) return await giveUp(id, neighbours, status);
      await changeConfig(config, neighbours, edit);
    } catch (error) {
      await neighbours.secrets.forget(id);
      throw error;
    }
    tell(run, account, id, config);
    await noteRunningDaemon(run, config);
    return 0;
  });
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

interface Asked {
  readonly flags: AccountFlags;
  readonly secrets: readonly { readonly server: SecretOwner['server']; readonly secret: string }[];
}

/** Passwords from standard input, one a line; on a terminal a missing one is asked for. */
async function askForMissing(run: Run, name: string, flags: AccountFlags): Promise<Asked> {
  const wanted: SecretOwner['server'][] = [];
  if (flags.passwordStdin === true) wanted.push('incoming');
  if (flags.outPasswordStdin === true) wanted.push('outgoing');
  if (flags.certificatePasswordStdin === true) wanted.push('certificate');
  const lines =
    wanted.length === 0
      ? []
      : await readPasswordLines(run.world.stdin, wanted.length, run.world.signal);
  const secrets = wanted.map((server, at) => ({ server, secret: lines[at] ?? '' }));
  if (!lacksPassword(flags)) return { flags, secrets };
  if (!canAsk(run))
    throw new UsageError('no password was given, and nobody can be asked', {
      account: name,
      remedy: 'Add --password-command, --password-file, --password-env or --password-stdin.',
    });
  const secret = await askPassword(run, `Password of ${flags.user ?? flags.email ?? name}:`);
  return {
    flags: { ...flags, passwordStdin: true },
    secrets: [...secrets, { server: 'incoming', secret }],
  };
}

function lacksPassword(flags: AccountFlags): boolean {
  const { passwordCommand, passwordEnv, passwordFile, passwordStdin, outPasswordStdin } = flags;
  const isGiven =
    [passwordCommand, passwordEnv, passwordFile].some((each) => each !== undefined) ||
    [passwordStdin, outPasswordStdin].includes(true);
  const isUsed = flags.receive !== false || (flags.outCredentials ?? 'same') === 'same';
  return !isGiven && isUsed && flags.inAuth !== 'external' && !ownPasswordAlone(flags);
}

/** An account that only sends, with a password of its own. */
function ownPasswordAlone(flags: AccountFlags): boolean {
  const { outPasswordCommand, outPasswordEnv, outPasswordFile } = flags;
  const own = [outPasswordCommand, outPasswordEnv, outPasswordFile];
  return flags.receive === false && own.some((each) => each !== undefined);
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

async function storeAll(given: Given, { secrets }: Neighbours): Promise<void> {
  for (const { owner, secret } of given) await secrets.store(owner, secret);
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
  return status;
}

async function giveUp(id: string, { secrets }: Neighbours, status: number): Promise<number> {
  await secrets.forget(id);
  return status;
}

function tell(run: Run, account: Account, id: string, config: Config): void {
  const { name, path } = account;
  const { home } = config.location;
  if (run.output.json) run.output.document({ added: { name, id, path }, config: config.path });
  else
    run.output.say(
      `${name}: added to ${homely(config.path, home)}; its mail will be in ${homely(path, home)}`,
    );
}
