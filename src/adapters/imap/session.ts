/** A logged-in IMAP session, as the rest of the program uses it. */

import type { Account, FolderRole } from '../../core/account/account.ts';
import type { Flag } from '../../core/sync/flags.ts';
import type { FolderListing, FolderStatus, SelectedStatus } from '../../core/sync/remote.ts';
import { InternalError } from '../../errors.ts';
import type { ConnectionFacts } from '../../ports/connection.ts';
import type {
  MailboxSession,
  OpenFolder,
  Upload,
  Uploaded,
  WritableFolder,
} from '../../ports/receiving/mailbox-source.ts';
import { failure } from './answers/failure.ts';
import { astring, atom, sequence } from './answers/tokens.ts';
import { bulkFetch } from './bulk/bulk-fetch.ts';
import type { Timeouts } from './connecting/open-connection.ts';
import type { ImapConnection } from './connection.ts';
import { OpenImapFolder, type OpenFolderParts } from './folder/open-folder.ts';
import { search } from './folder/search.ts';
import { deleteFolder, renameFolder, subscribe } from './folders/change-folders.ts';
import { createFolder, personalPrefix } from './folders/create-folder.ts';
import { examine, select } from './folders/examine.ts';
import { folderStatus } from './folders/folder-status.ts';
import { listFolders } from './folders/list-folders.ts';
import { decodeMailboxName } from '../../wire/mailbox-name.ts';
import { MailboxNames } from './folders/mailbox-names.ts';
import { uidNextOf } from './folders/uid-next.ts';
import { permanentFlags } from './writing/flag-names.ts';
import { upload } from './writing/upload.ts';
import { WritableImapFolder } from './writing/writable-folder.ts';

export interface SessionParts {
  readonly connection: ImapConnection;
  readonly facts: ConnectionFacts;
  readonly account: Account;
  readonly timeouts: Timeouts;
  readonly pause: (milliseconds: number) => Promise<void>;
}

/**
 * uidNext(), where the server tells it, upload() and append() leave the selected folder selected; findByMessageId(),
 * renameFolder() and deleteFolder() do not.
 */
export class ImapSession implements MailboxSession {
  readonly facts: ConnectionFacts;
  readonly #parts: SessionParts;
  readonly #connection: ImapConnection;
  readonly #names = new MailboxNames();
  /** Counts what was opened, so that a folder learns that it is not the one that is open any more. */
  #opened = 0;
  #delimiter: string | null = null;
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

  get delimiter(): string | null {
    return this.#delimiter;
  }

  async folders(): Promise<FolderListing> {
    const configured = this.#parts.account.folders;
    const { delimiter, ...listing } = await listFolders(this.#usable(), this.#names, configured);
    this.#delimiter = delimiter;
    return listing;
  }

  async status(path: string): Promise<FolderStatus> {
    return await folderStatus(this.#usable(), this.#names.wire(path));
  }

  async select(path: string): Promise<OpenFolder> {
    const { connection, isCurrent } = this.#opening();
    const status = await examine(connection, this.#names.wire(path));
    return new OpenImapFolder(this.#folderParts(path, status, isCurrent));
  }

  async selectForWriting(path: string): Promise<WritableFolder> {
    const { connection, isCurrent } = this.#opening();
    const { status, readOnly, permanent } = await select(connection, this.#names.wire(path));
    return new WritableImapFolder({
      ...this.#folderParts(path, status, isCurrent),
      readOnly,
      permanent: permanentFlags(permanent),
      wire: (other) => this.#names.wire(other),
    });
  }

  async *upload(path: string, uploads: readonly Upload[]): AsyncGenerator<Uploaded> {
    yield* upload(this.#usable(), this.#names.wire(path), uploads);
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
    const pieces = async function* (): AsyncGenerator<Buffer> {
      yield octets;
    };
    const message = { size: octets.length, octets: pieces, flags, keywords: [], internalDate };
    for await (const appended of this.upload(path, [message])) {
      if (appended.kind !== 'uploaded') throw appended.error;
      return appended.uid;
    }
    throw new InternalError('nothing came of a message that was to be appended');
  }

  async personalPrefix(): Promise<string> {
    return decodeMailboxName(await personalPrefix(this.#usable()));
  }

  async createFolder(path: string, role: FolderRole | null): Promise<void> {
    await createFolder(this.#usable(), this.#names.wire(path), role);
  }

  async renameFolder(from: string, to: string): Promise<void> {
    this.#leaveFolder();
    const [old, renamed] = [this.#names.wire(from), this.#names.wire(to)];
    await renameFolder(this.#usable(), old, renamed, this.#delimiter);
  }

  async deleteFolder(path: string): Promise<void> {
    this.#leaveFolder();
    await deleteFolder(this.#usable(), this.#names.wire(path));
  }

  async subscribe(path: string, subscribed: boolean): Promise<void> {
    await subscribe(this.#usable(), this.#names.wire(path), subscribed);
  }

  async close(): Promise<void> {
    const polite = !this.spent;
    this.#closed = true;
    if (polite) await this.#connection.leave(this.#parts.timeouts.logoutMs);
    else this.#connection.flow.close();
  }

  /** From now on no folder of before is the open one. */
  #opening(): { connection: ImapConnection; isCurrent: () => boolean } {
    const connection = this.#usable();
    const opened = (this.#opened += 1);
    connection.enableQresync();
    return { connection, isCurrent: () => this.#opened === opened && !this.#closed };
  }

  #folderParts(path: string, status: SelectedStatus, isCurrent: () => boolean): OpenFolderParts {
    const { connection, pause } = this.#parts;
    return {
      ...{ connection, path, status, pause, isCurrent },
      qresync: connection.hasQresync,
      bulk: (uids, options) => bulkFetch(connection, uids, { ...this.#patience(), ...options }),
      onLeft: () => {
        this.#left = true;
      },
    };
  }

  /**
   * Servers refuse to change the folder that is open, or hang up. Neither UNSELECT (RFC 3691) nor opening another one expunges,
   * as CLOSE would.
   */
  #leaveFolder(): void {
    const connection = this.#usable();
    const away = connection.has('UNSELECT') ? 'UNSELECT' : 'EXAMINE INBOX';
    if (this.#opened > 0) void connection.own.send(away);
    this.#opened += 1;
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
