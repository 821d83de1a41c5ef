/** What a sync of an IMAP account does: the plan is a list of these, printed by --dry-run and carried out one by one. */

import type { AgreedFolder, Trouble } from './agreed.ts';
import type { Role } from './remote.ts';

export type Operation =
  /** Make the folder here, and remember it. */
  | { readonly kind: 'begin-folder'; readonly path: string; readonly folder: AgreedFolder }
  | { readonly kind: 'assign-role'; readonly path: string; readonly role: Role | null }
  /** The folder is the one that is known, on a server that has another name now. */
  | { readonly kind: 'note-endpoint'; readonly path: string; readonly endpoint: string }
  /** What held the folder is over. */
  | { readonly kind: 'release'; readonly path: string }
  /** Take the folder afresh: what is known of its messages counts by content alone. */
  | {
      readonly kind: 'renumber';
      readonly path: string;
      readonly endpoint: string;
      readonly uidValidity: string;
      readonly reason: string;
    }
  /** Everything from this UID on that is not here. */
  | {
      readonly kind: 'fetch-range';
      readonly path: string;
      readonly from: number;
      /** Messages of the folder by the server's count; null where it does not say. */
      readonly exists: number | null;
    }
  /** One message that could not be fetched, or came short, at an earlier poll. */
  | {
      readonly kind: 'fetch';
      readonly path: string;
      readonly uid: number;
      readonly trouble: Trouble;
    };

/** A folder in which nothing is done until a person decides. */
export interface HeldFolder {
  readonly path: string;
  readonly reason: string;
}

export interface AccountPlan {
  /** INBOX first; those of one folder together. */
  readonly operations: readonly Operation[];
  readonly held: readonly HeldFolder[];
}
