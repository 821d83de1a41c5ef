/** A logged-in session of either protocol, for those who only try it out. */

import type { Account } from '../../core/account/account.ts';
import type { ConnectionFacts } from '../../ports/connection.ts';
import type { StepObserver } from '../../ports/connection-steps.ts';
import type { MailboxSession } from '../../ports/receiving/mailbox-source.ts';
import type { MaildropSession } from '../../ports/receiving/maildrop-source.ts';
import { connectMailbox, connectMaildrop } from '../log-in.ts';
import type { Neighbours } from '../neighbours.ts';

type Tried =
  | { readonly kind: 'mailbox'; readonly mailbox: MailboxSession }
  | { readonly kind: 'maildrop'; readonly maildrop: MaildropSession };

export type IncomingSession = Tried & {
  readonly facts: ConnectionFacts;
  readonly close: () => Promise<void>;
};

export async function connectIncoming(
  account: Account,
  accountId: string,
  neighbours: Pick<Neighbours, 'secrets' | 'sources'>,
  signal: AbortSignal,
  observe?: StepObserver,
): Promise<IncomingSession> {
  if (account.type === 'pop3') {
    const maildrop = await connectMaildrop(account, accountId, neighbours, signal, observe);
    return { kind: 'maildrop', maildrop, ...shared(maildrop) };
  }
  const mailbox = await connectMailbox(account, accountId, neighbours, signal, observe);
  return { kind: 'mailbox', mailbox, ...shared(mailbox) };
}

function shared(
  session: MailboxSession | MaildropSession,
): Pick<IncomingSession, 'facts' | 'close'> {
  return { facts: session.facts, close: () => session.close() };
}
