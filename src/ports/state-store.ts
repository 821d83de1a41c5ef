/** posthorn's memory: what happened at run time. It holds no secret and no mail, and is never edited by hand. */

import type { KnownFolder, KnownMessage, RemoteId } from '../core/sync/message.ts';
import type { SendingHistory } from '../core/account/suspension.ts';

export interface LastError {
  readonly code: string;
  /** One line for people. */
  readonly message: string;
  readonly at: number;
}

export interface Suspension {
  readonly since: number;
  readonly why: string;
}

/** Run-time state of one account. Times are milliseconds since the epoch. */
export interface AccountState {
  readonly id: string;
  /** NAME when last seen: binds an account written by hand, without an id in the file, to its id. */
  readonly name: string;
  /** The root that was made for it: a root that was made once and is missing now is a disk that is not mounted. */
  readonly root: string | null;
  /** Where `root` is being moved to; from before the move until it has been remembered. Absent at any other time. */
  readonly movingTo?: string;
  readonly lastAttempt: number | null;
  readonly lastSuccess: number | null;
  /** Failed polls in a row, and refused logins in a row among them. */
  readonly failures: number;
  readonly loginFailures: number;
  readonly failingSince: number | null;
  readonly lastError: LastError | null;
  readonly suspended: Suspension | null;
  /** Fingerprint of the way to the server that the failures were counted on; absent where there are none (core/account/endpoint-fingerprint). */
  readonly failingWay?: string | undefined;
  /** Refused logins for sending; absent where there was none since the last good one. Changed by `sending` alone. */
  readonly sending?: SendingHistory;
}

/** One step of a batch. Each replaces what was known of its subject. */
export type StateChange =
  /** All of the account but `sending`. */
  | { readonly kind: 'account'; readonly account: AccountState }
  /** Leaves the rest of the account as it is: mail is sent while other mail is received. Nothing where the account is not known. */
  | { readonly kind: 'sending'; readonly accountId: string; readonly sending: SendingHistory }
  /** Forgets the account, its folders and its messages. */
  | { readonly kind: 'account-removed'; readonly accountId: string }
  | { readonly kind: 'folder'; readonly accountId: string; readonly folder: KnownFolder }
  | {
      readonly kind: 'message';
      readonly accountId: string;
      readonly folder: string;
      readonly message: KnownMessage;
    }
  | {
      readonly kind: 'message-forgotten';
      readonly accountId: string;
      readonly folder: string;
      readonly id: RemoteId;
    };

/** durable: on disk when the promise resolves (synchronous=FULL). relaxed: may be lost with the power, never torn. */
export type Durability = 'durable' | 'relaxed';

export interface StateStore {
  accounts(): Promise<readonly AccountState[]>;
  account(id: string): Promise<AccountState | null>;
  /** The one that was last met under this NAME and whose id is none of `taken`; the newest of several. */
  accountNamed(name: string, taken?: ReadonlySet<string>): Promise<AccountState | null>;
  folders(accountId: string): Promise<readonly KnownFolder[]>;
  /**
   * Known messages of a folder in pages, ascending. `aboveUid` leaves out decimal ids up to it; -1 gives all (POP3).
   * A page read while a commit runs shows it whole or not at all.
   */
  messages(
    accountId: string,
    folder: string,
    aboveUid: number,
  ): AsyncIterable<readonly KnownMessage[]>;
  /** The messages of a folder with status `quarantined`: few, ascending. */
  quarantined(accountId: string, folder: string): Promise<readonly KnownMessage[]>;
  /** All of the batch or nothing of it. Batches of several callers may share one transaction. */
  commit(changes: readonly StateChange[], durability: Durability): Promise<void>;
  close(): Promise<void>;
}
