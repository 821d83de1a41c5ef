/** A folder that is open for writing: what of its messages can be changed, and how. */

import type { UidSet } from '../../../core/sync/uid-set.ts';
import { CredentialsError } from '../../../errors.ts';
import type {
  PermanentFlags,
  StoreRequest,
  Transferred,
  WritableFolder,
} from '../../../ports/receiving/mailbox-source.ts';
import type { ImapConnection } from '../connection.ts';
import { OpenImapFolder, type OpenFolderParts } from '../folder/open-folder.ts';
import { expunge, store } from './store.ts';
import { copy, move } from './transfer.ts';

export interface WritableFolderParts extends OpenFolderParts {
  readonly readOnly: boolean;
  readonly permanent: PermanentFlags;
  /** The server's name of a folder. */
  readonly wire: (path: string) => string;
}

export class WritableImapFolder extends OpenImapFolder implements WritableFolder {
  readonly readOnly: boolean;
  readonly permanent: PermanentFlags;
  readonly #connection: ImapConnection;
  readonly #wire: (path: string) => string;

  constructor(parts: WritableFolderParts) {
    super(parts);
    this.readOnly = parts.readOnly;
    this.permanent = parts.permanent;
    this.#connection = parts.connection;
    this.#wire = parts.wire;
  }

  async store(requests: readonly StoreRequest[]): Promise<ReadonlyMap<number, string>> {
    this.#assertWritable();
    return await store(this.#connection, requests, this.permanent);
  }

  async move(uids: UidSet, to: string): Promise<Transferred> {
    this.#assertWritable();
    return await move(this.#connection, uids, this.#wire(to));
  }

  async copy(uids: UidSet, to: string): Promise<Transferred> {
    this.#assertWritable();
    return await copy(this.#connection, uids, this.#wire(to));
  }

  async expunge(uids: UidSet): Promise<'gone' | 'marked'> {
    this.#assertWritable();
    return await expunge(this.#connection, uids);
  }

  #assertWritable(): void {
    this.assertOpen();
    if (!this.readOnly) return;
    throw new CredentialsError(`the server lets nobody change the folder ${this.path}`, {
      reach: 'folder',
      layer: 'session',
      remedy: 'Ask whoever owns the folder for access, or set its direction to `pull`.',
    });
  }
}
