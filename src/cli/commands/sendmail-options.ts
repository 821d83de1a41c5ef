/** posthorn sendmail, as the command line knows it: those of sendmail(8)'s options that mean something here, and those that are borne. */

import { InvalidArgumentError, Option, type Command } from 'commander';
import { refuseSender } from '../../app/outbox/enqueue.ts';
import type { Act } from '../act.ts';
import { accountIdOf, readSenders } from '../sync/read-senders.ts';
import type { Run } from '../world.ts';
import { queueFinished, senderFor, type SendmailFlags } from './sendmail.ts';

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
  const account = senderFor(senders, flags);
  refuseSender(account);
  const accountId = (): Promise<string> => accountIdOf(run, senders, account);
  return queueFinished(run, { ...senders, account, accountId }, addresses, flags);
}
