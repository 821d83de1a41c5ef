/** The Maildir tree of one account. */

import { join, resolve, sep } from 'node:path';
import { parseFileName } from '../../core/sync/flags.ts';
import { InternalError } from '../../errors.ts';
import type {
  Delivered,
  Delivery,
  FolderCounts,
  MailTree,
  Staged,
} from '../../ports/mail-store.ts';
import { explained } from './disk-error.ts';
import { hashOfKey, temporaryName } from './file-names.ts';
import { ensureMaildir } from './folder.ts';
import { FolderIndex } from './folder-index.ts';
import { requireMarker } from './marker.ts';
import { publishBatch } from './publishing.ts';
import { listNames, scanUntil, type Scanner } from './scan.ts';
import { stageMessage } from './staging.ts';

export interface TreeTools extends Scanner {
  readonly randomBytes: (count: number) => Uint8Array;
}

export class MaildirTree implements MailTree {
  readonly root: string;
  readonly #accountId: string;
  readonly #tools: TreeTools;
  readonly #indexes = new Map<string, FolderIndex>();
  readonly #publishing = new Map<string, Promise<unknown>>();
  readonly #ensured = new Map<string, Promise<void>>();

  constructor(root: string, accountId: string, tools: TreeTools) {
    this.root = resolve(root);
    this.#accountId = accountId;
    this.#tools = tools;
  }

  directory(localPath: string): string {
    const path = resolve(this.root, localPath);
    if (path === this.root || path.startsWith(this.root + sep)) return path;
    throw new InternalError(`${localPath} would lead out of the mail folder`, { reach: 'folder' });
  }

  /** `tmp` is cleared the first time alone: later, what lies there is this run's own. */
  ensureFolder(localPath: string): Promise<void> {
    const known = this.#ensured.get(localPath);
    if (known !== undefined) return known;
    const work = this.#ensure(localPath);
    this.#ensured.set(localPath, work);
    work.catch(() => this.#ensured.delete(localPath));
    return work;
  }

  /** The marker is read again: a disk that was unmounted meanwhile leaves an empty mount point. */
  async #ensure(localPath: string): Promise<void> {
    const { disk } = this.#tools;
    const folder = this.directory(localPath);
    await requireMarker(disk, this.root, this.#accountId);
    const isEmpty = await explained(folder, ensureMaildir(disk, this.root, localPath));
    if (isEmpty) this.#indexes.set(localPath, new FolderIndex(new Map()));
  }

  async stage(localPath: string, delivery: Delivery): Promise<Staged> {
    const { disk, randomBytes } = this.#tools;
    const name = temporaryName(hashOfKey(delivery.key), randomBytes(8));
    return stageMessage(disk, join(this.directory(localPath), 'tmp', name), delivery);
  }

  /** One batch of a folder after the other: two could choose the same name in `new` and in `cur`. */
  async publish(localPath: string, staged: readonly Staged[]): Promise<readonly Delivered[]> {
    const before = this.#publishing.get(localPath) ?? Promise.resolve();
    const work = before.then(() => this.#publish(localPath, staged));
    const settled = work.catch(() => undefined);
    this.#publishing.set(localPath, settled);
    return work;
  }

  async #publish(localPath: string, staged: readonly Staged[]): Promise<readonly Delivered[]> {
    if (staged.length === 0) return [];
    const folder = this.directory(localPath);
    const index = await this.#index(localPath, folder);
    return publishBatch({ scanner: this.#tools, folder, index }, staged);
  }

  async #index(localPath: string, folder: string): Promise<FolderIndex> {
    const known = this.#indexes.get(localPath);
    if (known !== undefined) return known;
    const { files } = await scanUntil(this.#tools, folder, () => false);
    const index = new FolderIndex(files);
    this.#indexes.set(localPath, index);
    return index;
  }

  async discard(staged: Staged): Promise<void> {
    await this.#tools.disk.unlink(staged.temporaryPath).catch(() => undefined);
  }

  /** A file that a reader moves between the two looks counts once, as it was seen last. */
  async count(localPath: string): Promise<FolderCounts | null> {
    const folder = this.directory(localPath);
    const unseen = await listNames(this.#tools.disk, join(folder, 'new'));
    const seen = await listNames(this.#tools.disk, join(folder, 'cur'));
    if (unseen === null && seen === null) return null;
    const unread = new Map<string, boolean>();
    for (const name of unseen ?? []) unread.set(parseFileName(name).base, true);
    for (const name of seen ?? []) {
      const { base, flags } = parseFileName(name);
      unread.set(base, !flags.includes('S'));
    }
    return { unread: [...unread.values()].filter(Boolean).length, total: unread.size };
  }
}
