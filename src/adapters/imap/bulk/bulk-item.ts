/** What a bulk fetch is asked for, and what comes of it. */

import type { MessageFacts } from '../../../core/sync/remote.ts';
import type { UidSet } from '../../../core/sync/uid-set.ts';
import type { MessageBody } from '../../../ports/receiving/message-body.ts';

export type BulkItem =
  | { readonly kind: 'message'; readonly facts: MessageFacts; readonly body: MessageBody }
  /** An answer that could not be read; `uid` where it got that far. `reason` completes “the server does not give the message: …”. */
  | { readonly kind: 'unreadable'; readonly uid: number | null; readonly reason: string }
  /** A window is over; `missing` is what it was to bring and did not, unreadable ones among them. */
  | { readonly kind: 'answered'; readonly missing: UidSet; readonly answer: TaggedAnswer };

/** The tagged answer of a window. */
export interface TaggedAnswer {
  readonly status: 'OK' | 'NO' | 'BAD';
  /** Response code in upper case without its arguments, `''` without one. */
  readonly code: string;
  /** The server's words, fit to be shown. */
  readonly text: string;
}

export interface BulkOptions {
  /** Ask for MODSEQ (RFC 7162). */
  readonly condstore: boolean;
  /** Ask for FLAGS. Default true; without it `flags` and `keywords` are empty. */
  readonly withFlags?: boolean;
  /**
   * Ask for what is told of messages in a command of its own, in front of that for their octets: for a single large message
   * of a server that tells it behind the octets. Default false.
   */
  readonly factsFirst?: boolean;
  /** UIDs of one command; two commands are on the wire at a time. Default 500. */
  readonly window?: number;
  /** Octets that may have been read and not yet taken: what waits longer is what memory grows by. Default 1 MiB. */
  readonly octetsInFlight?: number;
  /** A literal above this is not held until what the server tells behind it is known. Default 8 MiB. */
  readonly heldOctets?: number;
  /** Literals above this are streams. Default 256 KiB. */
  readonly wholeOctets?: number;
  /** How long the server may send nothing while it is waited for. Default 60 s. */
  readonly stallMs?: number;
  /** Octets of messages that have to come in `floorMs`, as long as they are taken. Default 768 in three minutes. */
  readonly floorOctets?: number;
  readonly floorMs?: number;
}
