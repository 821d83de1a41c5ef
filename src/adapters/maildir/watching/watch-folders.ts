/** Says which folders of a tree changed, soon after they did, also where they are made later, or others take their place. */

import { basename, join } from 'node:path';
import type { Disk } from '../../../disk/disk.ts';
import { StorageError } from '../../../errors.ts';
import type { Pause } from '../scanning/scan.ts';
import { visible } from '../scanning/stamp.ts';
import { DirectoryWatches, type WatchDirectory } from './directory-watches.ts';

/** A burst is over once nothing came for so long, in milliseconds … */
const quiet = 100;
/** … and is told after so many of these in any case. */
const longestBurst = 5;

export interface WatchTools {
  readonly disk: Disk;
  readonly pause: Pause;
  readonly watchDirectory: WatchDirectory;
}

/** Ends by the signal. Throws StorageError where the root is gone, or where the system watches no more. */
export async function* watchFolders(
  tools: WatchTools,
  root: string,
  localPaths: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<string> {
  const watch = new FolderWatch(tools, root, localPaths, signal);
  try {
    await watch.begin();
    while (await watch.hasNews()) yield* watch.take();
  } finally {
    watch.close();
  }
}

class FolderWatch {
  readonly #tools: WatchTools;
  readonly #root: string;
  readonly #signal: AbortSignal;
  readonly #watches: DirectoryWatches;
  /** Root first: what is made below a directory after it was watched is told. */
  readonly #directories = new Set<string>();
  /** `new` and `cur`, and the folder that they belong to. */
  readonly #folders = new Map<string, string>();
  readonly #changed = new Set<string>();
  readonly #aborted: Promise<void>;
  #onAbort: () => void = () => undefined;
  #isStale = false;
  #events = 0;
  #failure: { readonly error: unknown } | null = null;
  #wake: () => void = () => undefined;

  constructor(tools: WatchTools, root: string, localPaths: readonly string[], signal: AbortSignal) {
    this.#tools = tools;
    this.#root = root;
    this.#signal = signal;
    for (const localPath of localPaths) this.#addFolder(localPath);
    this.#watches = new DirectoryWatches(
      tools.disk,
      tools.watchDirectory,
      (path, name) => {
        this.#note(path, name);
      },
      (error) => {
        this.#failure ??= { error };
        this.#wake();
      },
    );
    this.#aborted = new Promise((resolve) => {
      this.#onAbort = () => {
        resolve();
        this.#wake();
      };
    });
    signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  #addFolder(localPath: string): void {
    let path = this.#root;
    this.#directories.add(path);
    for (const name of localPath.split('/').filter((each) => each !== '')) {
      path = join(path, name);
      this.#directories.add(path);
    }
    for (const part of visible) {
      this.#directories.add(join(path, part));
      this.#folders.set(join(path, part), localPath);
    }
  }

  #note(path: string, name: string | null): void {
    const folder = this.#folders.get(path);
    if (folder !== undefined && name?.startsWith('.') !== true) this.#changed.add(folder);
    const below = name === null ? null : join(path, name);
    if (below !== null && this.#directories.has(below)) this.#watches.doubt(below);
    const concernsDirectories = below === null || this.#directories.has(below);
    this.#isStale ||= concernsDirectories || name === basename(path);
    this.#events += 1;
    this.#wake();
  }

  async begin(): Promise<void> {
    await this.#renew(() => undefined);
  }

  /** Watches what stands now under each path. */
  async #renew(onOther: (path: string) => void): Promise<void> {
    this.#isStale = false;
    for (const path of this.#directories) if (await this.#watches.renew(path)) onOther(path);
    if (!this.#watches.isWatched(this.#root)) throw rootIsGone(this.#root);
  }

  /** A folder whose directories are others than before has changed. */
  #isOther(path: string): void {
    const folder = this.#folders.get(path);
    if (folder !== undefined) this.#changed.add(folder);
  }

  /** Waits for it; false once the signal aborts. */
  async hasNews(): Promise<boolean> {
    while (!this.#signal.aborted) {
      if (this.#failure !== null) throw this.#failure.error;
      if (this.#isStale)
        await this.#renew((path) => {
          this.#isOther(path);
        });
      else if (this.#changed.size === 0) await this.#next();
      else if (await this.#isOver()) return true;
    }
    return false;
  }

  #next(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** Whether the burst is over, once its time has passed; false where something else is to be done first. */
  async #isOver(): Promise<boolean> {
    let events = -1;
    for (let waited = 0; waited < longestBurst && events !== this.#events; waited += 1) {
      events = this.#events;
      await Promise.race([this.#tools.pause(quiet), this.#aborted]);
      if (this.#signal.aborted) return false;
    }
    return !this.#isStale;
  }

  *take(): Generator<string> {
    const changed = [...this.#changed];
    this.#changed.clear();
    for (const folder of changed) if (!this.#signal.aborted) yield folder;
  }

  close(): void {
    this.#signal.removeEventListener('abort', this.#onAbort);
    this.#watches.close();
  }
}

function rootIsGone(root: string): StorageError {
  return new StorageError(`the mail folder ${root} is gone, and can be watched no more`, {
    remedy: 'Check that its disk is mounted.',
  });
}
