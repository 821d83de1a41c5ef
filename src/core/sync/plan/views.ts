/** What planning starts from: each folder of an account as the server, the Maildir and the state have it. */

import type { FolderPolicy } from '../../account/policy/sync-settings.ts';
import type { AgreedFolder, AgreedPlace, Intent, Trouble } from '../agreed.ts';
import type { Flag } from '../flags.ts';
import type { KnownMessages } from '../known-messages.ts';
import type { FolderStatus, MessageFacts, RemoteFolder } from '../remote.ts';
import type { UidSet } from '../uid-set.ts';

/** same: messages of the server are those that the state has under their UIDs. other: they are not. unknown: none could be compared. */
export type Sample = 'same' | 'other' | 'unknown';

/** A message of the server that the state does not know. */
export interface NewThere {
  readonly facts: MessageFacts;
  /** As AgreedMessage.messageIdHash. */
  readonly messageIdHash: string | null;
}

/** What is new on the server, as far as it is proven. */
export interface RemoteNews {
  /** Known messages that the server told anew; those that it did not tell are as they were. */
  readonly changed: ReadonlyMap<number, MessageFacts>;
  /** Known messages that are gone: by a complete listing, or by one whose count agrees (design rule 13). */
  readonly vanished: UidSet;
  /** Below the mark and unknown: an earlier listing left them out, or they were taken for gone. */
  readonly strays: UidSet;
  /** Those that are new, where something calls for knowing them before they are fetched; else null. */
  readonly arrivals: readonly NewThere[] | null;
  /** Nothing was left open: what the server says now can be agreed. */
  readonly isComplete: boolean;
}

/** A file of the Maildir. */
export interface FileHere {
  readonly flags: readonly Flag[];
  /** Letters a–z that another program gave. */
  readonly letters: string;
}

/** A file that the state does not know, and what it is. */
export interface NewHere {
  readonly base: string;
  readonly wireSize: number;
  readonly wireSha256: string;
  readonly messageIdHash: string | null;
  /** Milliseconds since the epoch. */
  readonly internalDate: number;
}

/** What a complete scan found. */
export interface LocalNews {
  readonly files: ReadonlyMap<string, FileHere>;
  /** Of files that the state does not know; one that is missing here was not read, and nothing is planned for it. */
  readonly identities: ReadonlyMap<string, NewHere>;
  /** Names of Dovecot's letters; null where the folder has none. */
  readonly keywordLetters: ReadonlyMap<string, string> | null;
  /** The folder's directory is not there. */
  readonly isMissing: boolean;
  /** Keywords, in lower case, that had a letter when the folder was agreed: without the letter they were taken off since. */
  readonly lettered: ReadonlySet<string>;
  /** To be agreed (agreed-stamp). */
  readonly stamp: string | null;
}

/** What the server keeps of flags and keywords for good; null where it did not say. */
export interface Keeping {
  /** Bits in the order of allFlags. */
  readonly flags: number;
  /** In lower case; any: also new ones. */
  readonly keywords: ReadonlySet<string> | 'any';
}

export interface FolderView {
  /** Where it is not listed: as the state, or the Maildir, has it. */
  readonly remote: RemoteFolder;
  /** False where the server does not list it (any more). */
  readonly isListed: boolean;
  readonly localPath: string;
  readonly status: FolderStatus;
  /** `user@host`, host in lower case. */
  readonly endpoint: string;
  /** Null where it was never synced. */
  readonly agreed: AgreedFolder | null;
  readonly troubles: readonly Trouble[];
  readonly intents: readonly Intent[];
  /** Names of files that are here alone since the server numbered the folder anew. */
  readonly former: ReadonlySet<string>;
  /** What the newest known messages look like on the server; null where nobody looked. */
  readonly sample: Sample | null;
  readonly policy: FolderPolicy;
  /** Empty where neither side has news. */
  readonly known: KnownMessages;
  /** Null: nothing changed on the server but what may have come after the settled UID. */
  readonly there: RemoteNews | null;
  /** Null: nothing changed here. */
  readonly here: LocalNews | null;
  /** Null: nobody asked, or the server did not say. */
  readonly keeping: Keeping | null;
}

export interface AccountView {
  readonly folders: readonly FolderView[];
  /** Known messages of other folders that have the name or the content of a new file. */
  readonly elsewhere: readonly AgreedPlace[];
}
