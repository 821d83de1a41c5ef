/** Looks at the machine and its files without changing anything, for `doctor`. */

/** What stands at a path, links followed. */
export interface Seen {
  readonly kind: 'file' | 'folder' | 'socket' | 'other';
  /** Permission bits alone. */
  readonly mode: number;
  readonly uid: number;
  readonly size: number;
  /** Tells a place by whatever path it is reached: device and inode. */
  readonly identity: string;
  readonly device: string;
  /** By this user, also where the disk is read-only. */
  readonly writable: boolean;
  /** Milliseconds since the epoch. */
  readonly changedAt: number;
}

/** What keeps mail of one folder from being here wholly; `folder` null: the maildrop. */
export interface FolderTrouble {
  readonly folder: string | null;
  /** As core/sync/agreed has it: refused, short, held. */
  readonly kind: string;
  readonly messages: number;
  /** Of one of them. */
  readonly reason: string;
}

export interface KnownAccount {
  readonly id: string;
  readonly name: string;
  readonly root: string | null;
  /** Why posthorn leaves it alone; null where it does not. */
  readonly suspended: string | null;
  /** Failed polls in a row, and why the last one failed. */
  readonly failures: number;
  readonly lastError: string | null;
  readonly troubles: readonly FolderTrouble[];
}

export interface StateFacts {
  /** What is wrong with the database, and what to do; null where it holds. */
  readonly problem: string | null;
  readonly remedy: string | null;
  readonly accounts: readonly KnownAccount[];
}

export interface MachineFacts {
  readonly node: string;
  /** Threads of the pool that files are flushed by. */
  readonly threads: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly uid: number;
  /** The bundle of certificate authorities; null where the machine has none. */
  readonly authorities: string | null;
}

/**
 * Every call ends within its deadline, TemporaryError `timeout`, whatever hangs. What is not there is null; what may not be
 * looked at, or fails, is a StorageError.
 */
export interface Inspector {
  look(path: string): Promise<Seen | null>;
  /** Names in a folder. */
  names(path: string): Promise<readonly string[] | null>;
  /** The beginning of a small text file; never asked for a secret. */
  text(path: string): Promise<string | null>;
  /** Octets that this user may still write there. */
  free(path: string): Promise<number | null>;
  state(path: string): Promise<StateFacts | null>;
  /** Null where the host's name is known, else what the machine's name service said, e.g. `ENOTFOUND`. */
  lookUp(host: string): Promise<string | null>;
  machine(): Promise<MachineFacts>;
  close(): void;
}
