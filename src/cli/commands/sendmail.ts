/** posthorn sendmail: takes a finished message on standard input, as /usr/sbin/sendmail does, and queues it durably. */

import type { Command } from 'commander';
import { enqueue } from '../../app/enqueue.ts';
import type { Config } from '../../config/config.ts';
import type { Account } from '../../core/account.ts';
import { concludeQueued } from '../after-queueing.ts';
import type { Act } from '../act.ts';
import { readConfig, withNeighbours } from '../session.ts';
import { readAll } from '../standard-input.ts';
import type { Run } from '../world.ts';
import { sender } from './send.ts';

interface SendmailFlags {
  readonly t?: boolean;
  readonly f?: string;
}

export function register(command: Command, act: Act): void {
  command
    .argument('[addresses...]', 'recipients')
    .option('-t', 'take the recipients from To, Cc and Bcc')
    .option('-i', 'a line with a single dot does not end the message (always so)')
    .option('-f <address>', 'envelope sender; chooses the account with this address')
    .option('-F <name>', 'accepted and ignored: From names the sender')
    .option('-o <option>', 'accepted and ignored, as in -oi')
    .action(act(sendmail))
    .addHelpText('after', '\nExample:\n  posthorn sendmail -t -i < message.eml');
}

async function sendmail(
  run: Run,
  addresses: readonly string[],
  flags: SendmailFlags,
): Promise<number> {
  const config = await readConfig(run);
  const account = senderFor(config, flags.f);
  const raw = await readAll(run.world.stdin, run.world.signal);
  const { name, address } = account.identity;
  return withNeighbours(run, config, async (neighbours) => {
    const composed = await neighbours.codec.submit(raw, {
      from: flags.f ?? null,
      recipients: addresses,
      recipientsFromHeader: flags.t === true,
      sender: name === undefined ? { address } : { name, address },
      date: neighbours.clock.now(),
    });
    const entry = await enqueue(account, composed, config.settings, neighbours);
    const quiet = { ...run, output: run.output.silenced() };
    return concludeQueued(quiet, config, account, entry, neighbours, false);
  });
}

/** The account whose address -f gives, or that is named so; else the default sender. */
function senderFor(config: Config, from: string | undefined): Account {
  const wanted = from?.toLowerCase();
  const match = [...config.accounts.values()].find(
    (account) => account.send && account.identity.address.toLowerCase() === wanted,
  );
  return match ?? sender(config, undefined);
}
