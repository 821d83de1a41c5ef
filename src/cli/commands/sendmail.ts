/** posthorn sendmail: takes a finished message on standard input, as /usr/sbin/sendmail does, and queues it durably. Loads little. */

import { enqueue } from '../../app/outbox/enqueue.ts';
import type { ConfigLocation } from '../../config/read/config.ts';
import type { SendingAccount, Senders } from '../../core/outbox/senders.ts';
import { concludeQueued } from '../sync/after-queueing.ts';
import { sender } from '../sync/sender.ts';
import { readAll } from '../terminal/standard-input.ts';
import type { QueueingWorld, Run } from '../world.ts';

export interface SendmailFlags {
  readonly t?: boolean;
  readonly f?: string;
  readonly r?: string;
}

export interface Sending {
  readonly account: SendingAccount;
  /** Asked once the message is known to be good. */
  readonly accountId: () => Promise<string>;
  readonly settings: Senders['settings'];
  readonly location: ConfigLocation;
}

export async function queueFinished(
  run: Run<QueueingWorld>,
  { account, accountId, settings, location }: Sending,
  addresses: readonly string[],
  flags: SendmailFlags,
): Promise<number> {
  const raw = await readAll(run.world.stdin, run.world.signal);
  const { name, address } = account.identity;
  const neighbours = run.world.neighbours(location, (text) => {
    run.output.warn(text);
  });
  const composed = await neighbours.codec.submit(raw, {
    from: flags.f ?? flags.r ?? null,
    recipients: addresses,
    recipientsFromHeader: flags.t === true,
    sender: name === undefined ? { address } : { name, address },
    date: neighbours.clock.now(),
  });
  const by = { account, accountId: await accountId() };
  const entry = await enqueue(by, composed, settings, neighbours);
  const quiet = { ...run, output: run.output.silenced() };
  await concludeQueued(quiet, { location, path: location.path, settings }, account, entry);
  return 0;
}

/** The account whose address -f gives, or that is named so; else the default sender. */
export function senderFor(config: Senders, { f, r }: SendmailFlags): SendingAccount {
  const wanted = (f ?? r)?.toLowerCase();
  const match = [...config.accounts.values()].find(
    (account) => account.send && account.identity.address.toLowerCase() === wanted,
  );
  return match ?? sender(config, undefined);
}
