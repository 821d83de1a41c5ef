/** A logged-in IMAP session, as the rest of the program uses it. */

import type { Flag } from '../../core/sync/flags.ts';
import type { Account, FolderRole } from '../../core/account/account.ts';
import type { FolderStatus, RemoteFolder, RemoteMessage } from '../../core/sync/message.ts';
import { InternalError } from '../../errors.ts';
import type {
  ConnectionFacts,
  FilingSession,
  FolderMakingSession,
  IncomingMessage,
} from '../../ports/mailbox-source.ts';
import { append } from './append.ts';
import type { Timeouts } from './client.ts';
import type { ImapConnection } from './connection.ts';
import { fetchMessages } from './fetch.ts';
import { UnreadOctets } from './fetch-body.ts';
import { examine, listFolders, uidNextOf } from './folders.ts';
import { listMessages, searchUids } from './listing.ts';
import { decodeMailboxName, MailboxNames } from './mailbox-name.ts';
import { createFolder, personalPrefix } from './make-folder.ts';
import { astring, atom, sequence } from './tokens.ts';

export interface SessionParts {
  readonly connection: ImapConnection;
  readonly facts: ConnectionFacts;
  readonly account: Account;
  readonly timeouts: Timeouts;
}

/**
 * uidNext() and append() leave the open folder open. findByMessageId() opens another one: what was listed before can't be
 * fetched after it, until open() is called again.
 */
export class ImapSession implements FilingSession, FolderMakingSession {
  readonly facts: ConnectionFacts;
  readonly #connection: ImapConnection;
  readonly #account: Account;
  readonly #timeouts: Timeouts;
  readonly #names = new MailboxNames();
  /** Counts what was opened, so that a fetch that is under way learns of it. */
  #opened = 0;
  #open = false;

  constructor({ connection, facts, account, timeouts }: SessionParts) {
    this.#connection = connection;
    this.facts = facts;
    this.#account = account;
    this.#timeouts = timeouts;
  }

  async folders(): Promise<readonly RemoteFolder[]> {
    return await listFolders(this.#connection, this.#names, this.#account.folders);
  }

  async open(folder: RemoteFolder): Promise<FolderStatus> {
    return await this.#examine(folder.path);
  }

  async *list(above: number): AsyncGenerator<readonly RemoteMessage[]> {
    const assertOpen = this.#guard();
    assertOpen();
    for await (const page of listMessages(this.#connection, above)) {
      yield page;
      assertOpen();
    }
  }

  async *fetch(messages: readonly RemoteMessage[]): AsyncGenerator<IncomingMessage> {
    yield* fetchMessages(
      {
        connection: this.#connection,
        unread: new UnreadOctets(),
        patienceMs: this.#timeouts.stallMs,
        assertOpen: this.#guard(),
      },
      messages,
    );
  }

  async uidNext(path: string): Promise<number> {
    return await uidNextOf(this.#connection, this.#names.wire(path));
  }

  async findByMessageId(
    path: string,
    messageId: string,
    fromUid: number,
  ): Promise<readonly number[]> {
    const { exists } = await this.#examine(path);
    if (exists === 0) return [];
    const range = [atom('UID'), sequence(`${fromUid}:*`)];
    const header = [atom('HEADER'), atom('Message-ID'), astring(messageId)];
    const uids = await searchUids(this.#connection, [...range, ...header]);
    // `n:*` includes the last message, whatever its UID.
    return uids.filter((uid) => uid >= fromUid);
  }

  async append(
    path: string,
    octets: Buffer,
    flags: readonly Flag[],
    internalDate: number,
  ): Promise<number | null> {
    const wire = this.#names.wire(path);
    return await append(this.#connection, wire, { octets, flags, internalDate });
  }

  async personalPrefix(): Promise<string> {
    return decodeMailboxName(await personalPrefix(this.#connection));
  }

  async createFolder(path: string, role: FolderRole | null): Promise<void> {
    await createFolder(this.#connection, this.#names.wire(path), role);
  }

  async close(): Promise<void> {
    const { flow, lost } = this.#connection;
    if (lost) return;
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, this.#timeouts.logoutMs);
    });
    const farewell = flow.logout().then(
      () => {},
      () => {},
    );
    await Promise.race([farewell, patience]);
    clearTimeout(timer);
    flow.close();
  }

  async #examine(path: string): Promise<FolderStatus> {
    this.#opened += 1;
    this.#open = false;
    const status = await examine(this.#connection, this.#names.wire(path));
    this.#open = true;
    return status;
  }

  #guard(): () => void {
    const opened = this.#opened;
    return () => {
      if (this.#open && this.#opened === opened) return;
      throw new InternalError('messages were asked for that are not of the open folder');
    };
  }
}
