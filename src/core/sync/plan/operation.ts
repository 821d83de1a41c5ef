/** What a sync of an IMAP account does: the plan is a list of these, printed by --dry-run and carried out one by one. */

import type { AgreedFolder, AgreedMessage, AgreedStatus, Trouble } from '../agreed.ts';
import type { MessageFacts, Role } from '../remote.ts';
import type { FlagState, Merged, ServerChange } from './merge-flags.ts';
import type { NewHere } from './views.ts';

/** A known message whose flags are to be the same on both sides. */
export interface MergeItem {
  readonly uid: number;
  /** Base name here. */
  readonly name: string;
  /** Null where the server has them already. */
  readonly store: ServerChange | null;
  /** What the file is to have; null where it has it already. */
  readonly here: FlagState | null;
  /** What is agreed once both sides have it. */
  readonly agreed: FlagState;
  /** In decimal; null where the server has none. */
  readonly modSeq: string | null;
}

/** A message that both sides have, though the state did not know it. */
export interface AdoptItem {
  readonly uid: number;
  readonly name: string;
  readonly file: NewHere;
  readonly facts: MessageFacts;
  /** What both had before flags are merged. */
  readonly agreed: FlagState;
}

export interface UploadItem {
  readonly file: NewHere;
  readonly flags: FlagState;
  /** Whose place it takes: it was deleted there and changed here. Its content has to be what it was. */
  readonly instead: AgreedMessage | null;
}

/** A known message that goes into another folder. */
export interface TransferItem {
  readonly message: AgreedMessage;
  /** Its base name in the other folder. */
  readonly name: string;
  readonly flags: FlagState;
}

export interface MoveHereItem {
  readonly message: AgreedMessage;
  /** Folder that the file is in, and its base name there. */
  readonly fromLocalPath: string;
  readonly name: string;
  /** What it is on the server now. */
  readonly facts: MessageFacts;
  /** Flags that a side changed as well; null where they are as agreed. */
  readonly merged: Merged | null;
}

/** Base names of new files by what they hold (SHA-256): messages of the server may be among them. */
export type NamesByContent = ReadonlyMap<string, readonly string[]>;

export type Operation =
  /** Make the folder here, and remember it. */
  | { readonly kind: 'begin-folder'; readonly path: string; readonly folder: AgreedFolder }
  /** Make the folder on the server for one that was made here. */
  | { readonly kind: 'make-folder'; readonly path: string; readonly localPath: string }
  | { readonly kind: 'assign-role'; readonly path: string; readonly role: Role | null }
  /** The folder is the one that is known, on a server that has another name now. */
  | { readonly kind: 'note-endpoint'; readonly path: string; readonly endpoint: string }
  /** What held the folder is over. */
  | { readonly kind: 'release'; readonly path: string }
  /** The server numbered it anew: what can be matched keeps its file, the rest counts by content alone. */
  | {
      readonly kind: 'renumber';
      readonly path: string;
      readonly endpoint: string;
      readonly uidValidity: string;
      readonly reason: string;
      /** Known messages under their new UIDs. */
      readonly matched: readonly AgreedMessage[];
    }
  /** Another program has given known files other names. */
  | {
      readonly kind: 'rename';
      readonly path: string;
      readonly items: readonly { readonly uid: number; readonly name: string }[];
    }
  | { readonly kind: 'adopt'; readonly path: string; readonly items: readonly AdoptItem[] }
  | {
      readonly kind: 'move-remote';
      readonly path: string;
      readonly to: string;
      readonly items: readonly TransferItem[];
    }
  | {
      readonly kind: 'copy-remote';
      readonly path: string;
      readonly to: string;
      readonly items: readonly TransferItem[];
    }
  /** Into this folder, from others. */
  | {
      readonly kind: 'move-local';
      readonly path: string;
      readonly from: string;
      readonly items: readonly MoveHereItem[];
    }
  | { readonly kind: 'merge-flags'; readonly path: string; readonly items: readonly MergeItem[] }
  | { readonly kind: 'upload'; readonly path: string; readonly items: readonly UploadItem[] }
  /** Everything from this UID on that is not here. */
  | {
      readonly kind: 'fetch-range';
      readonly path: string;
      readonly from: number;
      /** Messages of the folder by the server's count; null where it does not say. */
      readonly exists: number | null;
      /** They are not delivered again. */
      readonly mayBeHere: NamesByContent;
    }
  /** One message that could not be fetched, or came short, at an earlier poll. */
  | {
      readonly kind: 'fetch';
      readonly path: string;
      readonly uid: number;
      readonly trouble: Trouble | null;
    }
  /** trash: moved to `trash`. expunge: for good. */
  | {
      readonly kind: 'delete-remote';
      readonly path: string;
      readonly trash: string | null;
      readonly uids: readonly number[];
    }
  /** trash: moved to the folder of this local path. */
  | {
      readonly kind: 'delete-local';
      readonly path: string;
      readonly trash: string | null;
      readonly items: readonly { readonly uid: number; readonly name: string }[];
    }
  | {
      readonly kind: 'keep';
      readonly path: string;
      readonly status: Extract<AgreedStatus, 'here-alone' | 'there-alone'>;
      readonly uids: readonly number[];
    }
  | { readonly kind: 'forget'; readonly path: string; readonly uids: readonly number[] }
  /** Both sides have nothing in it, and one of them has it no more. */
  | { readonly kind: 'delete-folder'; readonly path: string; readonly side: 'here' | 'there' }
  | { readonly kind: 'forget-folder'; readonly path: string };

/** Something that is not done until a person decides. */
export interface HeldFolder {
  readonly path: string;
  readonly reason: string;
  /** deletions: everything else in it goes on. */
  readonly what: 'folder' | 'deletions';
}

/** What both sides looked like when it was planned: agreed once all of the folder's operations are done. */
export interface FolderEnd {
  readonly path: string;
  /** Null where it was not looked at. */
  readonly stamp: string | null;
  readonly isLookedAtHere: boolean;
  readonly isLookedAtThere: boolean;
}

export interface AccountPlan {
  /** In the order in which they are to be done: INBOX first, those of one folder together, deletions of the whole account last. */
  readonly operations: readonly Operation[];
  readonly held: readonly HeldFolder[];
  readonly ends: readonly FolderEnd[];
  /** Sentences for people, each about a folder. */
  readonly notes: readonly { readonly path: string; readonly text: string }[];
}
