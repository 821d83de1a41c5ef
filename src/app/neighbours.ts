/** Everything a use case may touch beyond the pure core, joined by main and passed as one object. */

import type { Certificates } from '../ports/accounts/certificates.ts';
import type { Clock } from '../ports/clock.ts';
import type { GivenFiles } from '../ports/accounts/given-files.ts';
import type { Lock } from '../ports/lock.ts';
import type { MailSender } from '../ports/sending/mail-sender.ts';
import type { MailRoots } from '../ports/receiving/mail-roots.ts';
import type { MailStore } from '../ports/receiving/mail-store.ts';
import type { MailboxSource } from '../ports/receiving/mailbox-source.ts';
import type { MaildropSource } from '../ports/receiving/maildrop-source.ts';
import type { MessageCodec } from '../ports/sending/message-codec.ts';
import type { OutboxStore } from '../ports/sending/outbox-store.ts';
import type { PortIdentifier } from '../ports/accounts/port-identifier.ts';
import type { Secrets } from '../ports/accounts/secrets.ts';
import type { StateStore } from '../ports/state-store.ts';

export interface Neighbours {
  readonly sources: { readonly imap: MailboxSource; readonly pop3: MaildropSource };
  readonly store: MailStore;
  readonly roots: MailRoots;
  readonly state: StateStore;
  readonly lock: Lock;
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly outbox: OutboxStore;
  readonly sender: MailSender;
  /** Finds out what else listens where a mail server was expected. */
  readonly identify: PortIdentifier;
  readonly codec: MessageCodec;
  readonly files: GivenFiles;
  readonly certificates: Certificates;
  /** In [0, 1). */
  readonly chance: () => number;
  readonly randomBytes: (count: number) => Uint8Array;
}
