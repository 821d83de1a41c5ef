/** Where mail goes: a tree of Maildir folders for each account, shared with other programs that read and change it. */

import type { Flag } from '../../core/sync/flags.ts';
import type { PosthornError } from '../../errors.ts';
import type { MessageBody } from './message-body.ts';

/** One message to be written. */
export interface Delivery {
  /** What the name is a hash of: the same message of the same folder has the same key in every run. */
  readonly key: string;
  readonly flags: readonly Flag[];
  /** Becomes the file's mtime; null leaves the time of writing. Milliseconds since the epoch. */
  readonly internalDate: number | null;
  /** Written with CRLF as LF and nothing else changed. */
  readonly body: MessageBody;
}

/**
 * Whole in `tmp/`, not visible to readers, and not durable yet. Each ends by `publish`, of the tree that staged it and whatever
 * comes of that, or by `discard`.
 */
export interface Staged {
  readonly key: string;
  readonly temporaryPath: string;
  readonly flags: readonly Flag[];
  /** Octets and SHA-256 (hex) as on the wire. */
  readonly wireSize: number;
  readonly wireSha256: string;
  /** Octets on disk. */
  readonly size: number;
  /** First 64 bits (hex) of the SHA-256 of the Message-ID, angle brackets and all; null where the header has none. */
  readonly messageIdHash: string | null;
}

/** What came of one delivery. failed: its body broke off with an error that reaches `message`; nothing of it is left. */
export type Staging =
  | { readonly kind: 'staged'; readonly staged: Staged }
  | { readonly kind: 'failed'; readonly error: PosthornError };

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

/**
 * `cur` and `new` as stat(2) shows them: equal to an earlier one, nothing was added, renamed or removed between the two. Null
 * where the folder is missing, and where a stamp is younger than the clock's tick, which proves nothing.
 */
export type FolderStamp = string | null;

/** One file of a folder, whoever delivered it. */
export interface LocalFile {
  /** All before `:2,`. */
  readonly base: string;
  readonly directory: 'new' | 'cur';
  readonly flags: readonly Flag[];
  /** Letters that we don't know, e.g. Dovecot's keywords a–z. */
  readonly otherLetters: string;
}

export interface LocalScan {
  readonly files: ReadonlyMap<string, LocalFile>;
  /** Nothing changed from before the first directory was read until after the last: what is not in `files` is not there. */
  readonly complete: boolean;
}

/** The Maildir tree of one account, its marker checked. Folders are named by their local path (core/sync/folder-name). */
export interface MailTree {
  readonly root: string;
  /**
   * Makes `cur`, `new` and `tmp` durably, and clears what earlier runs left in `tmp`: files of ours that no process that runs
   * now is writing, so that two of one account never disturb each other.
   */
  ensureFolder(localPath: string): Promise<void>;
  /**
   * Writes each to `tmp/`, in the order given; those with a whole body without yielding in between. On any error that is thrown
   * the temporary files of this call are gone again. Disk errors: StorageError.
   */
  stage(localPath: string, deliveries: readonly Delivery[]): Promise<readonly Staging[]>;
  /**
   * The durable point of a batch: makes the files durable (one syncfs, or fsync side by side, by the size of the batch), gives each its name
   * in `new/` (no flags) or `cur/`, never over a file that exists, then fsyncs the directories. A name that stands there already is
   * adopted where the content agrees, else a suffix is added. In the order given. Where it throws, what was named stays and is
   * adopted by a later run; nothing is left in `tmp`. Files that could not be made durable (StorageError) get no name.
   */
  publish(localPath: string, staged: readonly Staged[]): Promise<readonly Delivered[]>;
  /** Drops a staged message; never throws. */
  discard(staged: Staged): Promise<void>;
  stamp(localPath: string): Promise<FolderStamp>;
  /** Every file of the folder, foreign ones too. Throws TemporaryError (folder) where other programs never let it rest. */
  scan(localPath: string): Promise<LocalScan>;
  /** The octets on disk. StorageError (message) where it is gone by a complete scan. */
  read(localPath: string, base: string): AsyncIterable<Buffer>;
  /** Renames for new flags, other letters kept, durably. False where the file is gone. */
  setFlags(localPath: string, base: string, flags: readonly Flag[]): Promise<boolean>;
  /** Into another folder of the tree, under a free name, flags kept, durably. The new base name; null where the file is gone. */
  move(from: string, base: string, to: string): Promise<string | null>;
  /** Durably. False where it is gone already. */
  remove(localPath: string, base: string): Promise<boolean>;
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
