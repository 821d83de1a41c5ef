/** What a mail server in memory holds, the faults that it is told to have, and what sessions of both protocols share. */

import { setImmediate as turn } from 'node:timers/promises';
import type { Flag } from '../../src/core/sync/flags.ts';
import { RefusedError, TemporaryError } from '../../src/errors.ts';
import type { ConnectionFacts } from '../../src/ports/connection.ts';
import type { MessageBody } from '../../src/ports/receiving/message-body.ts';
import { ServedFolder } from './served-folder.ts';

export interface ServedMessage {
  /** UIDL, or the UID in decimal. */
  readonly id: string;
  readonly text: string;
  readonly flags: readonly Flag[];
  readonly keywords?: readonly string[];
  /** 1 where it was never changed by the server's own ways. */
  readonly modSeq?: number;
  /** Milliseconds since the epoch; by its text unless given. */
  readonly internalDate?: number;
  /** RFC822.SIZE where it is not what comes. */
  readonly listedSize?: number | undefined;
}

export interface ServerFaults {
  /** How often the server still refuses a message, by its id. */
  readonly refused: Map<string, number>;
  /** The connection breaks in the middle of this one, counted from 0 over all sessions; null: never. */
  breakAt: number | null;
  /** The server hangs up at these, whenever they are asked for, by their ids. */
  readonly hangsUpAt: Set<string>;
  /** IMAP: nothing is given at all, as a server does that is over its limits. */
  throttled: boolean;
  /** IMAP: LIST is refused, and a pause asked for. */
  throttledForMs: number | null;
  /** The listing leaves out all but so many; null: none. */
  listedAtMost: number | null;
  /** IMAP: the connection breaks once this was done, before it is answered, e.g. `append`, `move`; works once. */
  breaksAfter: string | null;
  /** IMAP: COPYUID and APPENDUID tell what is not so. */
  tellsWrongUids: boolean;
  /** IMAP: nothing is taken any more (OVERQUOTA). */
  isFull: boolean;
  /** IMAP: texts that are not taken. */
  readonly unwelcome: Set<string>;
  /** QUIT is answered with -ERR, or with nothing though the messages are gone. */
  atQuit: 'refuse' | 'delete-and-break' | null;
}

/** Called before and after everything a session is asked for; what it throws ends the call. */
export type ServerStep = (name: string) => Promise<void>;

export class ServedMail {
  readonly type: 'imap' | 'pop3';
  readonly folders: ServedFolder[] = [];
  #uidValidities = 7;
  readonly faults: ServerFaults = {
    refused: new Map(),
    breakAt: null,
    hangsUpAt: new Set(),
    throttled: false,
    throttledForMs: null,
    listedAtMost: null,
    breaksAfter: null,
    tellsWrongUids: false,
    isFull: false,
    unwelcome: new Set(),
    atQuit: null,
  };
  /** IMAP: what the server can do beyond the least. */
  readonly can = { condstore: false, qresync: false, uidPlus: true, move: true };
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
  /** IMAP: told the path of each folder that changes. */
  readonly watchers = new Set<(path: string) => void>();

  constructor(type: 'imap' | 'pop3', paths: readonly string[] = ['INBOX']) {
    this.type = type;
    for (const path of paths)
      this.folders.push(new ServedFolder(path, type === 'imap' ? '7' : '', this));
  }

  /** With a UIDVALIDITY that no folder has had. */
  create(path: string): ServedFolder {
    const folder = new ServedFolder(path, String((this.#uidValidities += 1)), this);
    this.folders.push(folder);
    return folder;
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
      keywords?: readonly string[];
      internalDate?: number;
      listedSize?: number;
    } = {},
  ): void {
    const { path, ...rest } = options;
    this.folder(path).add({ text, flags: [], ...rest });
  }

  expunge(id: string, path = 'INBOX'): void {
    this.folder(path).remove((message) => message.id === id);
  }

  /** Whoever watches hears of it. */
  changed(path: string): void {
    for (const watcher of this.watchers) watcher(path);
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
export class MemorySession {
  readonly facts = facts;
  readonly server: ServedMail;
  readonly #step: ServerStep;
  spent = false;

  constructor(server: ServedMail, step: ServerStep) {
    this.server = server;
    this.#step = step;
  }

  async ask(what: string): Promise<void> {
    await this.#stepOn(what);
    // The port: whoever left a fetch early has a session that is fit for close() alone.
    if (this.spent) throw new TemporaryError('the connection is gone');
    await turn();
  }

  /** It is done; whether the answer arrives is another thing. */
  async done(what: string): Promise<void> {
    await this.#stepOn(`${what} done`);
    const { faults } = this.server;
    if (faults.breaksAfter !== what) return;
    faults.breaksAfter = null;
    throw this.broken();
  }

  /** What it throws is the end of the connection. */
  async #stepOn(name: string): Promise<void> {
    try {
      await this.#step(name);
    } catch (thrown) {
      this.spent = true;
      throw thrown;
    }
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

export const notGiven = (): RefusedError =>
  new RefusedError('the server does not give it', { reach: 'message', retry: 'later' });
