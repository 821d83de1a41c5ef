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
  /** Date and size, which never change, may be left out. */
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
  /** As `facts`, with their Message-IDs. */
  identify(uids: UidSet): AsyncIterable<readonly RemoteIdentity[]>;
  /** The header alone, to its empty line and with it, as on the wire; null where the message is gone. */
  header(uid: number): Promise<Buffer | null>;
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

/** What a message is, whatever its UID. */
export interface RemoteIdentity {
  readonly facts: MessageFacts;
  /** First 64 bits (hex) of the SHA-256 of its Message-ID, as Staged.messageIdHash; null where its header has none. */
  readonly messageIdHash: string | null;
}

/** One change for all these messages; flags and keywords that it does not name stay (STORE + and −, design rule 8). */
export interface StoreRequest {
  readonly uids: UidSet;
  readonly add: FlagNames;
  readonly remove: FlagNames;
}

export interface FlagNames {
  readonly flags: readonly Flag[];
  readonly keywords: readonly string[];
}

/** What the server keeps for good (PERMANENTFLAGS); a server that does not say keeps everything (RFC 9051, section 7.1). */
export interface PermanentFlags {
  readonly flags: readonly Flag[];
  /** `any`: also keywords that are new to it (`\\*`). Names compare without case. */
  readonly keywords: readonly string[] | 'any';
}

/** Where messages went within the account. */
export interface Transferred {
  /**
   * The target's UIDs by those of the source; null where the server does not tell (no COPYUID), or what it tells can't be right.
   * One that was asked for and is not in it was gone before, as far as the server says.
   */
  readonly uids: ReadonlyMap<number, number> | null;
  /** The target's UIDVALIDITY, told with them. */
  readonly uidValidity: string | null;
  /** marked: they still stand there, `\\Deleted`, since the server can't expunge single messages. copied: nothing was asked of them. */
  readonly source: 'gone' | 'marked' | 'copied';
}

/**
 * A folder opened for writing (SELECT). What concerns more than one message is thrown and reaches `folder`, or further; then
 * nobody knows how much of it was done. Messages that are gone meanwhile are no error.
 */
export interface WritableFolder extends OpenFolder {
  /** The server lets nobody change it ([READ-ONLY], ACL): each call below is refused. */
  readonly readOnly: boolean;
  readonly permanent: PermanentFlags;
  /**
   * MODSEQs in decimal that the server gave to the changed messages, by UID; empty without CONDSTORE. A message that somebody else
   * changed at the same moment has none. What is not `permanent`, or no keyword to IMAP, is not asked for.
   */
  store(requests: readonly StoreRequest[]): Promise<ReadonlyMap<number, string>>;
  /**
   * UID MOVE (RFC 6851); without it UID COPY, then as `expunge`. Never a bare EXPUNGE. Not repeatable: whoever calls looks before
   * it tries again. RefusedError with code `no-such-folder` where the target is missing.
   */
  move(uids: UidSet, to: string): Promise<Transferred>;
  /** UID COPY. As `move`. */
  copy(uids: UidSet, to: string): Promise<Transferred>;
  /** Marks them `\\Deleted`, then UID EXPUNGE (RFC 4315); without UIDPLUS they stay `marked` (design rule 5). */
  expunge(uids: UidSet): Promise<'gone' | 'marked'>;
}

/** One message to be uploaded. */
export interface Upload {
  /** Octets of the wire form, exactly. */
  readonly size: number;
  /** Called once, when its turn has come. */
  readonly octets: () => AsyncIterable<Buffer>;
  readonly flags: readonly Flag[];
  readonly keywords: readonly string[];
  /** Milliseconds since the epoch. */
  readonly internalDate: number;
}

export type Uploaded =
  /** `uid` and `uidValidity` where the server tells them (APPENDUID, RFC 4315). */
  | { readonly kind: 'uploaded'; readonly uid: number | null; readonly uidValidity: string | null }
  /** The server takes others, but not this one: too large, or not to its liking. */
  | { readonly kind: 'refused'; readonly error: PosthornError }
  /** Its file was gone, or changed its size, before the first octet was sent. */
  | { readonly kind: 'unsent'; readonly error: PosthornError };

/** What `watch` saw. `path` null: something changed, and the server does not say where. */
export interface FolderNews {
  readonly path: string | null;
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
  /** Opens for writing (SELECT). Errors reach `folder`. */
  selectForWriting(path: string): Promise<WritableFolder>;
  /**
   * Appends in the order given, several on the wire at once where the server takes that; yields each as it was answered. What
   * concerns more than one – quota, the folder, the connection – is thrown after those before it. A refusal without a reason
   * counts against the message where another one is taken, else against the folder. A large file that changes while it is sent
   * ends the connection, since its octets can't be taken back. Not repeatable (rule 4).
   */
  upload(path: string, uploads: readonly Upload[]): AsyncIterable<Uploaded>;
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
  /** RENAME, subscriptions with it. Errors reach `folder`. */
  renameFolder(from: string, to: string): Promise<void>;
  /** DELETE, and unsubscribes; one that is gone already is no error. The server deletes what is in it. Errors reach `folder`. */
  deleteFolder(path: string): Promise<void>;
  subscribe(path: string, subscribed: boolean): Promise<void>;
  /** The character between the levels of folder names, as folders() found it; null where names have no levels, and before it. */
  readonly delimiter: string | null;
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
  /**
   * News of these folders while they last: NOTIFY (RFC 5465) over all of them where the server has it, else IDLE (RFC 2177) on the
   * first one, on a connection of its own that is kept from going stale. Begins with one news of unknown place once it watches, so
   * that whoever listens looks at what came before. Throws as `connect` does, and where the connection ends; ends by the signal.
   */
  watch(
    account: Account,
    login: Login,
    paths: readonly string[],
    signal: AbortSignal,
  ): AsyncIterable<FolderNews>;
}
