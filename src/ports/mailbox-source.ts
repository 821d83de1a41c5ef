/** Where mail comes from: an IMAP or a POP3 server, seen the same way. */

import type { Account, FolderRole } from '../core/account/account.ts';
import type { Flag } from '../core/sync/flags.ts';
import type { FolderStatus, RemoteFolder, RemoteId, RemoteMessage } from '../core/sync/message.ts';
import type { StepObserver } from './connection-steps.ts';

/** Name and secret as resolved for one connection. The password is an access token for XOAUTH2 and OAUTHBEARER. */
export interface Login {
  readonly username: string;
  readonly password: string;
}

/** What the connection came to, for `account test` and --verbose. */
export interface ConnectionFacts {
  readonly host: string;
  readonly port: number;
  /** `TLSv1.3`, or null when the connection is in clear. */
  readonly tls: string | null;
  /** SASL mechanism or command that logged in, e.g. `SCRAM-SHA-256`, `LOGIN`, `APOP`, `USER`. */
  readonly mechanism: string;
  readonly capabilities: readonly string[];
}

/** One message on its way: its octets exactly as on the wire (CRLF), not one more, not one less. */
export interface IncomingMessage {
  /** As listed; IMAP refreshes the flags with those that came with the body. */
  readonly message: RemoteMessage;
  /**
   * Ends after the last octet of a whole message. A message that is cut, or that the server refuses to give, throws
   * before it ends: an error that reaches `message` where the session goes on, one that reaches `account` where it is broken.
   */
  readonly body: AsyncIterable<Buffer>;
}

export interface MailboxSession {
  readonly facts: ConnectionFacts;
  /** Every folder, selectable or not. POP3: INBOX alone. */
  folders(): Promise<readonly RemoteFolder[]>;
  /** Opens read-only; what follows speaks of this folder. */
  open(folder: RemoteFolder): Promise<FolderStatus>;
  /** The listing in pages, ascending, between which other commands of the session may run; IMAP lists UIDs greater than `above` alone, POP3 always everything. */
  list(above: number): AsyncIterable<readonly RemoteMessage[]>;
  /**
   * Fetches in the given order. The caller starts to read each body before it asks for the next message, and several may be
   * read at once; the session holds back when too much lies unread. A message that vanished since the listing is left out.
   * Whoever leaves the loop early ends every body that is still unread with an error; the session is then fit for close() alone.
   */
  fetch(messages: readonly RemoteMessage[]): AsyncIterable<IncomingMessage>;
  /** Logs out politely; never throws. POP3 deletes nothing by it unless `remove` was asked before. */
  close(): Promise<void>;
}

/** POP3 alone: deletion on the server (RFC 1939 5, 6). */
export interface RemovingSession extends MailboxSession {
  /**
   * DELE for each, then QUIT; ends the session. Resolves with the ids that the server said +OK to, once QUIT was
   * answered +OK: before that nothing is deleted, and after an error nothing is known to be.
   */
  remove(messages: readonly RemoteMessage[]): Promise<readonly RemoteId[]>;
}

/** IMAP alone: putting a message on the server. APPEND is not repeatable, so the caller looks before it tries again. */
export interface FilingSession extends MailboxSession {
  /** UIDNEXT of a folder without opening it (STATUS). */
  uidNext(path: string): Promise<number>;
  /** UIDs from `fromUid` on whose Message-ID is this one. */
  findByMessageId(path: string, messageId: string, fromUid: number): Promise<readonly number[]>;
  /** Appends the octets as they are (CRLF already made). The UID where the server tells it (UIDPLUS, RFC 4315). */
  append(
    path: string,
    octets: Buffer,
    flags: readonly Flag[],
    internalDate: number,
  ): Promise<number | null>;
}

/** IMAP alone: making folders on the server. */
export interface FolderMakingSession extends MailboxSession {
  /**
   * What the path of a folder of one's own begins with: the personal namespace (RFC 2342), `''` or e.g. `INBOX.`. Empty where
   * the server does not tell.
   */
  personalPrefix(): Promise<string>;
  /**
   * Creates the folder, with the SPECIAL-USE attribute of the role where the server takes one (RFC 6154), and subscribes to
   * it. One that is there already is no error. Where the server refuses, the error reaches `folder`.
   */
  createFolder(path: string, role: FolderRole | null): Promise<void>;
}

export interface MailboxSource {
  /**
   * Connects and logs in within the account's deadline; aborting the signal drops the socket at any time.
   * Throws TemporaryError (resolve, connect, timeout), RefusedError (certificate, greeting), CredentialsError (login),
   * ConfigurationError (a password would leave in clear). `observe` sees each layer up to the login as it is done.
   */
  connect(
    account: Account,
    login: Login,
    signal: AbortSignal,
    observe?: StepObserver,
  ): Promise<MailboxSession>;
}

export function canRemove(session: MailboxSession): session is RemovingSession {
  return 'remove' in session;
}

export function canFile(session: MailboxSession): session is FilingSession {
  return 'append' in session;
}

export function canMakeFolders(session: MailboxSession): session is FolderMakingSession {
  return 'createFolder' in session;
}
