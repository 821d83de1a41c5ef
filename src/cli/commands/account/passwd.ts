/** posthorn account passwd: a new password, and nothing else of the account. */

import type { Command } from 'commander';
import { bindAccount } from '../../../app/accounts/bind-account.ts';
import { passwordPlace, type PasswordPlace } from '../../../app/passwords/change-password.ts';
import { resumeAccount } from '../../../app/accounts/enable-account.ts';
import type { Neighbours } from '../../../app/neighbours.ts';
import {
  replaceSecrets,
  withNewSecrets,
  type NewSecret,
} from '../../../app/passwords/new-secrets.ts';
import { requireKeyring } from '../../../app/passwords/require-keyring.ts';
import { testAccount } from '../../../app/account-test/test-account.ts';
import type { Config } from '../../../config/read/config.ts';
import { refuseUnwritable } from '../../../config/edit/save.ts';
import { setAccountKeys } from '../../../config/edit/edit.ts';
import type { Account } from '../../../core/account/account.ts';
import { gravest, UsageError } from '../../../errors.ts';
import type { Act } from '../../act.ts';
import { hastenMessages } from '../../../app/outbox/outbox-orders.ts';
import { wakeDaemon } from '../../sync/after-queueing.ts';
import { changeConfig } from '../../edit-session.ts';
import { examples } from '../../terminal/examples.ts';
import { accountToAsk } from '../../account/pick-account.ts';
import { askNewPassword, canAsk } from '../../terminal/prompt.ts';
import { readConfig, withNeighbours } from '../../session.ts';
import { readPasswordLines } from '../../terminal/standard-input.ts';
import { printable } from '../../../printable.ts';
import type { Run } from '../../world.ts';
import { failures, testJson } from '../../account-test/json.ts';
import { printTest } from '../../account-test/text.ts';

interface Flags {
  readonly passwordStdin?: boolean;
  readonly out?: boolean;
  readonly skipTest?: boolean;
}

export function registerPasswd(command: Command, act: Act): void {
  command
    .command('passwd')
    .argument('[name]', 'chosen from a list where several could be meant')
    .description('store a new password; it is asked for twice, and tested before it counts')
    .option('--password-stdin', 'read it from standard input')
    .option('--out', 'the outgoing server’s own password')
    .option('--skip-test', 'store it without trying it')
    .addHelpText(
      'after',
      examples(
        'posthorn account passwd work',
        'posthorn account passwd work --password-stdin < new',
      ),
    )
    .action(act(passwd));
}

async function passwd(run: Run, name: string | undefined, flags: Flags): Promise<number> {
  const config = await readConfig(run);
  const account = await accountToAsk(run, config, name, 'Whose password?');
  const place = passwordPlace(account, flags.out === true);
  if (place.keyToSet !== null) await refuseUnwritable(config.path);
  return withNeighbours(run, config, async (neighbours) => {
    if (place.place === 'keyring') await requireKeyring(neighbours.secrets, account.name);
    const secret = await newPassword(run, account, place, flags);
    const { id } = await bindAccount(account, neighbours);
    const given = [{ owner: { accountId: id, server: place.server }, secret, place: place.place }];
    const status =
      flags.skipTest === true ? 0 : await tryIt(run, place.toTest, id, given, neighbours);
    if (status !== 0) return status;
    await replaceSecrets(neighbours.secrets, given, () => keep(config, account, place, neighbours));
    const resumed = await resumeAccount(account, neighbours.state);
    if (resumed !== null) await hastenMessages([resumed], neighbours);
    await wakeDaemon(run, config);
    if (run.output.json)
      run.output.document({ changed: { account: account.name, server: place.server } });
    const where = place.place === 'keyring' ? ' in the keyring' : '';
    run.output.say(`${account.name}: the new password is stored${where}`);
    return 0;
  });
}

async function newPassword(
  run: Run,
  account: Account,
  { server }: PasswordPlace,
  { passwordStdin }: Flags,
): Promise<string> {
  if (passwordStdin === true) {
    const [line = ''] = await readPasswordLines(run.world.stdin, 1, run.world.signal);
    return line;
  }
  if (!canAsk(run))
    throw new UsageError('nobody can be asked for the new password', {
      account: account.name,
      remedy: 'Add --password-stdin.',
    });
  const login = server === 'incoming' ? account.incoming?.username : account.outgoing?.username;
  return askNewPassword(run, `New password of ${printable(login ?? account.name)}`);
}

async function tryIt(
  run: Run,
  toTest: Account,
  id: string,
  given: readonly NewSecret[],
  neighbours: Neighbours,
): Promise<number> {
  const secrets = withNewSecrets(neighbours.secrets, given);
  const result = await testAccount(toTest, id, { ...neighbours, secrets }, run.world.signal);
  const status = gravest(failures(result));
  printTest(run.output, result);
  if (status === 0) return status;
  if (run.output.json) run.output.document({ changed: null, test: testJson(result) });
  else
    run.output.note('The old password was kept. To store the new one untested, add --skip-test.');
  return status;
}

/** The file is written only where it does not say yet that posthorn keeps the password. */
async function keep(
  config: Config,
  { name }: Account,
  { keyToSet }: PasswordPlace,
  neighbours: Neighbours,
): Promise<void> {
  if (keyToSet === null) return;
  await changeConfig(config, neighbours, (text) =>
    setAccountKeys(text, name, new Map([[keyToSet, { stored: true }]])),
  );
}
