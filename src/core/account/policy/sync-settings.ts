/** What an account's two sides – the server and the Maildir – may do to each other: by account, and by folder. */

/** `pull`: nothing of here reaches the server. `push`: nothing of the server reaches here. */
export type Direction = 'both' | 'pull' | 'push';

/**
 * What a message that was deleted here becomes on the server: moved to its trash, deleted for good, or left. POP3 has no
 * trash: there it is `expunge` or `keep`.
 */
export type OnLocalDelete = 'trash' | 'expunge' | 'keep';

/** What a message that is gone from the server becomes here: deleted, moved to the trash, or left. */
export type OnRemoteDelete = 'delete' | 'trash' | 'keep';

export interface FolderPolicy {
  readonly direction: Direction;
  readonly onLocalDelete: OnLocalDelete;
  readonly onRemoteDelete: OnRemoteDelete;
  /** Octets on the wire; a larger message comes as a placeholder. Null: no limit. */
  readonly maxSize: number | null;
  /** Milliseconds; an older message is not fetched, and never deleted for its age. Null: no limit. */
  readonly maxAge: number | null;
}

/** Which folders take part at all: patterns as folder-pattern.ts reads them. */
export interface FolderSelection {
  /** None: all folders. */
  readonly include: readonly string[];
  /** Comes before `include`. */
  readonly exclude: readonly string[];
  /** Of these only the subscribed ones, and the inbox. */
  readonly subscribed: boolean;
}

/** What is otherwise in the folders that fit one of the patterns. */
export interface FolderOverride {
  readonly folders: readonly string[];
  readonly policy: Readonly<Partial<FolderPolicy>>;
}

/** For POP3 always `pull`, every folder, no age and nothing by folder. */
export interface SyncSettings extends FolderPolicy {
  readonly folders: FolderSelection;
  /** For each setting the first that fits the folder and says it. */
  readonly perFolder: readonly FolderOverride[];
}

const everyFolder: FolderSelection = { include: [], exclude: [], subscribed: false };

/** What holds where the configuration says nothing. */
export const usualSync: Readonly<Record<'imap' | 'pop3', SyncSettings>> = {
  imap: {
    direction: 'both',
    onLocalDelete: 'trash',
    onRemoteDelete: 'delete',
    maxSize: null,
    maxAge: null,
    folders: everyFolder,
    perFolder: [],
  },
  pop3: {
    direction: 'pull',
    onLocalDelete: 'keep',
    onRemoteDelete: 'keep',
    maxSize: null,
    maxAge: null,
    folders: everyFolder,
    perFolder: [],
  },
};
