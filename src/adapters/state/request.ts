/** What the store asks of whoever holds the database, and what it is answered; many messages go in columns. */

import type { Maildrop, MailStatus } from '../../core/maildrop/maildrop.ts';
import type {
  AgreedColumns,
  AgreedFolder,
  AgreedStatus,
  Intent,
  Trouble,
} from '../../core/sync/agreed.ts';
import type { Fault } from '../../disk/sqlite-fault.ts';
import type {
  AccountState,
  Binding,
  Durability,
  Fence,
  StateChange,
} from '../../ports/state-store.ts';
import type { PackedFormer, PackedMessages, PackedPlaces } from './agreed-columns.ts';
import type { TextColumn } from './columns.ts';
import type { PackedMail, PackedPlanColumns } from './mail-columns.ts';

/** Columns of equal length; see AgreedColumns. */
export interface MessageFlags extends Pick<AgreedColumns, 'uid' | 'flags' | 'modSeq'> {
  readonly keywords: TextColumn;
}

export interface MessageNames {
  readonly uid: Uint32Array;
  readonly name: TextColumn;
}

export interface MessageStatus {
  readonly uids: Uint32Array;
  readonly status: AgreedStatus;
}

type Packing =
  | (OfFolder & { readonly kind: 'messages-flagged' } & MessageFlags)
  | (OfFolder & { readonly kind: 'messages-renamed' } & MessageNames)
  | {
      readonly kind: 'messages-agreed';
      readonly accountId: string;
      readonly path: string;
      readonly messages: PackedMessages;
    }
  | { readonly kind: 'mail-known'; readonly accountId: string; readonly mail: PackedMail }
  | {
      readonly kind: 'mail-status';
      readonly accountId: string;
      readonly ids: TextColumn;
      readonly status: MailStatus;
    }
  | { readonly kind: 'mail-forgotten'; readonly accountId: string; readonly ids: TextColumn };

/** A change as it crosses threads. */
export type PackedChange = Exclude<StateChange, { kind: Packing['kind'] }> | Packing;

export interface Batch {
  readonly changes: readonly PackedChange[];
  readonly fence: Fence | undefined;
}

export interface BindCall {
  readonly bindings: readonly Binding[];
  readonly taken: ReadonlySet<string>;
}

interface OfAccount {
  readonly accountId: string;
}

interface OfFolder extends OfAccount {
  readonly path: string;
}

export type StateRequest =
  | { readonly kind: 'accounts' }
  | { readonly kind: 'account'; readonly id: string }
  | { readonly kind: 'accounts-named'; readonly name: string }
  /** One transaction for several callers, and none where nothing is to be written. */
  | { readonly kind: 'bind'; readonly calls: readonly BindCall[] }
  | (OfAccount & { readonly kind: 'tree' })
  | (OfAccount & { readonly kind: 'folders' })
  | (OfFolder & { readonly kind: 'agreed-uids'; readonly fromUid: number })
  /** Pairs of the ends of ascending ranges. */
  | (OfFolder & { readonly kind: 'agreed'; readonly ranges: Uint32Array })
  | (OfAccount & {
      readonly kind: 'agreed-elsewhere';
      readonly names: readonly string[];
      readonly wireSha256: readonly string[];
    })
  /** How many messages are known, `most` at most; `path` null: in all folders of the account. */
  | (OfAccount & { readonly kind: 'count'; readonly path: string | null; readonly most: number })
  | (OfAccount & { readonly kind: 'intents' })
  | (OfFolder & { readonly kind: 'former' })
  | (OfAccount & { readonly kind: 'troubles'; readonly path: string | null })
  | (OfAccount & { readonly kind: 'maildrop' })
  | (OfAccount & { readonly kind: 'known-mail' })
  | (OfAccount & { readonly kind: 'mail-of'; readonly ids: readonly string[] })
  /** One transaction for several callers' batches, each whole or not at all. */
  | {
      readonly kind: 'commit';
      readonly batches: readonly Batch[];
      readonly durability: Durability;
    }
  | { readonly kind: 'close' };

/** What came of one caller's part of a transaction: left out, it changed nothing. */
export type Outcome<V> =
  { readonly ok: true; readonly value: V } | { readonly ok: false; readonly fault: Fault };

export interface StateAnswers {
  accounts: readonly AccountState[];
  account: AccountState | null;
  /** The newest first. */
  'accounts-named': readonly AccountState[];
  /** One a call. */
  bind: readonly Outcome<readonly AccountState[]>[];
  tree: string | null;
  folders: readonly AgreedFolder[];
  'agreed-uids': Uint32Array;
  agreed: PackedMessages;
  'agreed-elsewhere': PackedPlaces;
  count: number;
  intents: readonly Intent[];
  former: PackedFormer;
  troubles: readonly Trouble[];
  maildrop: Maildrop | null;
  'known-mail': PackedPlanColumns;
  'mail-of': PackedMail;
  /** One a batch. */
  commit: readonly Outcome<null>[];
  close: null;
}

export type Answer = StateAnswers[StateRequest['kind']];

export type Reply = Outcome<Answer>;

/** A database somewhere: in a thread of its own, or here. */
export interface Connection {
  /** Rejects with InternalError when the thread dies before it answers, StorageError when it never does; any other fault stands in the reply. */
  ask(request: StateRequest): Promise<Reply>;
  /** Closes the database and ends the thread, once `after` has settled; StorageError where that takes too long. */
  close(after?: Promise<void>): Promise<void>;
}
