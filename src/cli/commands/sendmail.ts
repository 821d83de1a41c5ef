/** posthorn sendmail: takes a finished message on standard input, as /usr/sbin/sendmail does, and queues it durably. */

import { InvalidArgumentError, Option, type Command } from 'commander';
import { enqueue, refuseSender } from '../../app/outbox/enqueue.ts';
import type { SendingAccount, Senders } from '../../core/outbox/senders.ts';
import { concludeQueued } from '../sync/after-queueing.ts';
import type { Act } from '../act.ts';
import { accountIdOf, readSenders } from '../sync/read-senders.ts';
import { sender } from '../sync/sender.ts';
import { readAll } from '../terminal/standard-input.ts';
import type { Run } from '../world.ts';

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
  const senders = await readSenders(run);
  const from = flags.f ?? flags.r;
  const account = senderFor(senders, from);
  refuseSender(account);
  const raw = await readAll(run.world.stdin, run.world.signal);
  const { name, address } = account.identity;
  const neighbours = run.world.neighbours(senders.location, (text) => {
    run.output.warn(text);
  });
  const composed = await neighbours.codec.submit(raw, {
    from: from ?? null,
    recipients: addresses,
    recipientsFromHeader: flags.t === true,
    sender: name === undefined ? { address } : { name, address },
    date: neighbours.clock.now(),
  });
  const accountId = await accountIdOf(run, senders, account);
  const entry = await enqueue({ account, accountId }, composed, senders.settings, neighbours);
  const quiet = { ...run, output: run.output.silenced() };
  await concludeQueued(quiet, senders, account, entry);
  return 0;
}

/** The account whose address -f gives, or that is named so; else the default sender. */
function senderFor(config: Senders, from: string | undefined): SendingAccount {
  const wanted = from?.toLowerCase();
  const match = [...config.accounts.values()].find(
    (account) => account.send && account.identity.address.toLowerCase() === wanted,
  );
  return match ?? sender(config, undefined);
}
