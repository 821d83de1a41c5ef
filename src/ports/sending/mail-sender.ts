/** Where mail leaves: submission over SMTP (RFC 6409). */

import type { Account } from '../../core/account/account.ts';
import type { PosthornError } from '../../errors.ts';
import type { StepObserver } from '../connection-steps.ts';
import type { ConnectionFacts, Login } from '../connection.ts';

export interface OutgoingMessage {
  /** MAIL FROM; empty for a bounce. */
  readonly from: string;
  /** RCPT TO, those alone that are still open. */
  readonly recipients: readonly string[];
  /** The whole message with CRLF; not dot-stuffed. */
  readonly octets: Buffer;
}

/** The server's word on one recipient. */
export type RecipientVerdict =
  | { readonly address: string; readonly kind: 'accepted' }
  /**
   * deferred (4xx): may be tried again. refused (5xx): for good. excess: one too many for this transaction, to be sent in
   * another one at once (RFC 5321 4.5.3.1.10); only where the server took the message for others. `reply` is the server's line,
   * its code included.
   */
  | {
      readonly address: string;
      readonly kind: 'deferred' | 'refused' | 'excess';
      readonly reply: string;
    };

/**
 * answered: the server took the message for those accepted. uncertain: the connection broke after the final dot of DATA was
 * on its way, so it may or may not have been taken (RFC 5321 4.5.3.2.6).
 */
export type SendOutcome =
  | {
      readonly kind: 'answered';
      readonly verdicts: readonly RecipientVerdict[];
      readonly reply: string;
    }
  | { readonly kind: 'uncertain'; readonly reason: string };

export interface SenderSession {
  readonly facts: ConnectionFacts;
  /** Why nothing more can be sent over it (`code: 'timeout'`: the server stalled); null while it goes on. */
  readonly broken: PosthornError | null;
  /**
   * Sends one message over this connection. Throws where it surely was not taken: an error that reaches `message` where the
   * server refused this message (retry `never`: 5xx, `later`: 4xx), else the session is broken.
   */
  send(message: OutgoingMessage, signal: AbortSignal): Promise<SendOutcome>;
  /**
   * Asks whether the server takes mail from this sender (MAIL FROM), and takes the question back (RSET): nothing is sent.
   * Throws as send() does where it is refused; the session goes on then.
   */
  tryOut(from: string, signal: AbortSignal): Promise<void>;
  /** Ends the connection; never throws. */
  close(): Promise<void>;
}

export interface MailSender {
  /**
   * Connects, secures and logs in (login null: `credentials: none`). Errors as MailboxSource.connect. `observe` sees each
   * layer up to the login as it is done.
   */
  connect(
    account: Account,
    login: Login | null,
    signal: AbortSignal,
    observe?: StepObserver,
  ): Promise<SenderSession>;
}
