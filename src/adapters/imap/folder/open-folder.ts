/** A folder that is open: what is in it, and the way to its messages. */

import type { MessageFacts, SelectedStatus } from '../../../core/sync/remote.ts';
import type { UidSet } from '../../../core/sync/uid-set.ts';
import { InternalError } from '../../../errors.ts';
import type {
  Fetched,
  FolderChanges,
  OpenFolder,
  RemoteIdentity,
  UidListing,
} from '../../../ports/receiving/mailbox-source.ts';
import { failure } from '../answers/failure.ts';
import type { FetchRequest } from '../fetching/arrivals.ts';
import { fetchMessages } from '../fetching/fetch-messages.ts';
import { changesSince } from './changes.ts';
import { factsInPages, identitiesInPages } from './facts.ts';
import { headerOf } from './header.ts';
import { searchRange } from './search.ts';

export interface OpenFolderParts extends Omit<FetchRequest, 'condstore' | 'assertOpen'> {
  readonly status: SelectedStatus;
  /** Changes are told with what vanished (QRESYNC). */
  readonly qresync: boolean;
  /** False once another folder was opened, or the session closed. */
  readonly isCurrent: () => boolean;
  /** Told where a fetch was left before its end. */
  readonly onLeft: () => void;
}

export class OpenImapFolder implements OpenFolder {
  readonly path: string;
  readonly status: SelectedStatus;
  readonly #parts: OpenFolderParts;

  constructor(parts: OpenFolderParts) {
    this.path = parts.path;
    this.status = parts.status;
    this.#parts = parts;
  }

  async uids(from: number): Promise<UidListing> {
    this.assertOpen();
    try {
      const { uids, complete } = await searchRange(this.#parts.connection, Math.max(1, from));
      return { uids, complete: complete && this.#agrees(uids, from) };
    } catch (error) {
      throw failure(error, `the folder ${this.path} cannot be listed`, 'folder');
    }
  }

  async *facts(uids: UidSet): AsyncGenerator<readonly MessageFacts[]> {
    this.assertOpen();
    for await (const page of factsInPages(this.#request(), uids)) {
      yield page;
      this.assertOpen();
    }
  }

  async *identify(uids: UidSet): AsyncGenerator<readonly RemoteIdentity[]> {
    this.assertOpen();
    for await (const page of identitiesInPages(this.#request(), uids)) {
      yield page;
      this.assertOpen();
    }
  }

  async header(uid: number): Promise<Buffer | null> {
    this.assertOpen();
    return await headerOf(this.#parts.connection, uid);
  }

  async changesSince(modSeq: string): Promise<FolderChanges | null> {
    this.assertOpen();
    if (this.status.highestModSeq === null) return null;
    return await changesSince(this.#parts.connection, modSeq, this.#parts.qresync);
  }

  async *fetch(uids: UidSet): AsyncGenerator<readonly Fetched[]> {
    this.assertOpen();
    let ended = false;
    try {
      yield* fetchMessages(this.#request(), uids);
      ended = true;
    } catch (error) {
      ended = true;
      throw error;
    } finally {
      if (!ended) this.#parts.onLeft();
    }
  }

  /** A list of all must be as long as the folder is; of a part nobody can tell by counting. */
  #agrees(uids: UidSet, from: number): boolean {
    return from > 1 || uids.size === this.#parts.connection.exists;
  }

  #request(): FetchRequest {
    const condstore = this.status.highestModSeq !== null;
    return { ...this.#parts, condstore, assertOpen: () => this.assertOpen() };
  }

  /** Throws InternalError once another folder was opened. */
  protected assertOpen(): void {
    if (this.#parts.isCurrent()) return;
    throw new InternalError(`the folder ${this.path} is not the one that is open`);
  }
}
