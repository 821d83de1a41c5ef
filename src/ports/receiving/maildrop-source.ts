/** Where the mail of POP3 accounts comes from (RFC 1939). */

import type { Account } from '../../core/account/account.ts';
import type { ListedMail } from '../../core/maildrop/maildrop.ts';
import type { PosthornError } from '../../errors.ts';
import type { ConnectionFacts, Login } from '../connection.ts';
import type { StepObserver } from '../connection-steps.ts';
import type { MessageBody } from './message-body.ts';

export interface MaildropListing {
  /** In the order of their numbers. */
  readonly mail: readonly ListedMail[];
  /** Not complete: STAT counts more than was listed, so what is missing proves nothing (design rule 13). */
  readonly complete: boolean;
}

export type Retrieved =
  /** It counts as whole only once the answer behind it began as an answer does: then its final dot was the final dot. */
  | { readonly kind: 'message'; readonly mail: ListedMail; readonly body: MessageBody }
  /** The server gives others, but not this one, or gives it in a form that nobody can tell the end of. */
  | { readonly kind: 'refused'; readonly mail: ListedMail; readonly error: PosthornError };

export interface MaildropSession {
  readonly facts: ConnectionFacts;
  /** True once it is fit for close() alone. */
  readonly spent: boolean;
  list(): Promise<MaildropListing>;
  /**
   * Each once, in the given order, in batches as they arrive; a window of RETR is in flight, bounded by octets and time. What
   * concerns more than one message is thrown, after the batches that came before. Whoever leaves early, or was thrown at,
   * has a session fit for close() alone, that deletes nothing.
   */
  retrieve(mail: readonly ListedMail[]): AsyncIterable<readonly Retrieved[]>;
  /**
   * Whose header says what message it is, without its octets (TOP n 0, RFC 1939 section 7): hashes of their Message-IDs by id, as
   * Staged.messageIdHash; null for one without. The whole is null where the server has no TOP.
   */
  messageIds(mail: readonly ListedMail[]): Promise<ReadonlyMap<string, string | null> | null>;
  /**
   * DELE for each, then QUIT; ends the session. Resolves with the ids that the server said +OK to, once QUIT was answered
   * +OK: before that nothing is deleted, and after an error nothing is known to be.
   */
  remove(mail: readonly ListedMail[]): Promise<readonly string[]>;
  /** QUIT, within a moment; never throws, and deletes nothing. */
  close(): Promise<void>;
}

export interface MaildropSource {
  /** As MailboxSource.connect. */
  connect(
    account: Account,
    login: Login,
    signal: AbortSignal,
    observe?: StepObserver,
  ): Promise<MaildropSession>;
}
