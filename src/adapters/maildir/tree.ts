/** The Maildir tree of one account. */

import { join, resolve, sep } from 'node:path';
import type { Layout } from '../../core/account/settings.ts';
import { parseFileName } from '../../core/sync/flags.ts';
import { InternalError } from '../../errors.ts';
import type {
  Delivered,
  Delivery,
  FlagChange,
  FolderCounts,
  FolderStamp,
  LocalIdentity,
  LocalScan,
  MailTree,
  NewName,
  Staged,
  Staging,
  TreeSurvey,
} from '../../ports/receiving/mail-store.ts';
import { moveFiles } from './changing/move.ts';
import { removeFiles } from './changing/remove.ts';
import { renameFiles } from './changing/rename.ts';
import { setFlags } from './changing/set-flags.ts';
import { publishBatch } from './delivering/publishing.ts';
import { stageBatch, type StagingTools } from './delivering/staging.ts';
import type { WholeBodies } from './delivering/whole-body.ts';
import { temporaryNames } from './file-names.ts';
import { identify } from './identifying/identify.ts';
import { keywordLetters } from './keyword-letters.ts';
import { MailFolder, type FolderTools } from './mail-folder.ts';
import { explained } from './mail-disk.ts';
import { readForWire, readMessage } from './reading.ts';
import { ensureMaildir } from './root/folder.ts';
import { findFolders } from './root/folders.ts';
import { survey } from './root/survey.ts';
import { requireMarker } from './root/marker.ts';
import { leftBehind, leftByAnyone } from './root/left-behind.ts';
import { renameMaildir } from './root/rename-folder.ts';
import { removeMaildir } from './root/remove-folder.ts';
import { listNames, localFiles } from './scanning/scan.ts';
import { folderStamp } from './scanning/stamp.ts';
import { watchFolders, type WatchTools } from './watching/watch-folders.ts';
import type { Writers } from './writers.ts';

export interface TreeTools extends FolderTools, WatchTools {
  readonly randomBytes: (count: number) => Uint8Array;
  readonly now: () => number;
  /** Asked for when something is written. */
  readonly writers: () => Writers;
  readonly bodies: WholeBodies;
}

export class MaildirTree implements MailTree {
  readonly root: string;
  readonly #accountId: string;
  readonly #tools: TreeTools;
  readonly #folders = new Map<string, MailFolder>();
  readonly #ensured = new Map<string, Promise<void>>();
  #staging: StagingTools | null = null;

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

  /** Once for each folder; again where it failed. */
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
    const { disk, writers, now } = this.#tools;
    const folder = this.#folder(localPath);
    await requireMarker(disk, this.root, this.#accountId);
    const isLeft = leftBehind(disk, writers(), now);
    const work = ensureMaildir(disk, this.root, localPath, isLeft);
    if (await explained(folder.path, work))
      folder.index.take({ places: new Map(), complete: true });
  }

  async stage(localPath: string, deliveries: readonly Delivery[]): Promise<readonly Staging[]> {
    if (deliveries.length === 0) return [];
    const { path, durability } = this.#folder(localPath);
    const watch = await durability.begin(deliveries.length);
    let kept = 0;
    try {
      const place = { directory: join(path, 'tmp'), isBegun: durability.isBegun };
      const stagings = await stageBatch(this.#stagingTools(), place, deliveries);
      for (const staging of stagings)
        if (staging.kind === 'staged') {
          durability.written(staging.staged.temporaryPath, watch);
          kept += 1;
        }
      return stagings;
    } finally {
      await durability.forsake(watch, deliveries.length - kept);
    }
  }

  async publish(localPath: string, staged: readonly Staged[]): Promise<readonly Delivered[]> {
    if (staged.length === 0) return [];
    const folder = this.#folder(localPath);
    const paths = staged.map(({ temporaryPath }) => temporaryPath);
    try {
      const onDisk = explained(folder.path, folder.durability.sync(paths));
      const { delivered, places } = await folder.inTurn(onDisk, () => publishBatch(folder, staged));
      await folder.syncNames(places);
      return delivered;
    } catch (error) {
      await this.#unlinkAll(paths);
      throw error;
    } finally {
      await folder.durability.release(paths);
    }
  }

  async discard({ temporaryPath }: Staged): Promise<void> {
    await this.#unlinkAll([temporaryPath]);
    for (const { durability } of this.#folders.values()) await durability.release([temporaryPath]);
  }

  stamp(localPath: string): Promise<FolderStamp> {
    return folderStamp(this.#tools.disk, this.directory(localPath), this.#tools.now);
  }

  async scan(localPath: string): Promise<LocalScan> {
    const scan = await this.#folder(localPath).scan();
    return { files: localFiles(scan), complete: scan.complete };
  }

  read(localPath: string, base: string): AsyncIterable<Buffer> {
    return readMessage(this.#folder(localPath), base);
  }

  readForWire(localPath: string, base: string): AsyncIterable<Buffer> {
    return readForWire(this.#folder(localPath), base);
  }

  identify(localPath: string, bases: readonly string[]): Promise<readonly LocalIdentity[]> {
    return identify(this.#folder(localPath), bases);
  }

  setFlags(localPath: string, changes: readonly FlagChange[]): Promise<readonly boolean[]> {
    return setFlags(this.#folder(localPath), changes);
  }

  move(from: string, bases: readonly string[], to: string): Promise<readonly (string | null)[]> {
    return moveFiles(this.#folder(from), bases, this.#folder(to));
  }

  rename(localPath: string, names: readonly NewName[]): Promise<readonly boolean[]> {
    return renameFiles(this.#folder(localPath), names);
  }

  remove(localPath: string, bases: readonly string[]): Promise<readonly boolean[]> {
    return removeFiles(this.#folder(localPath), bases);
  }

  async folders(layout: Layout): Promise<readonly string[]> {
    return (await findFolders(this.#tools.disk, this.root, layout)).folders;
  }

  survey(layout: Layout, known: string | null): Promise<TreeSurvey> {
    const { disk, now } = this.#tools;
    return survey(disk, this.root, { layout, known, now });
  }

  /** Whoever gives a name in the folder does so before, or finds it gone. */
  async removeFolder(localPath: string): Promise<boolean> {
    const { disk, writers, now } = this.#tools;
    const folder = this.#folder(localPath);
    await requireMarker(disk, this.root, this.#accountId);
    const isLeft = leftByAnyone(disk, writers(), now);
    const isGone = await folder.inTurn(Promise.resolve(), () =>
      explained(folder.path, removeMaildir(disk, folder.path, isLeft)),
    );
    if (isGone) this.#forget(localPath);
    return isGone;
  }

  async renameFolder(from: string, to: string): Promise<boolean> {
    const { disk } = this.#tools;
    const folder = this.#folder(from);
    await requireMarker(disk, this.root, this.#accountId);
    const isDone = await folder.inTurn(Promise.resolve(), () =>
      explained(folder.path, renameMaildir(disk, this.root, from, this.#within(to))),
    );
    for (const path of isDone ? [...this.#folders.keys(), ...this.#ensured.keys()] : [])
      if (path === from || path.startsWith(`${from}/`)) this.#forget(path);
    return isDone;
  }

  #within(localPath: string): string {
    return this.directory(localPath) === this.root ? '' : localPath;
  }

  /** Made anew later, it is another one. */
  #forget(localPath: string): void {
    this.#folders.delete(localPath);
    this.#ensured.delete(localPath);
  }

  keywordLetters(localPath: string): Promise<ReadonlyMap<string, string> | null> {
    return keywordLetters(this.#tools.disk, this.directory(localPath));
  }

  watch(localPaths: readonly string[], signal: AbortSignal): AsyncIterable<string> {
    // Refused before anything is watched, where a path leads out of the root.
    for (const localPath of localPaths) this.directory(localPath);
    return watchFolders(this.#tools, this.root, localPaths, signal);
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

  /** What can't be removed is cleared once this process has ended. */
  async #unlinkAll(paths: readonly string[]): Promise<void> {
    for (const path of paths) await this.#tools.disk.unlink(path).catch(() => undefined);
  }

  #folder(localPath: string): MailFolder {
    const known = this.#folders.get(localPath);
    if (known !== undefined) return known;
    const folder = new MailFolder(this.directory(localPath), this.#tools);
    this.#folders.set(localPath, folder);
    return folder;
  }

  #stagingTools(): StagingTools {
    const { disk, bodies, randomBytes, writers } = this.#tools;
    this.#staging ??= {
      disk,
      bodies,
      temporaryName: temporaryNames(writers().own, randomBytes(4)),
    };
    return this.#staging;
  }
}
