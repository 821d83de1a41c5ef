/** A maildrop that is open: what the rest of the program sees of POP3. */

import type {
  FolderStatus,
  RemoteFolder,
  RemoteId,
  RemoteMessage,
} from '../../core/sync/message.ts';
import type {
  ConnectionFacts,
  IncomingMessage,
  RemovingSession,
} from '../../ports/mailbox-source.ts';
import { timeoutError } from '../../wire/connection-error.ts';
import type { Pop3Connection } from './connection.ts';
import { listMessages } from './listing.ts';
import { countMessages } from './login.ts';
import { removeMessages } from './remove.ts';
import { Retrieval } from './retrieve.ts';

/** Commands in flight where the server says PIPELINING. */
const window = 32;
/** How long a polite QUIT may take, in milliseconds: nothing depends on it. */
const farewellMs = 5_000;

const inbox: RemoteFolder = {
  path: 'INBOX',
  segments: ['INBOX'],
  role: 'inbox',
  attributes: [],
  selectable: true,
};

export class Pop3Session implements RemovingSession {
  readonly facts: ConnectionFacts;
  readonly #connection: Pop3Connection;
  readonly #pipelining: boolean;
  readonly #onEnd: () => void;
  /** The fetch whose answers are not all in. */
  #running: { retrieval: Retrieval; done: Promise<void> } | null = null;
  #ended = false;

  /** `onEnd` is called once, when the connection is gone for good. */
  constructor(
    connection: Pop3Connection,
    facts: ConnectionFacts,
    pipelining: boolean,
    onEnd: () => void,
  ) {
    this.#connection = connection;
    this.facts = facts;
    this.#pipelining = pipelining;
    this.#onEnd = onEnd;
  }

  folders(): Promise<readonly RemoteFolder[]> {
    return Promise.resolve([inbox]);
  }

  async open(): Promise<FolderStatus> {
    await this.#settled();
    return { uidValidity: '', uidNext: null, exists: await countMessages(this.#connection) };
  }

  async *list(): AsyncGenerator<readonly RemoteMessage[]> {
    await this.#settled();
    // Some servers refuse UIDL on an empty maildrop.
    if ((await countMessages(this.#connection)) === 0) return;
    let whole = false;
    try {
      for await (const page of listMessages(this.#connection, this.#pipelining)) {
        whole = true;
        yield page;
      }
    } finally {
      // Answers may be left over from a listing that failed, and would be taken for those of other commands.
      if (!whole) this.#connection.destroy();
    }
  }

  async *fetch(messages: readonly RemoteMessage[]): AsyncGenerator<IncomingMessage> {
    await this.#settled();
    const retrieval = new Retrieval(this.#connection, messages, this.#pipelining ? window : 1);
    const done = retrieval.run().finally(() => (this.#running = null));
    this.#running = { retrieval, done };
    try {
      for (;;) {
        const next = await retrieval.next();
        if (next.done === true) return;
        yield next.value;
      }
    } finally {
      retrieval.cancel();
    }
  }

  async remove(messages: readonly RemoteMessage[]): Promise<readonly RemoteId[]> {
    try {
      await this.#settled();
      return await removeMessages(this.#connection, messages, this.#pipelining ? window : 1);
    } finally {
      this.#end();
    }
  }

  /** Without a DELE before it QUIT deletes nothing (RFC 1939 section 6). In the middle of a fetch the socket is just dropped. */
  async close(): Promise<void> {
    if (this.#ended) return;
    if (this.#running === null) await this.#farewell();
    this.#end();
  }

  async #farewell(): Promise<void> {
    const { host, port } = this.facts;
    const late = () => this.#connection.fail(timeoutError(host, port, farewellMs, 'session'));
    const timer = setTimeout(late, farewellMs);
    try {
      await this.#connection.command('QUIT');
    } catch {
      // The connection ends either way.
    } finally {
      clearTimeout(timer);
    }
  }

  /** Answers of a fetch that was broken off come before ours. */
  async #settled(): Promise<void> {
    await this.#running?.done;
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#connection.destroy();
    this.#onEnd();
  }
}
