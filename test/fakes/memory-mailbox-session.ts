/** An IMAP session over mail in memory. */

import { createHash } from 'node:crypto';
import type {
  FolderListing,
  FolderStatus,
  MessageFacts,
  SelectedStatus,
} from '../../src/core/sync/remote.ts';
import { UidSet } from '../../src/core/sync/uid-set.ts';
import { InternalError, TemporaryError } from '../../src/errors.ts';
import type {
  Fetched,
  MailboxSession,
  OpenFolder,
  UidListing,
} from '../../src/ports/receiving/mailbox-source.ts';
import { MemorySession, notGiven, type ServedFolder, type ServedMessage } from './served-mail.ts';

export class MemoryMailboxSession extends MemorySession implements MailboxSession {
  /** Counts what was selected, so that a folder of before knows that it is closed. */
  selected = 0;

  async folders(): Promise<FolderListing> {
    await this.ask('folders');
    const pauseMs = this.server.faults.throttledForMs;
    if (pauseMs !== null) throw new TemporaryError('the server asks for a pause', { pauseMs });
    const folders = this.server.folders.map((folder) => ({
      path: folder.path,
      segments: folder.path.split('/'),
      role: folder.path === 'INBOX' ? ('inbox' as const) : null,
      attributes: [],
      selectable: true,
      status: this.server.tellsStatus ? statusOf(folder) : null,
    }));
    return { folders, warnings: [] };
  }

  async status(path: string): Promise<FolderStatus> {
    await this.ask('status');
    return statusOf(this.server.folder(path));
  }

  async select(path: string): Promise<OpenFolder> {
    await this.ask('select');
    this.selected += 1;
    return new MemoryOpenFolder(this, this.server.folder(path), this.selected);
  }

  async uidNext(path: string): Promise<number> {
    await this.ask('status');
    return this.server.folder(path).uidNext;
  }

  findByMessageId(): Promise<readonly number[]> {
    return Promise.reject(new InternalError('no copy is filed here'));
  }

  append(): Promise<number | null> {
    return Promise.reject(new InternalError('no copy is filed here'));
  }

  personalPrefix(): Promise<string> {
    return Promise.resolve('');
  }

  async createFolder(path: string): Promise<void> {
    await this.ask('create');
    this.server.folders.push({ path, uidValidity: '7', uidNext: 1, messages: [] });
  }
}

function statusOf({ uidValidity, uidNext, messages }: ServedFolder): SelectedStatus {
  return { uidValidity, uidNext, exists: messages.length, highestModSeq: null };
}

class MemoryOpenFolder implements OpenFolder {
  readonly path: string;
  readonly status: SelectedStatus;
  readonly #session: MemoryMailboxSession;
  readonly #folder: ServedFolder;
  readonly #selected: number;

  constructor(session: MemoryMailboxSession, folder: ServedFolder, selected: number) {
    this.#session = session;
    this.#folder = folder;
    this.#selected = selected;
    this.path = folder.path;
    this.status = statusOf(folder);
  }

  async uids(from: number): Promise<UidListing> {
    await this.#ask('uids');
    const all = this.#folder.messages.map(({ id }) => Number(id)).filter((uid) => uid >= from);
    const { listedAtMost } = this.#session.server.faults;
    if (listedAtMost === null) return { uids: UidSet.of(all), complete: true };
    return { uids: UidSet.of(all.slice(-listedAtMost)), complete: false };
  }

  async *facts(uids: UidSet): AsyncGenerator<readonly MessageFacts[]> {
    await this.#ask('facts');
    for (const message of this.#folder.messages)
      if (uids.has(Number(message.id))) yield [factsOf(message)];
  }

  changesSince(): Promise<null> {
    return Promise.resolve(null);
  }

  async *fetch(uids: UidSet): AsyncGenerator<readonly Fetched[]> {
    const { server } = this.#session;
    let isWhole = false;
    try {
      for (const window of uids.windows(server.batchSize)) {
        await this.#ask(`fetch ${window.toString()}`);
        if (server.faults.throttled)
          throw new TemporaryError('the server gives no messages now', { reach: 'folder' });
        yield* this.#window(window);
      }
      isWhole = true;
    } finally {
      this.#session.spent ||= !isWhole;
    }
  }

  *#window(window: UidSet): Generator<readonly Fetched[]> {
    const { server } = this.#session;
    const batch: Fetched[] = [];
    for (const uid of window) {
      const served = this.#folder.messages.find(({ id }) => id === String(uid));
      if (served === undefined) {
        batch.push({ kind: 'vanished', uid });
        continue;
      }
      server.asked.push(served.id);
      if (server.faults.hangsUpAt.has(served.id)) {
        yield batch;
        throw this.#session.broken();
      }
      const breaks = server.breaksNow();
      if (server.refuses(served.id)) batch.push({ kind: 'refused', uid, error: notGiven() });
      else {
        const body = this.#session.body(served, breaks);
        batch.push({ kind: 'message', facts: factsOf(served), body });
      }
      if (!breaks) continue;
      yield batch;
      throw this.#session.broken();
    }
    yield batch;
  }

  async #ask(what: string): Promise<void> {
    await this.#session.ask(what);
    if (this.#session.selected !== this.#selected)
      throw new InternalError('the folder is not selected any more');
  }
}

function factsOf({ id, text, flags, listedSize }: ServedMessage): MessageFacts {
  const size = listedSize ?? text.length;
  return { uid: Number(id), flags, keywords: [], modSeq: null, internalDate: dateOf(text), size };
}

/** A date of its own for each message. */
function dateOf(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE() * 1000;
}
