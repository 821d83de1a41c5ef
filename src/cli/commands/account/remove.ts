/** posthorn account remove: takes accounts out of the file; with --purge their mail and state go too. */

import type { Command } from 'commander';
import { forgetSecrets } from '../../../app/passwords/forget-secrets.ts';
import {
  belongingsOf,
  leftBehind,
  purgeAccount,
  refuseQueued,
  type Belongings,
} from '../../../app/accounts/remove-account.ts';
import type { Neighbours } from '../../../app/neighbours.ts';
import { lockOutDaemon } from '../../../app/sync/without-daemon.ts';
import type { Config } from '../../../config/read/config.ts';
import { removeAccount } from '../../../config/edit/edit.ts';
import type { Act } from '../../act.ts';
import { noteRunningDaemon } from '../../sync/daemon-note.ts';
import { changeConfig } from '../../edit-session.ts';
import { examples } from '../../terminal/examples.ts';
import { confirm } from '../../terminal/prompt.ts';
import { accountsChosen, readConfigToChange, withNeighbours } from '../../session.ts';
import { homely } from '../../terminal/text.ts';
import type { Run } from '../../world.ts';

interface Flags {
  readonly all?: boolean;
  readonly purge?: boolean;
}

export function registerRemove(command: Command, act: Act): void {
  command
    .command('remove')
    .argument('[names...]', 'accounts or @TAG')
    .option('--all', 'every account')
    .option(
      '--purge',
      'also remove its mail and its state from this disk, or what was left of them',
    )
    .description(
      'take the account out of the file, and forget its stored password; mail and state are kept',
    )
    .addHelpText(
      'after',
      examples('posthorn account remove work --yes', 'posthorn account remove work --purge'),
    )
    .action(act(remove));
}

/** The configuration goes first: an account that is no longer there has nothing left that could be polled by mistake. */
async function remove(run: Run, names: readonly string[], flags: Flags): Promise<number> {
  const config = await readConfigToChange(run);
  const mail =
    flags.purge === true ? 'Mail and state go from this disk too.' : 'Mail and state are kept.';
  return withNeighbours(run, config, async (neighbours) => {
    const doomed = flags.purge === true ? await remainsOf(config, names, neighbours) : [];
    const gone = doomed.map(({ account }) => account.name);
    const named = names.filter((name) => !gone.includes(name));
    const isDone = gone.length > 0 && named.length === 0;
    const accounts = isDone ? [] : accountsChosen(config, named, flags.all);
    const list = [...gone, ...accounts.map(({ name }) => name)].join(', ');
    await confirm(run, `Remove ${list}? ${mail}`);
    await refuseQueued(accounts, neighbours);
    for (const account of accounts) doomed.push(await belongingsOf(account, neighbours));
    await withoutSyncs(doomed, flags.purge === true, neighbours, async () => {
      await changeConfig(config, neighbours, (text) =>
        accounts.reduce((edited, { name }) => removeAccount(edited, name), text),
      );
      const ids = doomed.flatMap(({ id }) => id ?? []);
      await forgetSecrets(ids, neighbours.secrets, () =>
        tellEach(run, config, doomed, flags.purge === true, neighbours),
      );
    });
    await noteRunningDaemon(run, config);
    return 0;
  });
}

/** Of the names that the file has no more. */
async function remainsOf(
  { accounts }: Config,
  names: readonly string[],
  neighbours: Neighbours,
): Promise<Belongings[]> {
  const unknown = [...new Set(names)].filter(
    (name) => !name.startsWith('@') && !accounts.has(name),
  );
  const found = await Promise.all(unknown.map((name) => leftBehind(name, neighbours)));
  return found.filter((each) => each !== null);
}

/** A sync that is under way would write mail and state of an account that is no more. */
async function withoutSyncs(
  doomed: readonly Belongings[],
  purge: boolean,
  { lock }: Neighbours,
  work: () => Promise<void>,
): Promise<void> {
  const held = [];
  try {
    // It would go on polling, find no state, and fetch everything once more.
    if (purge) held.push(await lockOutDaemon(lock, 'mail cannot be removed'));
    for (const { id } of doomed)
      if (id !== null) held.push(await lock.acquire(`account-${id}`, { waitMs: 2_000 }));
    await work();
  } finally {
    for (const each of held) await each.release();
  }
}

async function tellEach(
  { output }: Run,
  config: Config,
  doomed: readonly Belongings[],
  purge: boolean,
  neighbours: Neighbours,
): Promise<void> {
  const removed = [];
  for (const each of doomed) {
    const { name, path } = each.account;
    const left = purge ? await purgeAccount(each, neighbours) : null;
    removed.push({ name, path, purged: purge, left });
    const where = homely(path, config.location.home);
    if (left === null) output.say(`${name}: removed; its state is kept, and its mail in ${where}`);
    else if (left === 0) output.say(`${name}: removed, with its state and its mail in ${where}`);
    else
      output.say(
        `${name}: removed, with its state and its mail; what is no mail stays in ${where}`,
      );
  }
  if (output.json) output.document({ removed });
}
