/** A MailStore in memory, for tests of what stands above it. */

import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { infoSuffix, parseFileName } from '../../src/core/sync/flags.ts';
import { ConfigurationError, PosthornError, StorageError } from '../../src/errors.ts';
import type {
  Delivered,
  Delivery,
  FolderCounts,
  MailStore,
  MailTree,
  Staged,
  Staging,
} from '../../src/ports/mail-store.ts';
import { toLf } from '../../src/wire/crlf.ts';
import { messageIdHash } from './memory-mail-server.ts';

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

class MemoryMailTree implements MailTree {
  readonly root: string;
  readonly #store: MemoryMailStore;
  #staged = 0;

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
    const made: string[] = [];
    try {
      for (const delivery of deliveries)
        stagings.push(await this.#stageOne(localPath, delivery, made));
      return stagings;
    } catch (error) {
      for (const path of made) this.#store.temporary.delete(path);
      throw error;
    }
  }

  async #stageOne(
    localPath: string,
    { key, flags, body }: Delivery,
    made: string[],
  ): Promise<Staging> {
    const chunks: Buffer[] = body.kind === 'whole' ? [...body.octets] : [];
    try {
      if (body.kind === 'stream') for await (const chunk of body.chunks) chunks.push(chunk);
    } catch (thrown) {
      if (thrown instanceof PosthornError && thrown.reach === 'message')
        return { kind: 'failed', error: thrown };
      throw thrown;
    }
    this.#throwDue('stage');
    this.#files(localPath);
    const wire = Buffer.concat(chunks);
    const disk = Buffer.from(toLf(wire));
    this.#staged += 1;
    const temporaryPath = `${this.directory(localPath)}/tmp/${String(this.#staged)}`;
    this.#store.temporary.set(temporaryPath, disk);
    made.push(temporaryPath);
    const measured = { wireSize: wire.length, wireSha256: sha256(wire), size: disk.length };
    const staged = {
      key,
      flags,
      temporaryPath,
      ...measured,
      messageIdHash: messageIdHash(disk.toString()),
    };
    return { kind: 'staged', staged };
  }

  stamp(): Promise<null> {
    return Promise.resolve(null);
  }

  scan(): Promise<never> {
    return Promise.reject(new Error('not here'));
  }

  read(): AsyncIterable<Buffer> {
    throw new Error('not here');
  }

  setFlags(): Promise<boolean> {
    return Promise.reject(new Error('not here'));
  }

  move(): Promise<string | null> {
    return Promise.reject(new Error('not here'));
  }

  remove(): Promise<boolean> {
    return Promise.reject(new Error('not here'));
  }

  publish(localPath: string, staged: readonly Staged[]): Promise<readonly Delivered[]> {
    return settle(() => {
      this.#throwDue('publish');
      return staged.map((each) => this.#place(this.#files(localPath), each));
    });
  }

  #place(files: MemoryFolder, staged: Staged): Delivered {
    const hash = sha256(staged.key).slice(0, 32);
    const octets = this.#store.temporary.get(staged.temporaryPath);
    if (octets === undefined) throw new StorageError(`${staged.temporaryPath} is gone`);
    this.#store.temporary.delete(staged.temporaryPath);
    const byBase = new Map([...files].map(([path, found]) => [baseOf(path), found]));
    for (let count = 1; ; count += 1) {
      const name = count === 1 ? hash : `${hash}-${String(count)}`;
      const found = byBase.get(name);
      if (found !== undefined && !found.equals(octets)) continue;
      if (found === undefined) files.set(visiblePath(name, staged), octets);
      const outcome = found === undefined ? 'delivered' : 'adopted';
      return { key: staged.key, name, outcome, collided: count > 1 };
    }
  }

  discard(staged: Staged): Promise<void> {
    return settle(() => {
      this.#store.temporary.delete(staged.temporaryPath);
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

function baseOf(path: string): string {
  return parseFileName(posix.basename(path)).base;
}

function visiblePath(name: string, { flags }: Staged): string {
  return flags.length === 0 ? `new/${name}` : `cur/${name}${infoSuffix(flags)}`;
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Answers later, as a disk does, and turns what is thrown into a rejection. */
async function settle<T>(work: () => T): Promise<T> {
  await Promise.resolve();
  return work();
}
