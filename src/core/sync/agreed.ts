/** What server and Maildir agreed on when a folder was synced last: the third side of every comparison. */

import type { Role } from './remote.ts';

/** What the state remembers of one folder of an IMAP account. */
export interface AgreedFolder {
  readonly path: string;
  /** Folder below the account's root, as core/sync/folder-name made it when first seen; it stays. */
  readonly localPath: string;
  readonly role: Role | null;
  /**
   * `user@host` (lower case) whose folder it is; null where an older posthorn did not note it. Another server with an equal
   * UIDVALIDITY numbers other messages.
   */
  readonly endpoint: string | null;
  /** UIDVALIDITY in decimal. */
  readonly uidValidity: string;
  /** Every UID up to this one is settled: agreed, in trouble, or not there (docs/decisions/watermark.md). */
  readonly settledUid: number;
  /** As the server said them when all below was settled; null where it did not, or it never was. */
  readonly uidNext: number | null;
  readonly exists: number | null;
  readonly highestModSeq: string | null;
  /**
   * How the folder stood here when all of it was agreed (agreed-stamp). Null where nobody looks back further: in one that an older
   * posthorn only fetched, or that was numbered anew, what is gone here is no deletion.
   */
  readonly stamp: string | null;
}

/**
 * both: the same message on both sides. placeholder: here stands a stand-in for it. awaiting-expunge: marked on a server that
 * can't expunge single messages. unrestorable: its octets can't be made again from the file, so it is never uploaded. here-alone:
 * deleted there, and kept here by policy (or since it can't be uploaded). there-alone: deleted here, and kept there by policy.
 */
export const agreedStatuses = [
  'both',
  'placeholder',
  'awaiting-expunge',
  'unrestorable',
  'here-alone',
  'there-alone',
] as const;
export type AgreedStatus = (typeof agreedStatuses)[number];

/** One agreed message. */
export interface AgreedMessage {
  readonly uid: number;
  /** Base name in the Maildir, all before `:2,`. */
  readonly name: string;
  /** Bits in the order of allFlags: D is 1, F is 2 … */
  readonly flags: number;
  /** Sorted, as the server writes them. */
  readonly keywords: readonly string[];
  /** In decimal; null where the server has none. */
  readonly modSeq: string | null;
  /** Octets and SHA-256 (hex) as on the wire. */
  readonly wireSize: number;
  readonly wireSha256: string;
  /** First 64 bits (hex) of the SHA-256 of the Message-ID; null where it has none. */
  readonly messageIdHash: string | null;
  /** Milliseconds since the epoch. */
  readonly internalDate: number | null;
  readonly storedAt: number;
  readonly status: AgreedStatus;
}

/** Messages in columns: entry n of each belongs to the same one; ascending by UID. Cheap to pass on, and to look through. */
export interface AgreedColumns {
  readonly uid: Uint32Array;
  readonly name: readonly string[];
  readonly flags: Uint8Array;
  /** Blanks between them; `''` where there are none. */
  readonly keywords: readonly string[];
  /** 0 where the server has none. */
  readonly modSeq: BigUint64Array;
  readonly wireSize: Float64Array;
  /** 32 octets each. */
  readonly wireSha256: Uint8Array;
  /** 0 where it has none. */
  readonly messageIdHash: BigUint64Array;
  /** NaN where it is not known. */
  readonly internalDate: Float64Array;
  readonly storedAt: Float64Array;
  /** Index into agreedStatuses. */
  readonly status: Uint8Array;
}

/** Why a message, or a folder, is not, or not wholly, here. `id`: UID in decimal, or UIDL; `''` for the folder as a whole. */
export interface Trouble {
  readonly id: string;
  /**
   * refused: the server did not give it, though it gave others. short: it came with fewer octets than it was listed with. held:
   * the folder is left alone until a person decides, e.g. since the server numbered it anew.
   */
  readonly kind: 'refused' | 'short' | 'held';
  /** Polls that tried; refused messages are left alone after some. */
  readonly tries: number;
  /** One line for people. */
  readonly reason: string;
}

/**
 * A message that is about to be appended, written durably before (design rules 4 and 14): after a break it is looked for on the
 * server before it is tried again.
 */
export interface Intent {
  /** Folder of the server, and its UIDVALIDITY and UIDNEXT before; UIDNEXT 1 where the server did not say. */
  readonly path: string;
  readonly uidValidity: string;
  readonly uidNext: number;
  /** Base name of the file in the folder's local path. */
  readonly name: string;
  readonly wireSize: number;
  readonly wireSha256: string;
  readonly messageIdHash: string | null;
  /** Times that it was tried, this one included. */
  readonly tries: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Where an agreed message stands. */
export interface AgreedPlace {
  readonly path: string;
  readonly message: AgreedMessage;
}

/** What is known of a message of a former numbering: its content proves that it is here, whatever its number is now. */
export interface FormerMessage {
  readonly name: string;
  readonly wireSha256: string;
  readonly storedAt: number;
}

/** One step of what is agreed; each is small, and replaces nothing that it does not name. */
export type AgreedChange =
  /** Met for the first time. */
  | { readonly kind: 'folder-begun'; readonly folder: AgreedFolder }
  | {
      readonly kind: 'folder-role';
      readonly path: string;
      readonly role: Role | null;
    }
  /** Settled up to there; the status where everything was settled, else null: it stays as it was. */
  | {
      readonly kind: 'folder-advanced';
      readonly path: string;
      readonly settledUid: number;
      readonly status: SettledStatus | null;
    }
  /** Whose it is, found out later. */
  | { readonly kind: 'folder-endpoint'; readonly path: string; readonly endpoint: string }
  /** Numbered anew: what is known of its messages becomes former, its troubles are over, and nothing is settled. */
  | {
      readonly kind: 'folder-renumbered';
      readonly path: string;
      readonly endpoint: string;
      readonly uidValidity: string;
    }
  /** All that was former and is on the server was met again. */
  | { readonly kind: 'former-dropped'; readonly path: string }
  /** Also ends their trouble, but not that of kind `short`. */
  | {
      readonly kind: 'messages-agreed';
      readonly path: string;
      readonly messages: readonly AgreedMessage[];
    }
  | { readonly kind: 'messages-forgotten'; readonly path: string; readonly uids: Uint32Array }
  /** Flags, keywords and MODSEQ of known messages; the rest of each stays. Columns as in AgreedColumns. */
  | ({ readonly kind: 'messages-flagged'; readonly path: string } & Pick<
      AgreedColumns,
      'uid' | 'flags' | 'keywords' | 'modSeq'
    >)
  /** Known messages whose file has another base name now. */
  | {
      readonly kind: 'messages-renamed';
      readonly path: string;
      readonly uid: Uint32Array;
      readonly name: readonly string[];
    }
  | {
      readonly kind: 'messages-status';
      readonly path: string;
      readonly uids: Uint32Array;
      readonly status: AgreedStatus;
    }
  /** All of the folder is agreed as the stamp shows it. */
  | { readonly kind: 'folder-stamped'; readonly path: string; readonly stamp: string | null }
  /** It is gone on both sides: its messages, troubles, former ones and intents go with it. */
  | { readonly kind: 'folder-forgotten'; readonly path: string }
  /** Replaces one of the same path and name. */
  | { readonly kind: 'intents'; readonly path: string; readonly intents: readonly Intent[] }
  | { readonly kind: 'intents-over'; readonly path: string; readonly names: readonly string[] }
  | { readonly kind: 'trouble'; readonly path: string; readonly trouble: Trouble }
  | { readonly kind: 'trouble-over'; readonly path: string; readonly id: string };

export interface SettledStatus {
  readonly uidNext: number | null;
  readonly exists: number | null;
  readonly highestModSeq: string | null;
}
