/** posthorn's memory: what happened at run time. It holds no secret and no mail, and is never edited by hand. */

import type { PollHistory, SendingHistory } from '../core/account/suspension.ts';
import type {
  KnownMail,
  KnownMailColumns,
  Maildrop,
  MaildropChange,
} from '../core/maildrop/maildrop.ts';
import type {
  AgreedChange,
  AgreedColumns,
  AgreedFolder,
  AgreedPlace,
  FormerMessage,
  Intent,
  Trouble,
} from '../core/sync/agreed.ts';
import type { UidSet } from '../core/sync/uid-set.ts';

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
  /** The server asked to be left alone until then; null where it did not. */
  readonly notBefore: number | null;
  /** The fence of the last commit that carried one (ports/lock); 0 where none did. */
  readonly fence: number;
  /** Refused logins for sending; absent where there was none since the last good one. Changed by `sending` alone. */
  readonly sending?: SendingHistory;
}

/** One step of a batch. Each replaces what it names, and nothing else. */
export type StateChange =
  /** All of the account but `sending`, `notBefore` and `fence`; begins it where it is not known. */
  | { readonly kind: 'account'; readonly account: AccountState }
  /** How polls went; nothing where the account is not known. */
  | {
      readonly kind: 'polled';
      readonly accountId: string;
      readonly history: PollHistory;
      readonly notBefore: number | null;
    }
  /** The root that was made for it. */
  | { readonly kind: 'root'; readonly accountId: string; readonly root: string }
  /** The stamp of its tree (TreeSurvey); nothing where the account is not known. */
  | { readonly kind: 'tree'; readonly accountId: string; readonly stamp: string | null }
  /** Leaves the rest of the account as it is: mail is sent while other mail is received. Nothing where the account is not known. */
  | { readonly kind: 'sending'; readonly accountId: string; readonly sending: SendingHistory }
  /** Forgets the account and all that hangs on it. */
  | { readonly kind: 'account-removed'; readonly accountId: string }
  | OfAccount<AgreedChange>
  | OfAccount<MaildropChange>;

type OfAccount<C> = C extends unknown ? C & { readonly accountId: string } : never;

/** durable: on disk when the promise resolves (synchronous=FULL). relaxed: may be lost with the power, never torn. */
export type Durability = 'durable' | 'relaxed';

/** Whoever holds the account's lock: a commit is refused (TemporaryError `locked`) once a later holder has committed. */
export interface Fence {
  readonly accountId: string;
  readonly number: number;
}

/** An account of the file that is to be joined with its state. */
export interface Binding {
  readonly name: string;
  /** As the file has it. */
  readonly id: string | undefined;
  /** The id that it gets where it has none, and none is bound to its NAME. */
  readonly freshId: string;
}

export interface StateStore {
  accounts(): Promise<readonly AccountState[]>;
  account(id: string): Promise<AccountState | null>;
  /** The one that was last met under this NAME and whose id is none of `taken`; the newest of several. */
  accountNamed(name: string, taken?: ReadonlySet<string>): Promise<AccountState | null>;
  /**
   * Finds the state of each account or begins it, durably, and notes its NAME; all in one transaction, so that two processes that
   * meet an account first give it one id. No NAME leads to an id of `taken`. In the order of the bindings.
   */
  bind(bindings: readonly Binding[], taken: ReadonlySet<string>): Promise<readonly AccountState[]>;
  /** The stamp of its tree; null where none is known. */
  tree(accountId: string): Promise<string | null>;
  folders(accountId: string): Promise<readonly AgreedFolder[]>;
  /** UIDs from `fromUid` on that are agreed; empty where the folder is not known. */
  agreedUids(accountId: string, path: string, fromUid: number): Promise<UidSet>;
  /** Agreed messages in columns, ascending: all of the folder, or those of `uids`. */
  agreed(accountId: string, path: string, uids?: UidSet): Promise<AgreedColumns>;
  /** Agreed messages of any folder that have one of these base names, or this content (SHA-256 in hex, as on the wire). */
  agreedElsewhere(
    accountId: string,
    sought: { readonly names: readonly string[]; readonly wireSha256: readonly string[] },
  ): Promise<readonly AgreedPlace[]>;
  /** Of all folders of the account; few. */
  intents(accountId: string): Promise<readonly Intent[]>;
  /** Messages of a former numbering, not met again yet. */
  former(accountId: string, path: string): Promise<readonly FormerMessage[]>;
  /** Few. `path` null: those of the maildrop. */
  troubles(accountId: string, path: string | null): Promise<readonly Trouble[]>;
  /** Null where the account has none. */
  maildrop(accountId: string): Promise<Maildrop | null>;
  knownMail(accountId: string): Promise<KnownMailColumns>;
  /** In full, those of the ids that are known. */
  mailOf(accountId: string, ids: readonly string[]): Promise<readonly KnownMail[]>;
  /** All of the batch or nothing of it. Batches of several callers may share one transaction. */
  commit(changes: readonly StateChange[], durability: Durability, fence?: Fence): Promise<void>;
  close(): Promise<void>;
}
