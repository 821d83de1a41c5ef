/** What a POP3 server lists, and what is known of its messages: UIDLs hold for ever, numbers for a session. */

import type { Trouble } from '../sync/agreed.ts';

/** One message of a listing. */
export interface ListedMail {
  /** Unique in the listing: the UIDL, or made of it and the content's place where several share one. */
  readonly id: string;
  /** Its number in this session. */
  readonly number: number;
  /** LIST's octets; often wrong. Null where the server gave none. */
  readonly size: number | null;
  /**
   * The UIDL that it shares with another message of this listing. Its id may be another one's next time, so the file's name
   * hangs on the UIDL, where content decides, and the message is never deleted on the server.
   */
  readonly sharedUidl?: string | undefined;
}

/**
 * stored: durable here. deleting: was to be deleted on the server, and nobody knows whether it was. gone: was stored, and is no longer listed. former: known from another server or user; content alone decides.
 */
export const mailStatuses = ['stored', 'deleting', 'gone', 'former'] as const;
export type MailStatus = (typeof mailStatuses)[number];

/** What the state remembers of one message. */
export interface KnownMail {
  readonly id: string;
  readonly status: MailStatus;
  /** Base name in the Maildir. */
  readonly name: string;
  /** Octets and SHA-256 (hex) as they came, CRLF and all, dots undone. */
  readonly wireSize: number;
  readonly wireSha256: string;
  /** As LIST gave it when it was fetched: an id that comes back with another size stands for another message. */
  readonly listedSize: number | null;
  /** First 64 bits (hex) of the SHA-256 of the Message-ID; null where it has none. */
  readonly messageIdHash: string | null;
  readonly storedAt: number;
}

/** All that planning needs, in columns: entry n of each belongs to the same message. */
export interface KnownMailColumns {
  readonly id: readonly string[];
  /** Index into mailStatuses. */
  readonly status: Uint8Array;
  /** NaN where LIST gave none. */
  readonly listedSize: Float64Array;
  readonly storedAt: Float64Array;
}

/** What the state remembers of the maildrop itself. */
export interface Maildrop {
  /** Folder below the account's root. */
  readonly localPath: string;
  /** `user@host`, host in lower case: UIDLs hold for no other. Null where an older posthorn did not note it. */
  readonly identity: string | null;
}

export type MaildropChange =
  | { readonly kind: 'maildrop'; readonly maildrop: Maildrop }
  /** Each replaces what was known under its id, and ends its trouble. */
  | { readonly kind: 'mail-known'; readonly mail: readonly KnownMail[] }
  | { readonly kind: 'mail-status'; readonly ids: readonly string[]; readonly status: MailStatus }
  | { readonly kind: 'mail-forgotten'; readonly ids: readonly string[] }
  | { readonly kind: 'mail-trouble'; readonly trouble: Trouble }
  | { readonly kind: 'mail-trouble-over'; readonly id: string };
