/** An IMAP or POP3 server in memory, behind both source ports, with the faults of real ones. */

import { setImmediate as turn } from 'node:timers/promises';
import { createHash } from 'node:crypto';
import type { ListedMail } from '../../src/core/maildrop/maildrop.ts';
import type { Flag } from '../../src/core/sync/flags.ts';
import type {
  FolderListing,
  FolderStatus,
  MessageFacts,
  SelectedStatus,
} from '../../src/core/sync/remote.ts';
import { UidSet } from '../../src/core/sync/uid-set.ts';
import { InternalError, RefusedError, TemporaryError } from '../../src/errors.ts';
import type { ConnectionFacts } from '../../src/ports/connection.ts';
import type {
  Fetched,
  MailboxSession,
  MailboxSource,
  OpenFolder,
  UidListing,
} from '../../src/ports/mailbox-source.ts';
import type {
  MaildropListing,
  MaildropSession,
  MaildropSource,
  Retrieved,
} from '../../src/ports/maildrop-source.ts';
import type { MessageBody } from '../../src/ports/message-body.ts';

export interface ServedMessage {
  readonly id: string;
  readonly text: string;
  readonly flags: readonly Flag[];
  /** RFC822.SIZE where it is not what comes. */
  readonly listedSize?: number | undefined;
}

/** One folder of the server; IMAP alone has several. */
export interface ServedFolder {
  readonly path: string;
  uidValidity: string;
  uidNext: number;
  messages: ServedMessage[];
}

export interface ServerFaults {
  /** How often the server still refuses a message, by its id. */
  readonly refused: Map<string, number>;
  /** The connection breaks in the middle of this one, counted from 0 over all sessions; null: never. */
  breakAt: number | null;
  /** IMAP: nothing is given at all, as a server does that is over its limits. */
  throttled: boolean;
  /** IMAP: LIST is refused, and a pause asked for. */
  throttledForMs: number | null;
  /** The listing leaves out all but so many; null: none. */
  listedAtMost: number | null;
  /** QUIT is answered with -ERR, or with nothing though the messages are gone. */
  atQuit: 'refuse' | 'delete-and-break' | null;
}

/** Called before and after everything a session is asked for; what it throws ends the call. */
export type ServerStep = (name: string) => Promise<void>;

export class MemoryMailServer {
  readonly type: 'imap' | 'pop3';
  readonly folders: ServedFolder[] = [];
  readonly faults: ServerFaults = {
    refused: new Map(),
    breakAt: null,
    throttled: false,
    throttledForMs: null,
    listedAtMost: null,
    atQuit: null,
  };
  /** Ids whose bodies were asked for, in order. */
  readonly asked: string[] = [];
  /** Messages in a batch of a fetch. */
  batchSize = 2;
  /** Octets of each message that was deleted here by a session. */
  readonly deleted: string[] = [];
  /** Every message that ever stood here, oldest first. */
  readonly history: ServedMessage[] = [];
  /** IMAP: LIST tells the status of each folder. */
  tellsStatus = true;
  /** POP3: has TOP. */
  hasTop = true;
  connections = 0;
  /** Bodies that were begun. */
  given = 0;

  constructor(type: 'imap' | 'pop3', paths: readonly string[] = ['INBOX']) {
    this.type = type;
    for (const path of paths)
      this.folders.push({
        path,
        uidValidity: type === 'imap' ? '7' : '',
        uidNext: 1,
        messages: [],
      });
  }

  folder(path = 'INBOX'): ServedFolder {
    const found = this.folders.find((each) => each.path === path);
    if (found === undefined) throw new Error(`the server has no ${path}`);
    return found;
  }

  /** Puts a message there; POP3 alone may have `id`, else the next UID counts. */
  deliver(
    text: string,
    options: {
      path?: string;
      id?: string;
      flags?: readonly Flag[];
      listedSize?: number;
    } = {},
  ): void {
    const folder = this.folder(options.path);
    const id = options.id ?? (this.type === 'imap' ? '' : 'uidl-') + String(folder.uidNext);
    folder.uidNext += 1;
    const { listedSize } = options;
    const message = { id, text, flags: options.flags ?? [], listedSize };
    folder.messages.push(message);
    this.history.push(message);
  }

  expunge(id: string, path = 'INBOX'): void {
    const folder = this.folder(path);
    folder.messages = folder.messages.filter((message) => message.id !== id);
  }

  /** IMAP. */
  mailbox(step: ServerStep = () => Promise.resolve()): MailboxSource {
    return {
      connect: async () => {
        await step('connect');
        this.connections += 1;
        return new MemoryMailboxSession(this, step);
      },
    };
  }

  /** POP3. */
  maildrop(step: ServerStep = () => Promise.resolve()): MaildropSource {
    return {
      connect: async () => {
        await step('connect');
        this.connections += 1;
        return new MemoryMaildropSession(this, step);
      },
    };
  }

  /** Whether the connection breaks at this message. */
  breaksNow(): boolean {
    this.given += 1;
    return this.given - 1 === this.faults.breakAt;
  }

  /** One try fewer that is refused; whether this one was. */
  refuses(id: string): boolean {
    const left = this.faults.refused.get(id) ?? 0;
    if (left > 0) this.faults.refused.set(id, left - 1);
    return left > 0;
  }
}

const facts: ConnectionFacts = {
  host: 'mail.example.org',
  port: 993,
  tls: 'TLSv1.3',
  mechanism: 'PLAIN',
  capabilities: [],
};

/** What sessions of both protocols share: steps, and a connection that breaks. */
class MemorySession {
  readonly facts = facts;
  readonly server: MemoryMailServer;
  readonly #step: ServerStep;
  spent = false;

  constructor(server: MemoryMailServer, step: ServerStep) {
    this.server = server;
    this.#step = step;
  }

  async ask(what: string): Promise<void> {
    await this.#step(what);
    // The port: whoever left a fetch early has a session that is fit for close() alone.
    if (this.spent) throw new TemporaryError('the connection is gone');
    await turn();
  }

  async close(): Promise<void> {
    this.spent = true;
    await Promise.resolve();
  }

  broken(): TemporaryError {
    this.spent = true;
    return new TemporaryError('the connection broke');
  }

  /** Every other one streams, in two pieces; where the connection breaks, it does so between them. */
  body({ text }: ServedMessage, breaks: boolean): MessageBody {
    const octets = Buffer.from(text);
    const half = Math.floor(octets.length / 2);
    if (!breaks && octets.length % 2 === 0)
      return { kind: 'whole', octets: [octets.subarray(0, half), octets.subarray(half)] };
    return {
      kind: 'stream',
      chunks: this.#chunks([octets.subarray(0, half), octets.subarray(half)], breaks),
    };
  }

  async *#chunks([first, second]: readonly Buffer[], breaks: boolean): AsyncGenerator<Buffer> {
    await turn();
    if (first !== undefined) yield first;
    await turn();
    if (breaks) throw this.broken();
    if (second !== undefined) yield second;
  }
}

const notGiven = (): RefusedError =>
  new RefusedError('the server does not give it', { reach: 'message', retry: 'later' });

class MemoryMailboxSession extends MemorySession implements MailboxSession {
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

class MemoryMaildropSession extends MemorySession implements MaildropSession {
  get #messages(): readonly ServedMessage[] {
    return this.server.folder().messages;
  }

  async list(): Promise<MaildropListing> {
    await this.ask('list');
    const { listedAtMost } = this.server.faults;
    const mail = this.#messages.map(({ id, text }, at): ListedMail => ({
      id,
      number: at + 1,
      size: text.length,
    }));
    if (listedAtMost === null) return { mail, complete: true };
    return { mail: mail.slice(0, listedAtMost), complete: false };
  }

  async *retrieve(mail: readonly ListedMail[]): AsyncGenerator<readonly Retrieved[]> {
    let isWhole = false;
    try {
      for (let at = 0; at < mail.length; at += this.server.batchSize)
        yield* this.#batch(mail.slice(at, at + this.server.batchSize));
      isWhole = true;
    } finally {
      this.spent ||= !isWhole;
    }
  }

  async *#batch(mail: readonly ListedMail[]): AsyncGenerator<readonly Retrieved[]> {
    await this.ask(`retrieve ${mail.map(({ id }) => id).join()}`);
    const batch: Retrieved[] = [];
    for (const each of mail) {
      const served = this.#messages.find(({ id }) => id === each.id);
      if (served === undefined) throw this.broken();
      this.server.asked.push(each.id);
      const breaks = this.server.breaksNow();
      if (this.server.refuses(each.id))
        batch.push({ kind: 'refused', mail: each, error: notGiven() });
      else batch.push({ kind: 'message', mail: each, body: this.body(served, breaks) });
      if (!breaks) continue;
      yield batch;
      throw this.broken();
    }
    yield batch;
  }

  async messageIds(
    mail: readonly ListedMail[],
  ): Promise<ReadonlyMap<string, string | null> | null> {
    await this.ask('messageIds');
    if (!this.server.hasTop) return null;
    return new Map(
      mail.map(({ id }) => {
        const text = this.#messages.find((message) => message.id === id)?.text ?? '';
        return [id, messageIdHash(text)];
      }),
    );
  }

  async remove(mail: readonly ListedMail[]): Promise<readonly string[]> {
    await this.ask('remove');
    this.spent = true;
    const { atQuit } = this.server.faults;
    if (atQuit === 'refuse') throw new RefusedError('the server refused QUIT');
    const ids = new Set(mail.map(({ id }) => id));
    const isMeant = ({ id }: ServedMessage): boolean => ids.has(id);
    const folder = this.server.folder();
    this.server.deleted.push(...folder.messages.filter(isMeant).map(({ text }) => text));
    folder.messages = folder.messages.filter((message) => !isMeant(message));
    if (atQuit === 'delete-and-break') throw this.broken();
    await this.removed();
    return [...ids];
  }

  async removed(): Promise<void> {
    this.spent = false;
    await this.ask('removed');
    this.spent = true;
  }
}

/** As the port has it: first 64 bits of the SHA-256 of the Message-ID. */
export function messageIdHash(text: string): string | null {
  const [header = ''] = text.split(/\r?\n\r?\n/, 1);
  const id = /^message-id:[ \t]*(<[^>]*>)/im.exec(header)?.[1];
  return id === undefined ? null : createHash('sha256').update(id).digest('hex').slice(0, 16);
}
