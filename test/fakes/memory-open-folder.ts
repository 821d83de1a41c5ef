/** A folder of a server in memory that is open for reading. */

import { createHash } from 'node:crypto';
import type { MessageFacts, SelectedStatus } from '../../src/core/sync/remote.ts';
import { UidSet } from '../../src/core/sync/uid-set.ts';
import { InternalError, TemporaryError } from '../../src/errors.ts';
import type {
  Fetched,
  FolderChanges,
  OpenFolder,
  RemoteIdentity,
  UidListing,
} from '../../src/ports/receiving/mailbox-source.ts';
import { messageIdHash } from '../../src/wire/message-id.ts';
import type { MemoryMailboxSession } from './memory-mailbox-session.ts';
import type { ServedFolder } from './served-folder.ts';
import { notGiven, type ServedMessage } from './served-mail.ts';

export interface OpenMemory {
  readonly session: MemoryMailboxSession;
  readonly folder: ServedFolder;
  readonly status: SelectedStatus;
  readonly isCurrent: () => boolean;
}

export class MemoryOpenFolder implements OpenFolder {
  readonly path: string;
  readonly status: SelectedStatus;
  protected readonly open: OpenMemory;

  constructor(open: OpenMemory) {
    this.open = open;
    this.path = open.folder.path;
    this.status = open.status;
  }

  async uids(from: number): Promise<UidListing> {
    await this.ask('uids');
    const all = this.#messages.map(uidOf).filter((uid) => uid >= from);
    const { listedAtMost } = this.open.session.server.faults;
    if (listedAtMost === null) return { uids: UidSet.of(all), complete: true };
    return { uids: UidSet.of(all.slice(-listedAtMost)), complete: false };
  }

  async *facts(uids: UidSet): AsyncGenerator<readonly MessageFacts[]> {
    await this.ask('facts');
    for (const message of this.#messages)
      if (uids.has(uidOf(message))) yield [this.#factsOf(message)];
  }

  async *identify(uids: UidSet): AsyncGenerator<readonly RemoteIdentity[]> {
    await this.ask('identify');
    for (const message of this.#messages)
      if (uids.has(uidOf(message))) {
        const hash = messageIdHash(Buffer.from(message.text));
        yield [{ facts: this.#factsOf(message), messageIdHash: hash }];
      }
  }

  async header(uid: number): Promise<Buffer | null> {
    await this.ask('header');
    const text = this.#messages.find((message) => uidOf(message) === uid)?.text;
    if (text === undefined) return null;
    const end = text.indexOf('\r\n\r\n');
    return Buffer.from(end < 0 ? text : text.slice(0, end + 4));
  }

  async changesSince(modSeq: string): Promise<FolderChanges | null> {
    const { server } = this.open.session;
    if (!server.can.condstore) return null;
    await this.ask('changes');
    const since = Number(modSeq);
    const changed = this.#messages.filter((message) => modSeqOf(message) > since);
    const vanished = this.open.folder.vanished.filter((each) => each.modSeq > since);
    return {
      changed: changed.map((message) => this.#factsOf(message)),
      vanished: server.can.qresync ? UidSet.of(vanished.map(({ uid }) => uid)) : null,
    };
  }

  async *fetch(uids: UidSet): AsyncGenerator<readonly Fetched[]> {
    this.#assertOpen();
    const { session } = this.open;
    const { server } = session;
    let isWhole = false;
    try {
      for (const window of uids.windows(server.batchSize)) {
        await this.ask(`fetch ${window.toString()}`);
        if (server.faults.throttled)
          throw new TemporaryError('the server gives no messages now', { reach: 'folder' });
        yield* this.#window(window);
      }
      isWhole = true;
    } finally {
      session.spent ||= !isWhole;
    }
  }

  protected async ask(what: string): Promise<void> {
    await this.open.session.ask(what);
    this.#assertOpen();
  }

  #assertOpen(): void {
    if (!this.open.isCurrent()) throw new InternalError('the folder is not selected any more');
  }

  get #messages(): readonly ServedMessage[] {
    return this.open.folder.messages.toSorted((a, b) => uidOf(a) - uidOf(b));
  }

  *#window(window: UidSet): Generator<readonly Fetched[]> {
    const { session, folder } = this.open;
    const { server } = session;
    const batch: Fetched[] = [];
    for (const uid of window) {
      const served = folder.messages.find(({ id }) => id === String(uid));
      if (served === undefined) {
        batch.push({ kind: 'vanished', uid });
        continue;
      }
      server.asked.push(served.id);
      if (server.faults.hangsUpAt.has(served.id)) {
        yield batch;
        throw session.broken();
      }
      const breaks = server.breaksNow();
      if (server.refuses(served.id)) batch.push({ kind: 'refused', uid, error: notGiven() });
      else {
        const body = session.body(served, breaks);
        batch.push({ kind: 'message', facts: this.#factsOf(served), body });
      }
      if (!breaks) continue;
      yield batch;
      throw session.broken();
    }
    yield batch;
  }

  #factsOf(message: ServedMessage): MessageFacts {
    const { id, text, flags, keywords = [], internalDate = dateOf(text), listedSize } = message;
    const modSeq = this.open.session.server.can.condstore ? String(modSeqOf(message)) : null;
    const size = listedSize ?? Buffer.byteLength(text);
    return { uid: Number(id), flags, keywords, modSeq, internalDate, size };
  }
}

export function uidOf({ id }: ServedMessage): number {
  return Number(id);
}

export function modSeqOf({ modSeq = 1 }: ServedMessage): number {
  return modSeq;
}

/** A date of its own for each message. */
function dateOf(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE() * 1000;
}
