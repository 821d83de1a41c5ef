/** Where mail goes: a tree of Maildir folders for each account, shared with other programs that read and change it. */

import type { Flag } from '../core/sync/flags.ts';

/** One message to be written. */
export interface Delivery {
  /** What the name is a hash of: the same message of the same folder has the same key in every run. */
  readonly key: string;
  readonly flags: readonly Flag[];
  /** Becomes the file's mtime; null leaves the time of writing. Milliseconds since the epoch. */
  readonly internalDate: number | null;
  /** Wire octets; written with CRLF as LF and nothing else changed. */
  readonly body: AsyncIterable<Buffer>;
}

/** Whole and fsynced in `tmp/`, not visible to readers yet. */
export interface Staged {
  readonly key: string;
  readonly temporaryPath: string;
  readonly flags: readonly Flag[];
  /** Octets and SHA-256 (hex) as on the wire. */
  readonly wireSize: number;
  readonly wireSha256: string;
  /** Octets and SHA-256 (hex) as on disk. */
  readonly size: number;
  readonly sha256: string;
}

/** Durable and visible: the file and its directory entry are on disk. */
export interface Delivered {
  readonly key: string;
  /** Base name, all before `:2,`. */
  readonly name: string;
  /** delivered: new on disk. adopted: the same message stood there already (a delivery that was broken off after its rename). */
  readonly outcome: 'delivered' | 'adopted';
  /** The name by hash was taken by other content, so this one has a suffix: the server gave an id twice. */
  readonly collided: boolean;
}

export interface FolderCounts {
  /** Files in `new/`, and those in `cur/` without the flag Seen. */
  readonly unread: number;
  /** Files in `new/` and in `cur/`; names that start with a dot are no mail. */
  readonly total: number;
}

/** The Maildir tree of one account, its marker checked. Folders are named by their local path (core/sync/folder-name). */
export interface MailTree {
  readonly root: string;
  /** Makes `cur`, `new` and `tmp` durably, and clears what an earlier run of ours left in `tmp`. */
  ensureFolder(localPath: string): Promise<void>;
  /** Writes to `tmp/` and fsyncs. On any error the temporary file is gone again. Disk errors: StorageError. */
  stage(localPath: string, delivery: Delivery): Promise<Staged>;
  /**
   * The durable point of a batch: links each into `new/` (no flags) or `cur/`, never over a file that exists, then fsyncs the
   * directories. A name that stands there already is adopted where size and content agree, else a suffix is added.
   */
  publish(localPath: string, staged: readonly Staged[]): Promise<readonly Delivered[]>;
  /** Drops a staged message; never throws. */
  discard(staged: Staged): Promise<void>;
  /** Null where the folder does not exist. */
  count(localPath: string): Promise<FolderCounts | null>;
  /** Absolute directory of the folder. */
  directory(localPath: string): string;
}

export interface MailStore {
  /** Opens a tree that exists: StorageError (74) when the root or its `.posthorn` is missing or another account's. */
  open(root: string, accountId: string): Promise<MailTree>;
  /**
   * First use: makes root and marker durably, or opens them when they are there and ours. A root that holds mail, ours or not,
   * throws ConfigurationError (78), another's marker StorageError (74).
   */
  create(root: string, accountId: string): Promise<MailTree>;
}
