/** Watches of directories (inotify), each renewed where something else stands under its path. */

import { watch } from 'node:fs';
import { basename } from 'node:path';
import { errorCode, nullOn, type Disk } from '../../../disk/disk.ts';
import { StorageError } from '../../../errors.ts';
import { diskError, explained } from '../mail-disk.ts';

export interface DirectoryWatch {
  close(): void;
}

/** A name in the directory came or went; of the directory itself where it is the directory's own; null where it is not known. */
export type OnChange = (name: string | null) => void;

/** Throws what the system says, e.g. ENOENT, or ENOSPC where too much is watched already. */
export type WatchDirectory = (
  path: string,
  onChange: OnChange,
  onError: (error: unknown) => void,
) => DirectoryWatch;

/** `change` is what was written or touched in place: nothing that a Maildir tells by. */
export const watchDirectory: WatchDirectory = (path, onChange, onError) =>
  watch(path, (event, name) => {
    if (event === 'rename') onChange(name);
  }).on('error', onError);

interface Watched {
  readonly watch: DirectoryWatch;
  readonly identity: string;
  /** Something was said of the directory itself: it may be another one with the same number. */
  isDoubtful: boolean;
}

const missing = ['ENOENT', 'ENOTDIR', 'ELOOP', 'ESTALE'];

export class DirectoryWatches {
  readonly #disk: Disk;
  readonly #watchDirectory: WatchDirectory;
  readonly #onChange: (path: string, name: string | null) => void;
  readonly #onError: (error: unknown) => void;
  readonly #watched = new Map<string, Watched>();
  #isClosed = false;

  /** `onError` is told what a watch fails with later on, explained. */
  constructor(
    disk: Disk,
    watchDirectory: WatchDirectory,
    onChange: (path: string, name: string | null) => void,
    onError: (error: unknown) => void,
  ) {
    this.#disk = disk;
    this.#watchDirectory = watchDirectory;
    this.#onChange = onChange;
    this.#onError = onError;
  }

  /** The directory may be gone, or another one, by now. */
  doubt(path: string): void {
    const watched = this.#watched.get(path);
    if (watched !== undefined) watched.isDoubtful = true;
  }

  isWatched(path: string): boolean {
    return this.#watched.has(path);
  }

  /** Watches what stands there now, if anything does. Whether it is another than before. */
  async renew(path: string): Promise<boolean> {
    const known = this.#watched.get(path);
    const identity = await explained(path, identityOf(this.#disk, path));
    if (known !== undefined && known.identity === identity && !known.isDoubtful) return false;
    known?.watch.close();
    this.#watched.delete(path);
    if (identity !== null && !this.#isClosed) this.#begin(path, identity);
    return known !== undefined || this.isWatched(path);
  }

  close(): void {
    this.#isClosed = true;
    for (const { watch } of this.#watched.values()) watch.close();
    this.#watched.clear();
  }

  #begin(path: string, identity: string): void {
    try {
      const watch = this.#watchDirectory(
        path,
        (name) => {
          if (name === basename(path)) this.doubt(path);
          this.#onChange(path, name);
        },
        (error) => {
          this.#failed(path, error);
        },
      );
      this.#watched.set(path, { watch, identity, isDoubtful: false });
    } catch (error) {
      if (!missing.includes(errorCode(error) ?? '')) throw watchError(error, path);
    }
  }

  #failed(path: string, error: unknown): void {
    if (!missing.includes(errorCode(error) ?? '')) return this.#onError(watchError(error, path));
    this.doubt(path);
    return this.#onChange(path, basename(path));
  }
}

async function identityOf(disk: Disk, path: string): Promise<string | null> {
  const found = await nullOn(missing, disk.stat(path));
  if (found === null || !found.isDirectory()) return null;
  return [found.dev, found.ino, found.birthtimeNs].join();
}

const limits: Readonly<Record<string, string>> = {
  ENOSPC: 'Raise its limit: `sysctl fs.inotify.max_user_watches=524288` (as root).',
  EMFILE: 'Raise its limit: `sysctl fs.inotify.max_user_instances=512` (as root), or `ulimit -n`.',
};

/** inotify(7): ENOSPC is no full disk here. */
function watchError(error: unknown, path: string): unknown {
  const code = errorCode(error) ?? '';
  const remedy = limits[code];
  if (remedy === undefined) return diskError(error, path);
  return new StorageError(`the system lets no more folders be watched than it does (${code})`, {
    cause: error,
    remedy: `${remedy} Until then changes here are seen at each poll.`,
  });
}
