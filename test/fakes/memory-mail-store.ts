/** A MailStore in memory, for tests of what stands above it. */

import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { allFlags, infoSuffix, parseFileName, type Flag } from '../../src/core/sync/flags.ts';
import { ConfigurationError, PosthornError, StorageError } from '../../src/errors.ts';
import type {
  Delivered,
  Delivery,
  FolderCounts,
  FolderStamp,
  LocalFile,
  LocalScan,
  MailStore,
  MailTree,
  Staged,
  Staging,
} from '../../src/ports/receiving/mail-store.ts';
import { toLf } from '../../src/wire/crlf.ts';
import { messageIdHash } from '../../src/wire/message-id.ts';

/** Path below the folder (`new/…`, `cur/…:2,S`) → octets. */
export type MemoryFolder = Map<string, Buffer>;

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

  constructor(root: string, store: MemoryMailStore) {
    this.root = root;
    this.#store = store;
  }

  directory(localPath: string): string {
    return posix.join(this.root, localPath);
  }

  ensureFolder(localPath: string): Promise<void> {
    return settle(() => {
      const { owner, folders } = this.#store.root(this.root);
      if (owner === null) throw new StorageError(`${this.root} has no marker`);
      if (!folders.has(localPath)) folders.set(localPath, new Map());
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

  async #stage(localPath: string, { key, flags, body }: Delivery): Promise<Staging> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of body.kind === 'whole' ? body.octets : body.chunks)
        chunks.push(Buffer.from(chunk));
    } catch (error) {
      if (!(error instanceof PosthornError && error.reach === 'message')) throw error;
      return { kind: 'failed', error };
    }
    this.#throwDue('stage');
    this.#files(localPath);
    return { kind: 'staged', staged: this.#keep(localPath, key, flags, Buffer.concat(chunks)) };
  }

  #keep(localPath: string, key: string, flags: readonly Flag[], wire: Buffer): Staged {
    const disk = Buffer.from(toLf(wire));
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

  /** All that a directory's times would tell of: which names it holds. */
  stamp(localPath: string): Promise<FolderStamp> {
    return settle(() => {
      const files = this.#store.folder(this.root, localPath);
      return files === undefined ? null : JSON.stringify([...files.keys()].sort());
    });
  }

  scan(localPath: string): Promise<LocalScan> {
    return settle(() => {
      const files = [...this.#files(localPath).keys()].map(fileAt);
      return { files: new Map(files.map((file) => [file.base, file])), complete: true };
    });
  }

  async *read(localPath: string, base: string): AsyncIterable<Buffer> {
    const files = await settle(() => this.#files(localPath));
    const path = pathOf(files, base);
    if (path === undefined) throw new StorageError(`${base} is gone`, { reach: 'message' });
    yield files.get(path) ?? Buffer.alloc(0);
  }

  setFlags(localPath: string, base: string, flags: readonly Flag[]): Promise<boolean> {
    return settle(() => {
      const files = this.#files(localPath);
      const path = pathOf(files, base);
      if (path === undefined) return false;
      const { otherLetters, flags: had } = fileAt(path);
      if (allFlags.every((flag) => had.includes(flag) === flags.includes(flag))) return true;
      const letters = [...new Set(flags), ...otherLetters].sort().join('');
      rename(files, path, files, `cur/${base}:2,${letters}`);
      return true;
    });
  }

  move(from: string, base: string, to: string): Promise<string | null> {
    return settle(() => {
      const [source, target] = [this.#files(from), this.#files(to)];
      const path = pathOf(source, base);
      if (path === undefined) return null;
      for (let count = 1; ; count += 1) {
        const free = count === 1 ? base : `${base}-${String(count)}`;
        if (pathOf(target, free) !== undefined) continue;
        rename(
          source,
          path,
          target,
          path.replace(base, () => free),
        );
        return free;
      }
    });
  }

  remove(localPath: string, base: string): Promise<boolean> {
    return settle(() => {
      const files = this.#files(localPath);
      return files.delete(pathOf(files, base) ?? '');
    });
  }

  count(localPath: string): Promise<FolderCounts | null> {
    return settle(() => {
      const files = this.#store.folder(this.root, localPath);
      if (files === undefined) return null;
      const isUnread = (path: string): boolean =>
        path.startsWith('new/') || !parseFileName(path).flags.includes('S');
      return { unread: [...files.keys()].filter(isUnread).length, total: files.size };
    });
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

function fileAt(path: string): LocalFile {
  const { base, flags, others } = parseFileName(posix.basename(path));
  return { base, directory: path.startsWith('new/') ? 'new' : 'cur', flags, otherLetters: others };
}

function baseOf(path: string): string {
  return fileAt(path).base;
}

function pathOf(files: MemoryFolder, base: string): string | undefined {
  return [...files.keys()].find((path) => baseOf(path) === base);
}

function rename(from: MemoryFolder, path: string, to: MemoryFolder, newPath: string): void {
  const octets = from.get(path) ?? Buffer.alloc(0);
  from.delete(path);
  to.set(newPath, octets);
}

function visiblePath(name: string, flags: readonly Flag[]): string {
  return flags.length === 0 ? `new/${name}` : `cur/${name}${infoSuffix(flags)}`;
}

/** Answers later, as a disk does, and turns what is thrown into a rejection. */
async function settle<T>(work: () => T): Promise<T> {
  await Promise.resolve();
  return work();
}
