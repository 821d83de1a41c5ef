/** The mail that the demo servers share, in memory: users, folders, messages as exact octets. */

export interface StoredMessage {
  readonly uid: number;
  readonly flags: Set<string>;
  readonly internalDate: Date;
  /** The message as a client gets it over IMAP, octet by octet. */
  readonly raw: Buffer;
}

export interface NewMessage {
  raw: Buffer;
  flags?: Iterable<string>;
  internalDate?: Date;
}

/** SPECIAL-USE of RFC 6154, e.g. `\Sent`. */
export type SpecialUse =
  '\\All' | '\\Archive' | '\\Drafts' | '\\Flagged' | '\\Junk' | '\\Sent' | '\\Trash';

export interface FolderOptions {
  uidValidity?: number;
  specialUse?: SpecialUse;
  subscribed?: boolean;
  /** False: `\Noselect`, a name that only holds others. */
  selectable?: boolean;
}

export class Folder {
  name: string;
  uidValidity: number;
  uidNext = 1;
  specialUse: SpecialUse | undefined;
  subscribed: boolean;
  selectable: boolean;
  /** By rising UID. */
  messages: StoredMessage[] = [];
  readonly #changed: () => void;

  constructor(
    name: string,
    options: Required<Pick<FolderOptions, 'uidValidity'>> & FolderOptions,
    changed: () => void,
  ) {
    this.name = name;
    this.uidValidity = options.uidValidity;
    this.specialUse = options.specialUse;
    this.subscribed = options.subscribed ?? true;
    this.selectable = options.selectable ?? true;
    this.#changed = changed;
  }

  append(message: NewMessage): StoredMessage {
    const stored: StoredMessage = {
      uid: this.uidNext,
      flags: new Set(message.flags),
      internalDate: message.internalDate ?? new Date(),
      raw: message.raw,
    };
    this.uidNext += 1;
    this.messages.push(stored);
    this.#changed();
    return stored;
  }

  /** Removes the messages with these UIDs for good. */
  remove(uids: ReadonlySet<number>): void {
    this.messages = this.messages.filter((message) => !uids.has(message.uid));
    this.#changed();
  }

  setFlags(message: StoredMessage, flags: Iterable<string>): void {
    const wanted = [...flags];
    message.flags.clear();
    for (const flag of wanted) message.flags.add(flag);
    this.#changed();
  }

  /** A new UIDVALIDITY with the UIDs counted anew, as after a restored backup (RFC 3501 section 2.3.1.1). */
  renumber(uidValidity: number): void {
    this.uidValidity = uidValidity;
    this.messages = this.messages.map((message, index) => ({ ...message, uid: index + 1 }));
    this.uidNext = this.messages.length + 1;
    this.#changed();
  }
}

export class Mailbox {
  readonly delimiter: string;
  readonly #folders = new Map<string, Folder>();
  readonly #listeners = new Set<() => void>();
  #nextValidity = 1_700_000_001;
  /** Counts the changes, so that a session knows at once that there was none. */
  revision = 0;

  constructor(delimiter = '/') {
    this.delimiter = delimiter;
    this.create('INBOX');
  }

  get inbox(): Folder {
    return this.#folders.get('INBOX') as Folder;
  }

  get folders(): Folder[] {
    return [...this.#folders.values()];
  }

  /** INBOX is found in any case (RFC 3501 section 5.1). */
  folder(name: string): Folder | undefined {
    return this.#folders.get(canonical(name));
  }

  /** Creates the folder and those above it that are missing; an existing one is returned as it is. */
  create(name: string, options: FolderOptions = {}): Folder {
    const existing = this.folder(name);
    if (existing !== undefined) return existing;
    const above = name.lastIndexOf(this.delimiter);
    if (above > 0) this.create(name.slice(0, above));
    const uidValidity = options.uidValidity ?? this.#nextValidity++;
    const folder = new Folder(canonical(name), { ...options, uidValidity }, () => this.#changed());
    this.#folders.set(folder.name, folder);
    this.#changed();
    return folder;
  }

  delete(name: string): void {
    this.#folders.delete(canonical(name));
    this.#changed();
  }

  /** Renames the folder and all below it. */
  rename(from: string, to: string): void {
    const inside = from + this.delimiter;
    for (const folder of this.folders) {
      if (folder.name !== from && !folder.name.startsWith(inside)) continue;
      this.#folders.delete(folder.name);
      folder.name = to + folder.name.slice(from.length);
      this.#folders.set(folder.name, folder);
    }
    this.#changed();
  }

  /** Calls back after every change of folders, messages or flags; returns the way to stop it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #changed(): void {
    this.revision += 1;
    for (const listener of this.#listeners) listener();
  }
}

export interface DemoUser {
  readonly name: string;
  /** May be changed while the servers run. */
  password: string;
  /** Mail to these is delivered to the INBOX. */
  readonly addresses: readonly string[];
  readonly mailbox: Mailbox;
}

function canonical(name: string): string {
  return name.toUpperCase() === 'INBOX' ? 'INBOX' : name;
}
