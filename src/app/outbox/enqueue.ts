/** Puts a finished message into the outbox: once this resolves, it survives any kill. */

import type { OutboxEntry } from '../../core/outbox/entry.ts';
import type { SendingAccount, Senders } from '../../core/outbox/senders.ts';
import { ConfigurationError } from '../../errors.ts';
import type { Composed } from '../../ports/sending/message-codec.ts';
import type { Neighbours } from '../neighbours.ts';

/** ConfigurationError where the account does not send. */
export function refuseSender({ name, send }: SendingAccount): void {
  if (send) return;
  throw new ConfigurationError('this account does not send', {
    account: name,
    remedy: 'Choose another with --from, or set send: true.',
  });
}

/** `account` is the sender, `accountId` what its state hangs on; `composed` comes from the codec. */
export async function enqueue(
  { account, accountId }: { readonly account: SendingAccount; readonly accountId: string },
  composed: Composed,
  settings: Pick<Senders['settings'], 'saveSent'>,
  neighbours: Pick<Neighbours, 'randomBytes' | 'outbox' | 'clock'>,
): Promise<OutboxEntry> {
  const now = neighbours.clock.now();
  const entry: OutboxEntry = {
    id: entryId(now, neighbours.randomBytes),
    accountId,
    from: composed.from,
    recipients: composed.recipients.map((address) => ({ address, status: 'open', reply: null })),
    messageId: composed.messageId,
    subject: composed.subject,
    size: composed.octets.length,
    state: 'queued',
    createdAt: now,
    attempts: 0,
    nextAttempt: now,
    lastError: null,
    saveSent: account.saveSent === true || (settings.saveSent && account.saveSent !== false),
    filing: null,
  };
  await neighbours.outbox.add(entry, composed.octets);
  return entry;
}

/** Sorts by time of writing and reads well in a command line: base 36 of the millisecond, then four random signs. */
function entryId(now: number, randomBytes: Neighbours['randomBytes']): string {
  const random = Array.from(randomBytes(4), (byte) => (byte % 36).toString(36)).join('');
  return `${now.toString(36)}${random}`;
}
