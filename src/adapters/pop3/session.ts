/** A maildrop that is open: what the rest of the program sees of POP3. */

import type { ListedMail } from '../../core/maildrop/maildrop.ts';
import { TemporaryError } from '../../errors.ts';
import type { ConnectionFacts } from '../../ports/connection.ts';
import type {
  MaildropListing,
  MaildropSession,
  Retrieved,
} from '../../ports/receiving/maildrop-source.ts';
import { timeoutError } from '../../wire/connection-error.ts';
import type { Pop3Connection } from './connection.ts';
import { readMessageIds } from './headers.ts';
import { listMail } from './listing.ts';
import { removeMail } from './remove.ts';
import { Retrieval } from './retrieve.ts';

/** How long a polite QUIT may take, in milliseconds: nothing depends on it. */
const farewellMs = 5_000;

export interface Abilities {
  readonly pipelining: boolean;
  /** Not known to be missing. */
  readonly top: boolean;
}

export class Pop3Session implements MaildropSession {
  readonly facts: ConnectionFacts;
  readonly #connection: Pop3Connection;
  readonly #abilities: Abilities;
  readonly #onEnd: () => void;
  /** Answers are owed, or none can be believed any more. */
  #isUnsettled = false;
  #isEnded = false;

  /** `onEnd` is called once, when the connection is gone for good. */
  constructor(
    connection: Pop3Connection,
    facts: ConnectionFacts,
    abilities: Abilities,
    onEnd: () => void,
  ) {
    this.#connection = connection;
    this.facts = facts;
    this.#abilities = abilities;
    this.#onEnd = onEnd;
  }

  get spent(): boolean {
    return this.#isEnded || this.#isUnsettled || this.#connection.isBroken;
  }

  async list(): Promise<MaildropListing> {
    this.#begin();
    const listing = await listMail(this.#connection, this.#abilities.pipelining);
    this.#isUnsettled = false;
    return listing;
  }

  async *retrieve(mail: readonly ListedMail[]): AsyncGenerator<readonly Retrieved[]> {
    const retrieval = this.#retrieval(mail, 'RETR');
    try {
      yield* retrieval.batches();
    } finally {
      this.#settle(retrieval);
    }
  }

  async messageIds(
    mail: readonly ListedMail[],
  ): Promise<ReadonlyMap<string, string | null> | null> {
    if (!this.#abilities.top) return null;
    const retrieval = this.#retrieval(mail, 'TOP');
    try {
      return await readMessageIds(mail, retrieval);
    } finally {
      this.#settle(retrieval);
    }
  }

  #retrieval(mail: readonly ListedMail[], command: 'RETR' | 'TOP'): Retrieval {
    this.#begin();
    const { pipelining } = this.#abilities;
    return new Retrieval({ connection: this.#connection, mail, pipelining, command });
  }

  /** Where answers are still on their way nothing else can be asked. */
  #settle(retrieval: Retrieval): void {
    if (retrieval.isEnded) this.#isUnsettled = false;
    else this.#connection.fail(this.#over());
  }

  async remove(mail: readonly ListedMail[]): Promise<readonly string[]> {
    this.#begin();
    try {
      return await removeMail(this.#connection, mail, this.#abilities.pipelining);
    } finally {
      this.#end();
    }
  }

  /** Without a DELE before it QUIT deletes nothing (RFC 1939 section 6). Where answers are owed the socket is just dropped. */
  async close(): Promise<void> {
    if (!this.spent) await this.#farewell();
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

  #begin(): void {
    if (this.spent) throw this.#over();
    this.#isUnsettled = true;
  }

  #over(): TemporaryError {
    return new TemporaryError(`the session with ${this.facts.host} is over`, {
      layer: 'session',
      remedy: 'posthorn tries again at the next poll.',
    });
  }

  #end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#connection.destroy();
    this.#onEnd();
  }
}
