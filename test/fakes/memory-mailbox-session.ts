/** An IMAP session over mail in memory. */

import { assignRoles } from '../../src/core/sync/roles.ts';
import type { FolderListing, FolderStatus, SelectedStatus } from '../../src/core/sync/remote.ts';
import { RefusedError, TemporaryError } from '../../src/errors.ts';
import type {
  MailboxSession,
  OpenFolder,
  Upload,
  Uploaded,
  WritableFolder,
} from '../../src/ports/receiving/mailbox-source.ts';
import type { Flag } from '../../src/core/sync/flags.ts';
import { appendTo } from './memory-append.ts';
import { MemoryOpenFolder, type OpenMemory } from './memory-open-folder.ts';
import { MemoryWritableFolder } from './memory-writable-folder.ts';
import { MemorySession } from './served-mail.ts';
import type { ServedFolder } from './served-folder.ts';

export class MemoryMailboxSession extends MemorySession implements MailboxSession {
  readonly delimiter = '/';
  /** Counts what was selected, so that a folder of before knows that it is closed. */
  #selected = 0;

  async folders(): Promise<FolderListing> {
    await this.ask('folders');
    const pauseMs = this.server.faults.throttledForMs;
    if (pauseMs !== null) throw new TemporaryError('the server asks for a pause', { pauseMs });
    const folders = this.server.folders.map((folder) => ({
      path: folder.path,
      segments: folder.path.split('/'),
      attributes: [],
      selectable: true,
      subscribed: folder.isSubscribed,
      status: this.server.tellsStatus ? this.#statusOf(folder) : null,
    }));
    const roles = assignRoles(folders, {});
    return {
      folders: folders.map((folder) => ({ ...folder, role: roles.get(folder.path) ?? null })),
      warnings: [],
    };
  }

  async status(path: string): Promise<FolderStatus> {
    await this.ask('status');
    return this.#statusOf(this.existing(path));
  }

  async select(path: string): Promise<OpenFolder> {
    await this.ask('select');
    return new MemoryOpenFolder(this.#open(this.existing(path)));
  }

  async selectForWriting(path: string): Promise<WritableFolder> {
    await this.ask('select');
    return new MemoryWritableFolder(this.#open(this.existing(path)));
  }

  async uidNext(path: string): Promise<number> {
    await this.ask('status');
    return this.existing(path).uidNext;
  }

  async findByMessageId(
    path: string,
    messageId: string,
    fromUid: number,
  ): Promise<readonly number[]> {
    await this.ask('search');
    this.#selected += 1;
    return this.existing(path)
      .messages.filter(({ text }) => (text.split('\r\n\r\n')[0] ?? '').includes(messageId))
      .map(({ id }) => Number(id))
      .filter((uid) => uid >= fromUid);
  }

  async *upload(path: string, uploads: readonly Upload[]): AsyncGenerator<Uploaded> {
    for (const upload of uploads) yield await appendTo(this, path, upload);
  }

  async append(
    path: string,
    octets: Buffer,
    flags: readonly Flag[],
    internalDate: number,
  ): Promise<number | null> {
    const pieces = async function* (): AsyncGenerator<Buffer> {
      yield await Promise.resolve(octets);
    };
    const message = { size: octets.length, octets: pieces, flags, keywords: [], internalDate };
    const appended = await appendTo(this, path, message);
    if (appended.kind !== 'uploaded') throw appended.error;
    return appended.uid;
  }

  personalPrefix(): Promise<string> {
    return Promise.resolve('');
  }

  async createFolder(path: string): Promise<void> {
    await this.ask('create');
    const there = this.server.folders.find((folder) => folder.path === path);
    if (there === undefined) this.server.create(path);
    else there.isSubscribed = true;
    await this.done('create');
  }

  async renameFolder(from: string, to: string): Promise<void> {
    await this.ask('rename');
    this.#selected += 1;
    const folder = this.existing(from);
    const isTaken = this.server.folders.some(({ path }) => path === to);
    if (isTaken || from === 'INBOX') throw refusedFolder(`${from} cannot be renamed`);
    for (const each of this.server.folders)
      if (each === folder || each.path.startsWith(`${from}/`))
        each.path = to + each.path.slice(from.length);
    await this.done('rename');
  }

  async deleteFolder(path: string): Promise<void> {
    await this.ask('delete');
    this.#selected += 1;
    if (path === 'INBOX') throw refusedFolder('INBOX cannot be deleted');
    const { folders } = this.server;
    const at = folders.findIndex((folder) => folder.path === path);
    if (at >= 0) folders.splice(at, 1);
    await this.done('delete');
  }

  async subscribe(path: string, subscribed: boolean): Promise<void> {
    await this.ask('subscribe');
    this.existing(path).isSubscribed = subscribed;
    await this.done('subscribe');
  }

  /** RefusedError `no-such-folder` where it is none. */
  existing(path: string): ServedFolder {
    const folder = this.server.folders.find((each) => each.path === path);
    if (folder !== undefined) return folder;
    throw new RefusedError(`the folder ${path} does not exist on the server`, {
      noSuchFolder: true,
      reach: 'folder',
      retry: 'later',
    });
  }

  #open(folder: ServedFolder): OpenMemory {
    const selected = (this.#selected += 1);
    const isCurrent = (): boolean => this.#selected === selected;
    return { session: this, folder, status: this.#statusOf(folder), isCurrent };
  }

  #statusOf({ uidValidity, uidNext, messages, highestModSeq }: ServedFolder): SelectedStatus {
    const modSeq = this.server.can.condstore ? String(highestModSeq) : null;
    return { uidValidity, uidNext, exists: messages.length, highestModSeq: modSeq };
  }
}

function refusedFolder(message: string): RefusedError {
  return new RefusedError(message, { reach: 'folder' });
}
