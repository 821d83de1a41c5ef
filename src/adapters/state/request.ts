/** What the store asks of the thread that holds the database, and what it is answered. */

import type { KnownFolder, KnownMessage } from '../../core/sync/message.ts';
import type { AccountState, Durability, StateChange } from '../../ports/state-store.ts';
import type { Fault } from '../../disk/sqlite-fault.ts';

/** The key behind which a page begins, in the order of the messages. */
export interface PageStart {
  readonly uid: number;
  readonly id: string;
}

export type StateRequest =
  | { readonly kind: 'accounts' }
  | { readonly kind: 'account'; readonly id: string }
  | { readonly kind: 'accounts-named'; readonly name: string }
  | { readonly kind: 'folders'; readonly accountId: string }
  | {
      readonly kind: 'page';
      readonly accountId: string;
      readonly folder: string;
      readonly after: PageStart;
      readonly limit: number;
    }
  | { readonly kind: 'quarantined'; readonly accountId: string; readonly folder: string }
  /** One transaction for several callers' batches, each whole or not at all. */
  | {
      readonly kind: 'commit';
      readonly batches: readonly (readonly StateChange[])[];
      readonly durability: Durability;
    }
  | { readonly kind: 'close' };

export interface StateAnswers {
  accounts: readonly AccountState[];
  account: AccountState | null;
  /** The newest first. */
  'accounts-named': readonly AccountState[];
  folders: readonly KnownFolder[];
  page: readonly KnownMessage[];
  quarantined: readonly KnownMessage[];
  /** One a batch: why it was left out, or null. */
  commit: readonly (Fault | null)[];
  close: null;
}

export type Reply =
  | { readonly ok: true; readonly value: StateAnswers[StateRequest['kind']] }
  | { readonly ok: false; readonly fault: Fault };

/** A database somewhere: in a thread of its own, or here. */
export interface Connection {
  /** Rejects with InternalError when the thread dies before it answers; any other fault stands in the reply. */
  ask(request: StateRequest): Promise<Reply>;
  /** Closes the database and ends the thread. */
  close(): Promise<void>;
}
