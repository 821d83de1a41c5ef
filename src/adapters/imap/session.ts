/** A logged-in IMAP session, as the rest of the program uses it. */

import type { Account, FolderRole } from '../../core/account/account.ts';
import type { Flag } from '../../core/sync/flags.ts';
import type { FolderListing, FolderStatus } from '../../core/sync/remote.ts';
import { InternalError } from '../../errors.ts';
import type { ConnectionFacts } from '../../ports/connection.ts';
import type { MailboxSession, OpenFolder } from '../../ports/receiving/mailbox-source.ts';
import { failure } from './answers/failure.ts';
import { astring, atom, sequence } from './answers/tokens.ts';
import { bulkFetch } from './bulk/bulk-fetch.ts';
import type { Timeouts } from './connecting/open-connection.ts';
import type { ImapConnection } from './connection.ts';
import { OpenImapFolder } from './folder/open-folder.ts';
import { search } from './folder/search.ts';
import { append } from './folders/append.ts';
import { createFolder, personalPrefix } from './folders/create-folder.ts';
import { examine } from './folders/examine.ts';
import { folderStatus } from './folders/folder-status.ts';
import { listFolders } from './folders/list-folders.ts';
import { decodeMailboxName, MailboxNames } from './folders/mailbox-name.ts';
import { uidNextOf } from './folders/uid-next.ts';

export interface SessionParts {
  readonly connection: ImapConnection;
  readonly facts: ConnectionFacts;
  readonly account: Account;
  readonly timeouts: Timeouts;
  readonly pause: (milliseconds: number) => Promise<void>;
}

/** uidNext(), where the server tells it, and append() leave the selected folder selected; findByMessageId() does not. */
export class ImapSession implements MailboxSession {
  readonly facts: ConnectionFacts;
  readonly #parts: SessionParts;
  readonly #connection: ImapConnection;
  readonly #names = new MailboxNames();
  /** Counts what was opened, so that a folder learns that it is not the one that is open any more. */
  #opened = 0;
  #left = false;
  #closed = false;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.#connection = parts.connection;
    this.facts = parts.facts;
  }

  get spent(): boolean {
    return this.#left || this.#closed || this.#connection.lost;
  }

  async folders(): Promise<FolderListing> {
    return await listFolders(this.#usable(), this.#names, this.#parts.account.folders);
  }

  async status(path: string): Promise<FolderStatus> {
    return await folderStatus(this.#usable(), this.#names.wire(path));
  }

  async select(path: string): Promise<OpenFolder> {
    const connection = this.#usable();
    const opened = (this.#opened += 1);
    connection.enableQresync();
    const status = await examine(connection, this.#names.wire(path));
    return new OpenImapFolder({
      connection,
      path,
      status,
      qresync: connection.hasQresync,
      bulk: (uids, options) => bulkFetch(connection, uids, { ...this.#patience(), ...options }),
      pause: this.#parts.pause,
      isCurrent: () => this.#opened === opened && !this.#closed,
      onLeft: () => {
        this.#left = true;
      },
    });
  }

  async uidNext(path: string): Promise<number> {
    return await uidNextOf(this.#usable(), this.#names.wire(path), () => {
      this.#opened += 1;
    });
  }

  async findByMessageId(
    path: string,
    messageId: string,
    fromUid: number,
  ): Promise<readonly number[]> {
    const connection = this.#usable();
    this.#opened += 1;
    const { exists } = await examine(connection, this.#names.wire(path));
    if (exists === 0) return [];
    const range = [atom('UID'), sequence(`${fromUid}:*`)];
    const header = [atom('HEADER'), atom('Message-ID'), astring(messageId)];
    try {
      const { uids } = await search(connection, [...range, ...header]);
      // `n:*` includes the last message, whatever its UID.
      return [...uids].filter((uid) => uid >= fromUid);
    } catch (error) {
      throw failure(error, `the folder ${path} cannot be searched`, 'folder');
    }
  }

  async append(
    path: string,
    octets: Buffer,
    flags: readonly Flag[],
    internalDate: number,
  ): Promise<number | null> {
    const message = { octets, flags, internalDate };
    return await append(this.#usable(), this.#names.wire(path), message);
  }

  async personalPrefix(): Promise<string> {
    return decodeMailboxName(await personalPrefix(this.#usable()));
  }

  async createFolder(path: string, role: FolderRole | null): Promise<void> {
    await createFolder(this.#usable(), this.#names.wire(path), role);
  }

  async close(): Promise<void> {
    const polite = !this.spent;
    this.#closed = true;
    if (polite) await this.#connection.leave(this.#parts.timeouts.logoutMs);
    else this.#connection.flow.close();
  }

  #patience() {
    const { stallMs, floorMs } = this.#parts.timeouts;
    return { stallMs, floorMs };
  }

  #usable(): ImapConnection {
    if (this.#closed) throw new InternalError('the session was closed');
    if (this.#left) throw new InternalError('a fetch was left early, so the session is spent');
    return this.#connection;
  }
}
