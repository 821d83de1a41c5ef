/** A MailStore in memory, for tests of what stands above it. */

import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { lettersIn } from '../../src/adapters/maildir/keyword-letters.ts';
import type { Layout } from '../../src/core/account/settings.ts';
import { ConfigurationError, PosthornError, StorageError } from '../../src/errors.ts';
import type {
  Delivered,
  Delivery,
  FolderCounts,
  FolderStamp,
  FlagChange,
  LocalIdentity,
  LocalScan,
  MailStore,
  MailTree,
  NewName,
  Staged,
  Staging,
  TreeSurvey,
} from '../../src/ports/receiving/mail-store.ts';
import { toCrlf, toLf } from '../../src/wire/crlf.ts';
import { messageIdHash } from '../../src/wire/message-id.ts';
import { countsOf, renameFolders, settle, watchTold } from './memory-mail-folders.ts';
import { baseOf, fileAt, MemoryFolder, visiblePath, withBase } from './memory-mail-folder.ts';

interface MemoryRoot {
  owner: string | null;
  readonly folders: Map<string, MemoryFolder>;
}

export class MemoryMailStore implements MailStore {
  readonly roots = new Map<string, MemoryRoot>();
  /** Staged octets by temporary path. */
  readonly temporary = new Map<string, Buffer>();
  /** Thrown by the next call of that name. */
  readonly failures: { stage?: Error; publish?: Error } = {};

  open(root: string, accountId: string): Promise<MailTree> {
    return settle(() => {
      const owner = this.roots.get(root)?.owner ?? null;
      if (owner !== accountId) throw new StorageError(`${root} is not the folder of ${accountId}`);
      return new MemoryMailTree(root, this);
    });
  }

  create(root: string, accountId: string): Promise<MailTree> {
    return settle(() => {
      const made = this.root(root);
      if (made.owner !== null && made.owner !== accountId)
        throw new StorageError(`${root} belongs to another account`);
      if ([...made.folders.values()].some((files) => files.size > 0))
        throw new ConfigurationError(`${root} already holds mail`);
      made.owner = accountId;
      return new MemoryMailTree(root, this);
    });
  }

  adopt(root: string, accountId: string): Promise<MailTree> {
    const found = this.roots.get(root);
    const holdsMail = [...(found?.folders.values() ?? [])].some((files) => files.size > 0);
    if (found !== undefined && holdsMail) found.owner ??= accountId;
    return this.open(root, accountId);
  }

  /** Told of each folder that changes. */
  readonly watchers = new Set<(root: string, localPath: string) => void>();

  /** Made as another program makes one; the same one where it is there. */
  makeFolder(root: string, localPath: string): MemoryFolder {
    const { folders } = this.root(root);
    const changed = (): void => {
      for (const tell of this.watchers) tell(root, localPath);
    };
    const folder = folders.get(localPath) ?? new MemoryFolder(changed);
    if (!folders.has(localPath)) {
      folders.set(localPath, folder);
      changed();
    }
    return folder;
  }

  root(root: string): MemoryRoot {
    const known = this.roots.get(root) ?? { owner: null, folders: new Map() };
    this.roots.set(root, known);
    return known;
  }

  folder(root: string, localPath: string): MemoryFolder | undefined {
    return this.roots.get(root)?.folders.get(localPath);
  }
}

let trees = 0;

class MemoryMailTree implements MailTree {
  readonly root: string;
  readonly #store: MemoryMailStore;
  readonly #id = (trees += 1);
  readonly #staged = new Set<string>();
  #count = 0;
  /** By folder and base name, where each file was when it was scanned last. */
  readonly #seen = new Map<string, Map<string, string>>();

  constructor(root: string, store: MemoryMailStore) {
    this.root = root;
    this.#store = store;
  }

  directory(localPath: string): string {
    return posix.join(this.root, localPath);
  }

  ensureFolder(localPath: string): Promise<void> {
    return settle(() => {
      const { owner } = this.#store.root(this.root);
      if (owner === null) throw new StorageError(`${this.root} has no marker`);
      this.#store.makeFolder(this.root, localPath);
    });
  }

  async stage(localPath: string, deliveries: readonly Delivery[]): Promise<readonly Staging[]> {
    const stagings: Staging[] = [];
    try {
      for (const delivery of deliveries) stagings.push(await this.#stage(localPath, delivery));
      return stagings;
    } catch (error) {
      for (const staging of stagings)
        if (staging.kind === 'staged') this.#drop(staging.staged.temporaryPath);
      for (const { body } of deliveries.slice(stagings.length + 1))
        if (body.kind === 'stream') await body.chunks[Symbol.asyncIterator]().return?.();
      throw error;
    }
  }

  async #stage(localPath: string, delivery: Delivery): Promise<Staging> {
    const chunks: Buffer[] = [];
    const { body } = delivery;
    try {
      for await (const chunk of body.kind === 'whole' ? body.octets : body.chunks)
        chunks.push(Buffer.from(chunk));
    } catch (error) {
      if (!(error instanceof PosthornError && error.reach === 'message')) throw error;
      return { kind: 'failed', error };
    }
    this.#throwDue('stage');
    this.#files(localPath);
    return { kind: 'staged', staged: this.#keep(localPath, delivery, Buffer.concat(chunks)) };
  }

  #keep(localPath: string, { key, flags, internalDate }: Delivery, wire: Buffer): Staged {
    const disk = Buffer.from(toLf(wire));
    if (internalDate !== null) this.#files(localPath).times.set(disk, internalDate);
    this.#count += 1;
    const name = `${String(this.#id)}-${String(this.#count)}`;
    const temporaryPath = `${this.directory(localPath)}/tmp/${name}`;
    this.#store.temporary.set(temporaryPath, disk);
    this.#staged.add(temporaryPath);
    return {
      key,
      flags,
      temporaryPath,
      wireSize: wire.length,
      wireSha256: createHash('sha256').update(wire).digest('hex'),
      size: disk.length,
      messageIdHash: messageIdHash(disk),
    };
  }

  publish(localPath: string, staged: readonly Staged[]): Promise<readonly Delivered[]> {
    return settle(() => {
      const isOurs = staged.every(({ temporaryPath }) => this.#staged.delete(temporaryPath));
      try {
        this.#throwDue('publish');
        if (!isOurs) throw new Error('published twice, or staged by another tree');
        return staged.map((each) => this.#place(this.#files(localPath), each));
      } finally {
        for (const { temporaryPath } of staged) this.#drop(temporaryPath);
      }
    });
  }

  #place(files: MemoryFolder, staged: Staged): Delivered {
    const hash = createHash('sha256').update(staged.key).digest('hex').slice(0, 32);
    const octets = this.#store.temporary.get(staged.temporaryPath);
    if (octets === undefined) throw new StorageError(`${staged.temporaryPath} is gone`);
    this.#drop(staged.temporaryPath);
    const byBase = new Map([...files].map(([path, found]) => [baseOf(path), found]));
    for (let count = 1; ; count += 1) {
      const name = count === 1 ? hash : `${hash}-${String(count)}`;
      const found = byBase.get(name);
      if (found !== undefined && !found.equals(octets)) continue;
      if (found === undefined) files.set(visiblePath(name, staged.flags), octets);
      const outcome = found === undefined ? 'delivered' : 'adopted';
      return { key: staged.key, name, outcome, collided: count > 1 };
    }
  }

  discard({ temporaryPath }: Staged): Promise<void> {
    return settle(() => {
      this.#drop(temporaryPath);
    });
  }

  #drop(temporaryPath: string): void {
    this.#staged.delete(temporaryPath);
    this.#store.temporary.delete(temporaryPath);
  }

  stamp(localPath: string): Promise<FolderStamp> {
    return settle(() => {
      const files = this.#store.folder(this.root, localPath);
      return files === undefined ? null : String(files.stamp);
    });
  }

  scan(localPath: string): Promise<LocalScan> {
    return settle(() => {
      const folder = this.#files(localPath);
      folder.settleDoubles();
      this.#seen.set(localPath, new Map(folder.mail().map((path) => [baseOf(path), path])));
      const files = folder.mail().map(fileAt);
      return { files: new Map(files.map((file) => [file.base, file])), complete: true };
    });
  }

  async *read(localPath: string, base: string): AsyncIterable<Buffer> {
    const files = await settle(() => this.#files(localPath));
    const path = files.pathOf(base);
    if (path === undefined) throw new StorageError(`${base} is gone`, { reach: 'message' });
    yield files.get(path) ?? Buffer.alloc(0);
  }

  async *readForWire(localPath: string, base: string): AsyncIterable<Buffer> {
    for await (const octets of this.read(localPath, base)) yield toCrlf(octets);
  }

  identify(localPath: string, bases: readonly string[]): Promise<readonly LocalIdentity[]> {
    return settle(() => bases.flatMap((base) => this.#files(localPath).identify(base) ?? []));
  }

  setFlags(localPath: string, changes: readonly FlagChange[]): Promise<readonly boolean[]> {
    return settle(() => {
      const seen = this.#seen.get(localPath) ?? new Map<string, string>();
      this.#seen.set(localPath, seen);
      return changes.map((change) => {
        const path = this.#files(localPath).setFlags(change, seen.get(change.base));
        if (path !== undefined) seen.set(change.base, path);
        return path !== undefined;
      });
    });
  }

  move(from: string, bases: readonly string[], to: string): Promise<readonly (string | null)[]> {
    return settle(() => {
      const [source, target] = [this.#files(from), this.#files(to)];
      return bases.map((base) => {
        const path = source.pathOf(base);
        if (path === undefined) return null;
        const free = target.free(base);
        source.rename(path, target, withBase(path, free));
        return free;
      });
    });
  }

  rename(localPath: string, names: readonly NewName[]): Promise<readonly boolean[]> {
    return settle(() => {
      const files = this.#files(localPath);
      return names.map(({ base, name }) => {
        const path = files.pathOf(base);
        if (path === undefined || files.pathOf(name) !== undefined) return false;
        files.rename(path, files, withBase(path, name));
        return true;
      });
    });
  }

  remove(localPath: string, bases: readonly string[]): Promise<readonly boolean[]> {
    return settle(() => {
      const files = this.#files(localPath);
      return bases.map((base) => files.delete(files.pathOf(base) ?? ''));
    });
  }

  folders(layout: Layout): Promise<readonly string[]> {
    return settle(() => {
      const all = [...this.#store.root(this.root).folders.keys()];
      const isFlat = (path: string): boolean => path === '' || path.startsWith('.');
      return all.filter((path) => isFlat(path) === (layout === 'maildir++')).sort();
    });
  }

  async survey(layout: Layout, known: string | null): Promise<TreeSurvey> {
    const folders = await this.folders(layout);
    const stamp = JSON.stringify({ layout, folders });
    return stamp === known ? { folders, stamp: known } : { folders, stamp };
  }

  renameFolder(from: string, to: string): Promise<boolean> {
    return settle(() => {
      const isDone = renameFolders(this.#store.root(this.root).folders, from, to);
      for (const tell of isDone ? this.#store.watchers : []) tell(this.root, from);
      return isDone;
    });
  }

  removeFolder(localPath: string): Promise<boolean> {
    return settle(() => {
      const folder = this.#store.folder(this.root, localPath);
      const isWritten = [...this.#store.temporary.keys()].some((path) =>
        path.startsWith(`${this.directory(localPath)}/tmp/`),
      );
      if (isWritten || (folder !== undefined && folder.mail().length > 0)) return false;
      this.#store.root(this.root).folders.delete(localPath);
      for (const tell of this.#store.watchers) tell(this.root, localPath);
      return true;
    });
  }

  keywordLetters(localPath: string): Promise<ReadonlyMap<string, string> | null> {
    return settle(() => {
      const text = this.#store.folder(this.root, localPath)?.keywords ?? null;
      return text === null ? null : lettersIn(text.split('\n'));
    });
  }

  watch(localPaths: readonly string[], signal: AbortSignal): AsyncIterable<string> {
    return watchTold(this.#store.watchers, this.root, localPaths, signal);
  }

  count(localPath: string): Promise<FolderCounts | null> {
    return settle(() => countsOf(this.#store.folder(this.root, localPath)));
  }

  #files(localPath: string): MemoryFolder {
    const files = this.#store.folder(this.root, localPath);
    if (files === undefined) throw new StorageError(`${localPath} is gone`);
    return files;
  }

  #throwDue(call: 'stage' | 'publish'): void {
    const failure = this.#store.failures[call];
    delete this.#store.failures[call];
    if (failure !== undefined) throw failure;
  }
}
