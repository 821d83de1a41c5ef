/** An IMAP or POP3 server in memory, behind the source port, with the faults of real ones. */

import { setImmediate as turn } from 'node:timers/promises';
import type { Flag } from '../../src/core/sync/flags.ts';
import type {
  FolderStatus,
  RemoteFolder,
  RemoteId,
  RemoteMessage,
} from '../../src/core/sync/message.ts';
import { RefusedError, TemporaryError } from '../../src/errors.ts';
import type {
  ConnectionFacts,
  IncomingMessage,
  MailboxSession,
  MailboxSource,
  RemovingSession,
} from '../../src/ports/mailbox-source.ts';

export interface ServedMessage {
  readonly id: RemoteId;
  readonly text: string;
  readonly flags: readonly Flag[];
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
  readonly refused: Map<RemoteId, number>;
  /** Messages that are listed and then left out, by id. */
  readonly leftOut: Set<RemoteId>;
  /** The connection breaks in the middle of this one, counted from 0 over all sessions; null: never. */
  breakAt: number | null;
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
    leftOut: new Set(),
    breakAt: null,
    atQuit: null,
  };
  /** Ids whose bodies were asked for, in order. */
  readonly asked: RemoteId[] = [];
  /** Messages in a page of a listing. */
  pageSize = 5;
  /** Octets of each message that was deleted here by a session. */
  readonly deleted: string[] = [];
  /** Every message that ever stood here, oldest first. */
  readonly history: ServedMessage[] = [];
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
    options: { path?: string; id?: string; flags?: readonly Flag[] } = {},
  ): void {
    const folder = this.folder(options.path);
    const id = options.id ?? (this.type === 'imap' ? '' : 'uidl-') + String(folder.uidNext);
    folder.uidNext += 1;
    const message = { id, text, flags: options.flags ?? [] };
    folder.messages.push(message);
    this.history.push(message);
  }

  expunge(id: RemoteId, path = 'INBOX'): void {
    const folder = this.folder(path);
    folder.messages = folder.messages.filter((message) => message.id !== id);
  }

  source(step: ServerStep = () => Promise.resolve()): MailboxSource {
    return {
      connect: async () => {
        await step('connect');
        this.connections += 1;
        const session = new MemorySession(this, step);
        return this.type === 'imap' ? session : removing(session);
      },
    };
  }

  /** Whether the connection breaks at this message. */
  breaksNow(): boolean {
    this.given += 1;
    return this.given - 1 === this.faults.breakAt;
  }
}

const facts: ConnectionFacts = {
  host: 'mail.example.org',
  port: 993,
  tls: 'TLSv1.3',
  mechanism: 'PLAIN',
  capabilities: [],
};

class MemorySession implements MailboxSession {
  readonly facts = facts;
  readonly #server: MemoryMailServer;
  readonly #step: ServerStep;
  #folder: ServedFolder | null = null;
  #isSpent = false;

  constructor(server: MemoryMailServer, step: ServerStep) {
    this.#server = server;
    this.#step = step;
  }

  async folders(): Promise<readonly RemoteFolder[]> {
    await this.#ask('folders');
    return this.#server.folders.map(({ path }) => ({
      path,
      segments: path.split('/'),
      role: path === 'INBOX' ? 'inbox' : null,
      attributes: [],
      selectable: true,
    }));
  }

  async open({ path }: RemoteFolder): Promise<FolderStatus> {
    await this.#ask('open');
    this.#folder = this.#server.folder(path);
    const { uidValidity, uidNext, messages } = this.#folder;
    return {
      uidValidity,
      uidNext: this.#server.type === 'imap' ? uidNext : null,
      exists: messages.length,
    };
  }

  async *list(above: number): AsyncGenerator<readonly RemoteMessage[]> {
    await this.#ask('list');
    const listed = this.#messages.filter(
      ({ id }) => this.#server.type === 'pop3' || Number(id) > above,
    );
    const messages = listed.map(({ id, text, flags }, at): RemoteMessage => ({
      id,
      size: text.length,
      internalDate: null,
      flags,
      ...(this.#server.type === 'pop3' ? { number: at + 1 } : {}),
    }));
    const { pageSize } = this.#server;
    for (let at = 0; at < messages.length; at += pageSize) yield messages.slice(at, at + pageSize);
  }

  async *fetch(messages: readonly RemoteMessage[]): AsyncGenerator<IncomingMessage> {
    let isWhole = false;
    try {
      for (const message of messages) {
        await this.#ask(`fetch ${message.id}`);
        this.#server.asked.push(message.id);
        const served = this.#messages.find(({ id }) => id === message.id);
        if (served === undefined || this.#server.faults.leftOut.has(message.id)) continue;
        const breaks = this.#server.breaksNow();
        yield { message: { ...message, flags: served.flags }, body: this.#body(served, breaks) };
        if (breaks) throw this.#broken();
      }
      isWhole = true;
    } finally {
      this.#isSpent ||= !isWhole;
    }
  }

  async *#body({ id, text }: ServedMessage, breaks: boolean): AsyncGenerator<Buffer> {
    const octets = Buffer.from(text);
    const { refused } = this.#server.faults;
    const left = refused.get(id) ?? 0;
    const half = Math.floor(octets.length / 2);
    await turn();
    yield octets.subarray(0, half);
    await turn();
    if (breaks) throw this.#broken();
    if (left > 0) {
      refused.set(id, left - 1);
      throw new RefusedError('the server does not give it', { reach: 'message', retry: 'later' });
    }
    yield octets.subarray(half);
  }

  async delete(messages: readonly RemoteMessage[]): Promise<readonly RemoteId[]> {
    await this.#ask('remove');
    this.#isSpent = true;
    const { atQuit } = this.#server.faults;
    if (atQuit === 'refuse') throw new RefusedError('the server refused QUIT');
    const ids = new Set(messages.map(({ id }) => id));
    const folder = this.#folder;
    if (folder === null) throw new Error('no folder is open');
    const isMeant = ({ id }: ServedMessage): boolean => ids.has(id);
    this.#server.deleted.push(...folder.messages.filter(isMeant).map(({ text }) => text));
    folder.messages = folder.messages.filter((message) => !isMeant(message));
    if (atQuit === 'delete-and-break') throw this.#broken();
    await this.#step('removed');
    return [...ids];
  }

  async close(): Promise<void> {
    this.#isSpent = true;
    await Promise.resolve();
  }

  get #messages(): readonly ServedMessage[] {
    return this.#folder?.messages ?? [];
  }

  async #ask(what: string): Promise<void> {
    await this.#step(what);
    // The port: whoever left a fetch early has a session that is fit for close() alone.
    if (this.#isSpent) throw new TemporaryError('the connection is gone');
    await turn();
  }

  #broken(): TemporaryError {
    this.#isSpent = true;
    return new TemporaryError('the connection broke');
  }
}

/** POP3 alone can delete; the other methods are the session's own. */
function removing(session: MemorySession): RemovingSession {
  return {
    facts: session.facts,
    folders: () => session.folders(),
    open: (folder) => session.open(folder),
    list: (above) => session.list(above),
    fetch: (messages) => session.fetch(messages),
    remove: (messages) => session.delete(messages),
    close: () => session.close(),
  };
}
