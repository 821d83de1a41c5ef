/** posthorn sendmail: takes a finished message on standard input, as /usr/sbin/sendmail does, and queues it durably. */

import { InvalidArgumentError, Option, type Command } from 'commander';
import { enqueue } from '../../app/outbox/enqueue.ts';
import type { Config } from '../../config/read/config.ts';
import type { Account } from '../../core/account/account.ts';
import { concludeQueued } from '../sync/after-queueing.ts';
import type { Act } from '../act.ts';
import { readConfig, withNeighbours } from '../session.ts';
import { readAll } from '../terminal/standard-input.ts';
import type { Run } from '../world.ts';
import { sender } from './send.ts';

interface SendmailFlags {
  readonly t?: boolean;
  readonly f?: string;
  readonly r?: string;
}

export function register(command: Command, act: Act): void {
  command
    .argument('[addresses...]', 'recipients')
    // sendmail's -h counts hops: who gives it has a message to send, and must not be told of options instead.
    .helpOption('--help', 'display help for command')
    .option('-t', 'take the recipients from To, Cc and Bcc')
    .option('-i', 'a line with a single dot does not end the message (always so)')
    .option('-f <address>', 'envelope sender; chooses the account with this address')
    .option('-r <address>', 'the same')
    .option('-b <mode>', 'only m, to deliver, as without it', deliveryMode)
    .option('-F <name>', 'accepted and ignored: From names the sender')
    .option('-o <option>', 'accepted and ignored, as in -oi')
    .action(act(sendmail))
    .addHelpText('after', '\nExample:\n  posthorn sendmail -t -i < message.eml');
  for (const flags of ignored) command.addOption(new Option(flags).hideHelp());
}

/** What other programs give sendmail beside that, e.g. cron -B8BITMIME: taken, and without effect. */
const ignored = [
  ...['-B <body>', '-G', '-h <hops>', '-L <tag>', '-N <when>', '-O <option>'],
  ...['-p <protocol>', '-R <what>', '-U', '-V <envelope>', '-X <file>'],
];

/** sendmail has modes that read no message (-bs, -bp, -bi …): they are refused rather than taken for one. */
function deliveryMode(mode: string): string {
  if (mode !== 'm')
    throw new InvalidArgumentError('Only -bm is possible here; the queue is shown by outbox list.');
  return mode;
}

async function sendmail(
  run: Run,
  addresses: readonly string[],
  flags: SendmailFlags,
): Promise<number> {
  const config = await readConfig(run);
  const from = flags.f ?? flags.r;
  const account = senderFor(config, from);
  const raw = await readAll(run.world.stdin, run.world.signal);
  const { name, address } = account.identity;
  return withNeighbours(run, config, async (neighbours) => {
    const composed = await neighbours.codec.submit(raw, {
      from: from ?? null,
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
