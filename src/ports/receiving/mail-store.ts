/** Where mail goes: a tree of Maildir folders for each account, shared with other programs that read and change it. */

import type { Layout } from '../../core/account/settings.ts';
import type { Flag } from '../../core/sync/flags.ts';
import type { PosthornError } from '../../errors.ts';
import type { MessageBody } from './message-body.ts';

/** One message to be written. */
export interface Delivery {
  /** What the name is a hash of: the same message of the same folder has the same key in every run. */
  readonly key: string;
  readonly flags: readonly Flag[];
  /** Dovecot's letters of its keywords; none where left out. */
  readonly letters?: string;
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
  readonly letters?: string | undefined;
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

/** Which folders a tree has. */
export interface TreeSurvey {
  /** As MailTree.folders. */
  readonly folders: readonly string[];
  /**
   * Given to the next survey, it proves that nothing was made, renamed or removed in the directories that were read; null where
   * it proves nothing: one of them was changed within the last tick of the clock.
   */
  readonly stamp: string | null;
}

/** One file of a folder, whoever delivered it. */
export interface LocalFile {
  /** All before `:2,`. */
  readonly base: string;
  readonly directory: 'new' | 'cur';
  readonly flags: readonly Flag[];
  /** Letters that we don't know, e.g. Dovecot's keywords a–z. */
  readonly otherLetters: string;
}

/** Other flags for a file; letters that we don't know are kept where `letters` is left out. */
export interface FlagChange {
  readonly base: string;
  readonly flags: readonly Flag[];
  /** Dovecot's keywords a–z, all that it has from now on. */
  readonly letters?: string;
}

/** Base names: what a file is called, and what it is to be called. */
export interface NewName {
  readonly base: string;
  readonly name: string;
}

export interface LocalScan {
  readonly files: ReadonlyMap<string, LocalFile>;
  /** Nothing changed from before the first directory was read until after the last: what is not in `files` is not there. */
  readonly complete: boolean;
}

/** What a file is, whoever named it. */
export interface LocalIdentity {
  readonly base: string;
  /** Octets and SHA-256 (hex) of its form on the wire (`readForWire`). */
  readonly wireSize: number;
  readonly wireSha256: string;
  /** As Staged.messageIdHash. */
  readonly messageIdHash: string | null;
  /** Its Message-ID as it stands there, without line breaks; null where the header has none. */
  readonly messageId: string | null;
  /** The file's mtime, in whole milliseconds since the epoch. */
  readonly internalDate: number;
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
  /**
   * Every file of the folder, foreign ones too. Two files of one base name, left by a program that died in the middle of a rename:
   * of the same content one stays, else the later one gets a name of its own. Throws TemporaryError (folder) where other programs
   * never let it rest.
   */
  scan(localPath: string): Promise<LocalScan>;
  /** The octets on disk. StorageError (message) where it is gone by a complete scan. */
  read(localPath: string, base: string): AsyncIterable<Buffer>;
  /** The octets as they go over the wire: CR before each bare LF, nothing else changed. As `read` otherwise. */
  readForWire(localPath: string, base: string): AsyncIterable<Buffer>;
  /** Each read once, some side by side; what is gone is left out. */
  identify(localPath: string, bases: readonly string[]): Promise<readonly LocalIdentity[]>;
  /**
   * Renames for new flags, durably: one directory fsync for all. Whether each was there, in the order given. A letter that a
   * reader added or took away since the file was last seen here (`scan`) is no part of the change, and stays so. A file in `new` that
   * gets no flag stays there.
   */
  setFlags(localPath: string, changes: readonly FlagChange[]): Promise<readonly boolean[]>;
  /**
   * Into another folder of the tree, under free names, flags kept, durably: first the new names, then that the old ones are gone.
   * The new base names in the order given; null where a file is gone.
   */
  move(from: string, bases: readonly string[], to: string): Promise<readonly (string | null)[]>;
  /**
   * Other base names, flags kept, durably. Whether each was renamed, in the order given: not where its file is gone, or where
   * another one has the name.
   */
  rename(localPath: string, names: readonly NewName[]): Promise<readonly boolean[]>;
  /** Durably. Whether each was there, in the order given. */
  remove(localPath: string, bases: readonly string[]): Promise<readonly boolean[]>;
  /** Local paths of all Maildir folders (`cur` and `new`) of the tree, whoever made them; in the layout's form, sorted. */
  folders(layout: Layout): Promise<readonly string[]>;
  /** The same; reads no directory where the stamp of an earlier one shows that all are as they were. */
  survey(layout: Layout, known: string | null): Promise<TreeSurvey>;
  /**
   * Gives a folder another local path, durably, its messages and all else that lies in it with it (with the layout fs the folders
   * below it too), in one step. False where it is not there, or where something stands at the new path.
   */
  renameFolder(from: string, to: string): Promise<boolean>;
  /** Removes a folder that holds no mail, with its `cur`, `new` and `tmp`, durably; what is no mail stays. False where mail is in it. */
  removeFolder(localPath: string): Promise<boolean>;
  /**
   * Dovecot's names for the letters a–z (`dovecot-keywords`), by letter; null where the folder has no such file. A line that
   * nobody can read is left out.
   */
  keywordLetters(localPath: string): Promise<ReadonlyMap<string, string> | null>;
  /** Each name of a folder whose `new` or `cur` changed, soon after it did (inotify), until the signal aborts. */
  watch(localPaths: readonly string[], signal: AbortSignal): AsyncIterable<string>;
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
  /**
   * Takes over a root that holds mail and no marker, durably, or opens one that is ours. Another's marker, no such folder, or
   * neither marker nor mail (an empty mount point) throw StorageError (74).
   */
  adopt(root: string, accountId: string): Promise<MailTree>;
}
