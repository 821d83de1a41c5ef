/** What mbsync and OfflineIMAP remember of an account, so that posthorn goes on where they ended. */

import type { Layout } from '../../core/account/settings.ts';
import type { Flag } from '../../core/sync/flags.ts';

/** A message that both sides had when the other program ran last. */
export interface FormerPair {
  /** On the server. */
  readonly uid: number;
  /** The number in its file's name; null where its file was deleted, and the server was not told yet. */
  readonly fileUid: number | null;
  readonly flags: readonly Flag[];
  /** Its file is a stand-in. */
  readonly isPlaceholder: boolean;
}

export interface FormerFolder {
  /** Absolute. */
  readonly directory: string;
  /** Below the root that was asked for; null where it lies elsewhere. */
  readonly localPath: string | null;
  /** In decimal. */
  readonly uidValidity: string;
  /** What is numbered up to there and is no pair was left out on purpose. */
  readonly settledUid: number;
  readonly pairs: readonly FormerPair[];
  /** The number in a base name that counts in this folder; null where none does. */
  readonly fileUid: (base: string) => number | null;
}

/** One account of a file. */
export interface FormerAccount {
  /** Where it begins in the file, as ImportedAccount.line. */
  readonly line: number;
  /** `options.layout` that finds its folders. */
  readonly layout: Layout;
  /**
   * `segments` as RemoteFolder has them. Null where the program never synced the folder. ConfigurationError where a run of it was
   * broken off there, DataError where its state can't be read.
   */
  folder(segments: readonly string[], root: string): Promise<FormerFolder | null>;
}

export interface FormerPlaces {
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}
