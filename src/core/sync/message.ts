/** What posthorn knows of a message and its folder: on the server, on disk, and in its own memory. */

import type { FolderRole } from '../account/account.ts';
import type { Flag } from './flags.ts';

/** Identity of a message within its folder: the UID in decimal (IMAP, RFC 9051 2.3.1.1) or the UIDL (POP3, RFC 1939 7). */
export type RemoteId = string;

/** What a folder is for. SPECIAL-USE (RFC 6154), well-known names or the configuration say so. */
export type Role = FolderRole;

export interface RemoteFolder {
  /** The server's own name, decoded from modified UTF-7, e.g. `Projekte/Straße`. POP3 has one: `INBOX`. */
  readonly path: string;
  /** The name split at the server's hierarchy delimiter; a segment may hold any character, `/` included. */
  readonly segments: readonly string[];
  readonly role: Role | null;
  /** Attributes in lower case with their backslash, e.g. `\all`, `\noselect`. */
  readonly attributes: readonly string[];
  readonly selectable: boolean;
}

export interface FolderStatus {
  /** UIDVALIDITY in decimal; `''` for POP3, whose UIDLs hold for ever. */
  readonly uidValidity: string;
  /** The next UID the server will give, if it says so. */
  readonly uidNext: number | null;
  readonly exists: number;
}

/** One line of a remote listing. */
export interface RemoteMessage {
  readonly id: RemoteId;
  /** Octets as the server claims them; often wrong, good for planning alone. */
  readonly size: number | null;
  /** IMAP: INTERNALDATE in milliseconds since the epoch. */
  readonly internalDate: number | null;
  readonly flags: readonly Flag[];
  /** POP3: its number in this session. */
  readonly number?: number;
  /**
   * POP3: the UIDL that it shares with another message of this listing. Its id is then made up and may be another one's next
   * time, so the file's name hangs on the UIDL, where content decides, and the message is never deleted on the server.
   */
  readonly sharedUidl?: string;
}

/**
 * stored: durable in the Maildir. absent: known once, no longer listed by the server (an id that comes back is compared
 * by content, since bad servers give ids twice). quarantined: could not be fetched.
 */
export type KnownStatus = 'stored' | 'absent' | 'quarantined';

/** What the state remembers of one message. */
export interface KnownMessage {
  readonly id: RemoteId;
  readonly status: KnownStatus;
  /** Base name in the Maildir; `null` while quarantined. */
  readonly name: string | null;
  /** Octets and SHA-256 (hex) of the message as on the wire. */
  readonly wireSize: number | null;
  readonly wireSha256: string | null;
  readonly flags: readonly Flag[];
  readonly internalDate: number | null;
  /** When it became durable here, milliseconds since the epoch. */
  readonly storedAt: number | null;
  /** Failed attempts so far, and the last reason. */
  readonly attempts: number;
  readonly error: string | null;
}

/** What the state remembers of one folder. */
export interface KnownFolder {
  readonly path: string;
  /** Folder below the account's root, as core/sync/folder-name made it when first seen; it stays. */
  readonly localPath: string;
  readonly role: Role | null;
  /** UIDVALIDITY in decimal; POP3: the server and user that the UIDLs are of, since they hold for no other. */
  readonly uidValidity: string;
  /** IMAP: every UID up to this one is settled (stored, quarantined for good, or never existed). */
  readonly settledUid: number;
}
