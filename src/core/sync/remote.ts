/** What an IMAP server says of its folders and messages. */

import type { FolderRole } from '../account/account.ts';
import type { Flag } from './flags.ts';

/** What a folder is for. SPECIAL-USE (RFC 6154), well-known names or the configuration say so. */
export type Role = FolderRole;

/** What STATUS, LIST … RETURN (STATUS) or a SELECT tells; null where the server does not say, or nobody could read it. */
export interface FolderStatus {
  /** UIDVALIDITY in decimal. */
  readonly uidValidity: string | null;
  readonly uidNext: number | null;
  readonly exists: number | null;
  /** HIGHESTMODSEQ in decimal (RFC 7162): it may have 63 bits. */
  readonly highestModSeq: string | null;
}

/** A selected folder: without UIDVALIDITY nothing that lasts can be known of it. */
export interface SelectedStatus extends FolderStatus {
  readonly uidValidity: string;
}

export interface RemoteFolder {
  /** The server's own name, decoded from modified UTF-7, e.g. `Projekte/Straße`. */
  readonly path: string;
  /** The name split at the server's hierarchy delimiter; a segment may hold any character, `/` included. */
  readonly segments: readonly string[];
  readonly role: Role | null;
  /** Attributes in lower case with their backslash, e.g. `\all`, `\noselect`. */
  readonly attributes: readonly string[];
  readonly selectable: boolean;
  /** Null where the server does not tell. */
  readonly subscribed: boolean | null;
  /** Null where it was not asked for. */
  readonly status: FolderStatus | null;
}

export interface FolderListing {
  readonly folders: readonly RemoteFolder[];
  /** A sentence for each line that was left out. */
  readonly warnings: readonly string[];
}

/** What a FETCH tells of a message beside its octets. */
export interface MessageFacts {
  readonly uid: number;
  readonly flags: readonly Flag[];
  /** Keywords as the server writes them, without those that are flags of Maildir (`$Forwarded`). */
  readonly keywords: readonly string[];
  /** In decimal; null without CONDSTORE. */
  readonly modSeq: string | null;
  /** INTERNALDATE in milliseconds since the epoch. */
  readonly internalDate: number | null;
  /** RFC822.SIZE: often wrong, good for planning alone. */
  readonly size: number | null;
}
