/** A file system that was opened before files are written, so that one syncfs tells of all their errors. */

import type { Disk } from '../../../disk/disk.ts';
import { GroupCommit } from '../../../disk/group-commit.ts';
import type { OpenFileSystem } from '../../../disk/syncfs.ts';

/**
 * The kernel tells an error once to each descriptor that was open when it came up. So the syncs of a watch follow one another,
 * and after one that failed every file that was written under it is given up: a later one would succeed.
 */
export class Watch {
  /** Files that were announced, and are neither published nor dropped. */
  users = 0;
  #opening: Promise<void> | null = null;
  #opened: OpenFileSystem | null = null;
  readonly #sync = new GroupCommit(() => this.#syncOnce());
  #failure: { readonly error: unknown } | null = null;

  get hasFailed(): boolean {
    return this.#failure !== null;
  }

  /** False before it is open, and where an fsync of each file has to do. */
  get canSync(): boolean {
    return this.#opened !== null;
  }

  /** Before the first of its files is written. */
  open(disk: Disk, directory: string): Promise<void> {
    this.#opening ??= disk.openFileSystem(directory).then((opened) => {
      this.#opened = opened;
    });
    return this.#opening;
  }

  /** All files that were written under it before this call are on disk, or it throws. */
  sync(): Promise<void> {
    return this.#sync.run();
  }

  /** Throws what a sync failed with. */
  requireSound(): void {
    if (this.#failure !== null) throw this.#failure.error;
  }

  async close(): Promise<void> {
    await this.#opened?.close().catch(() => undefined);
  }

  async #syncOnce(): Promise<void> {
    this.requireSound();
    try {
      await this.#opened?.sync();
    } catch (error) {
      this.#failure = { error };
      throw error;
    }
  }
}
