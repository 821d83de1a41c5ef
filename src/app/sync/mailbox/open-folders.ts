/** The folder that is open on the account's connection: opened once, and again where another one or another connection came between. */

import type {
  MailboxSession,
  OpenFolder,
  WritableFolder,
} from '../../../ports/receiving/mailbox-source.ts';
import type { ReconnectingSession } from '../reconnecting-session.ts';

type Sessions = ReconnectingSession<MailboxSession>;

interface Opened {
  readonly session: MailboxSession;
  readonly path: string;
  readonly open: OpenFolder;
  readonly writable: WritableFolder | null;
}

export class OpenFolders {
  readonly #sessions: Sessions;
  #opened: Opened | null = null;

  constructor(sessions: Sessions) {
    this.#sessions = sessions;
  }

  /** The last connection is of no more use. */
  get spent(): boolean {
    return this.#sessions.spent;
  }

  session(): Promise<MailboxSession> {
    return this.#sessions.current();
  }

  /** Opens it for reading, where it is not open at all. Errors reach `folder`. */
  async reading(path: string): Promise<OpenFolder> {
    const session = await this.#sessions.current();
    const known = this.#known(session, path);
    if (known !== null) return known.open;
    const open = await session.select(path);
    this.#opened = { session, path, open, writable: null };
    return open;
  }

  async writable(path: string): Promise<WritableFolder> {
    const session = await this.#sessions.current();
    const known = this.#known(session, path)?.writable;
    if (known !== undefined && known !== null) return known;
    const writable = await session.selectForWriting(path);
    this.#opened = { session, path, open: writable, writable };
    return writable;
  }

  /** Anew, whatever is open: what it says of itself is of this moment. */
  async afresh(path: string): Promise<OpenFolder> {
    this.#opened = null;
    return await this.reading(path);
  }

  #known(session: MailboxSession, path: string): Opened | null {
    const opened = this.#opened;
    return opened?.session === session && opened.path === path ? opened : null;
  }
}
