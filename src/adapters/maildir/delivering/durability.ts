/** When the staged files of a folder are on disk: one syncfs for many, an fsync of each for few. */

import type { Disk } from '../../../disk/disk.ts';
import { InternalError } from '../../../errors.ts';
import { explained } from '../mail-disk.ts';
import { allEnded, eachInParallel } from './parallel.ts';
import { Watch } from './watch.ts';

/** A file system is held open from this share of a large batch on: there may be more to come, and the first of them are few. */
const few = 1 / 4;

/** Null: of few files, which are fsynced one by one. */
export type Watching = Watch | null;

export class FolderDurability {
  readonly #disk: Disk;
  /** Absolute: `tmp` of the folder. */
  readonly #directory: string;
  /** From so many files on one syncfs takes less time than an fsync of each. */
  readonly #bulk: number;
  #current: Watching = null;
  #isBegun = false;
  /** By path in `tmp`: staged, and neither published nor dropped. */
  readonly #staged = new Map<string, Watching>();

  constructor(disk: Disk, directory: string, bulk: number) {
    this.#disk = disk;
    this.#directory = directory;
    this.#bulk = bulk;
  }

  /** Whether files were written since the last batch was brought to disk. */
  get isBegun(): boolean {
    return this.#isBegun;
  }

  /** Before `count` files are written; each of them ends by `written`, or by `forsake`. */
  async begin(count: number): Promise<Watching> {
    if (this.#current?.hasFailed === true) this.#current = null;
    if (this.#current === null && this.#staged.size + count < this.#bulk * few) return null;
    this.#current ??= new Watch();
    const watch = this.#current;
    watch.users += count;
    try {
      await explained(this.#directory, watch.open(this.#disk, this.#directory));
      return watch;
    } catch (error) {
      await this.forsake(watch, count);
      throw error;
    }
  }

  /** Whole, and to be published or dropped. */
  written(path: string, watch: Watching): void {
    this.#staged.set(path, watch);
    this.#isBegun = true;
  }

  /** So many of the files that were announced will not come. */
  async forsake(watch: Watching, count: number): Promise<void> {
    if (watch === null) return;
    watch.users -= count;
    if (watch.users > 0) return;
    if (this.#current === watch) this.#current = null;
    await watch.close();
  }

  /** Published, or dropped, or given up; a second time it does nothing. */
  async release(paths: readonly string[]): Promise<void> {
    for (const [watch, released] of this.#byWatch(paths.filter((path) => this.#staged.has(path)))) {
      for (const path of released) this.#staged.delete(path);
      await this.forsake(watch, released.length);
    }
  }

  /** All of them are on disk once it resolves. System errors as they came: then none of them counts as kept, tried again or not. */
  async sync(paths: readonly string[]): Promise<void> {
    this.#isBegun = false;
    const alone: string[] = [];
    const together: Watch[] = [];
    for (const [watch, watched] of this.#byWatch(paths)) {
      watch?.requireSound();
      if (watch?.canSync === true && watched.length >= this.#bulk) together.push(watch);
      else alone.push(...watched);
    }
    await allEnded([
      ...together.map((watch) => watch.sync()),
      eachInParallel(alone, (path) => this.#fsync(path)),
    ]);
  }

  #byWatch(paths: readonly string[]): Map<Watching, string[]> {
    const groups = new Map<Watching, string[]>();
    for (const path of paths) {
      const watch = this.#staged.get(path);
      if (watch === undefined) throw new InternalError(`${path} is not staged here, or no more`);
      const group = groups.get(watch) ?? [];
      group.push(path);
      groups.set(watch, group);
    }
    return groups;
  }

  /** Opened anew: an error that came up since it was written, and that nobody was told of, is told to the next who asks. */
  async #fsync(path: string): Promise<void> {
    const file = await this.#disk.open(path, 'r');
    try {
      await file.sync();
    } finally {
      await file.close();
    }
  }
}
