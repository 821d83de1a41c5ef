/** Where the mail of IMAP accounts comes from, and where it is filed. */

import type { Account, FolderRole } from '../../core/account/account.ts';
import type { Flag } from '../../core/sync/flags.ts';
import type {
  FolderListing,
  FolderStatus,
  MessageFacts,
  SelectedStatus,
} from '../../core/sync/remote.ts';
import type { UidSet } from '../../core/sync/uid-set.ts';
import type { PosthornError } from '../../errors.ts';
import type { ConnectionFacts, Login } from '../connection.ts';
import type { StepObserver } from '../connection-steps.ts';
import type { MessageBody } from './message-body.ts';

/** What a listing came to. Not complete: the server showed a part alone, so what is missing proves nothing (design rule 13). */
export interface UidListing {
  readonly uids: UidSet;
  readonly complete: boolean;
}

/** What came of one UID that was asked for. */
export type Fetched =
  | { readonly kind: 'message'; readonly facts: MessageFacts; readonly body: MessageBody }
  /** It is not there any more: SEARCH does not know it either. */
  | { readonly kind: 'vanished'; readonly uid: number }
  /** The server gives others, but not this one: the trouble is the message's. */
  | { readonly kind: 'refused'; readonly uid: number; readonly error: PosthornError };

/** Since a MODSEQ (RFC 7162). */
export interface FolderChanges {
  readonly changed: readonly MessageFacts[];
  /** Null where the server can't tell what vanished (no QRESYNC). */
  readonly vanished: UidSet | null;
}

/** A selected folder. Once another one is selected, or the session is closed, each call throws InternalError. */
export interface OpenFolder {
  readonly path: string;
  /** As SELECT or EXAMINE told it; what it left out was asked for by STATUS or SEARCH where that is possible. */
  readonly status: SelectedStatus;
  /** UIDs from `from` on that are there now, ascending (UID SEARCH). */
  uids(from: number): Promise<UidListing>;
  /** What is known of each without its octets, in pages, ascending; those that are not there are left out. */
  facts(uids: UidSet): AsyncIterable<readonly MessageFacts[]>;
  /** Null where the server does not keep count of changes (no CONDSTORE). `modSeq` in decimal. */
  changesSince(modSeq: string): Promise<FolderChanges | null>;
  /**
   * Octets and facts of all these, each UID once, in batches as they arrive and in any order. The session reads ahead, the
   * octets in flight bounded. Whatever concerns more than one message – the folder, the connection – is thrown, after the
   * batches that came before; refusals of all that was asked are the folder's or the account's trouble, not the messages'.
   * Whoever leaves early leaves the session fit for close() alone.
   */
  fetch(uids: UidSet): AsyncIterable<readonly Fetched[]>;
}

export interface MailboxSession {
  readonly facts: ConnectionFacts;
  /** True once it is fit for close() alone: the connection is lost, or a fetch was left early. */
  readonly spent: boolean;
  /** Every folder, selectable or not, its status with it where the server can (LIST-STATUS, RFC 5819). */
  folders(): Promise<FolderListing>;
  /** STATUS, without selecting. Errors reach `folder`. */
  status(path: string): Promise<FolderStatus>;
  /** Opens for reading alone (EXAMINE). Errors reach `folder`. */
  select(path: string): Promise<OpenFolder>;
  /** UIDNEXT of a folder without opening it. */
  uidNext(path: string): Promise<number>;
  /** UIDs from `fromUid` on whose Message-ID is this one. Selects the folder. */
  findByMessageId(path: string, messageId: string, fromUid: number): Promise<readonly number[]>;
  /**
   * Appends the octets as they are (CRLF already made). The UID where the server tells it (UIDPLUS, RFC 4315). APPEND is not
   * repeatable, so the caller looks before it tries again.
   */
  append(
    path: string,
    octets: Buffer,
    flags: readonly Flag[],
    internalDate: number,
  ): Promise<number | null>;
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
  /** Logs out politely, within a moment; never throws. */
  close(): Promise<void>;
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
