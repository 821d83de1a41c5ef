/** One folder of a tree in one run: where its files are, and who may name them now. */

import { join } from 'node:path';
import { errorCode } from '../../disk/disk.ts';
import { syncDirectory } from '../../disk/durable.ts';
import { GroupCommit } from '../../disk/group-commit.ts';
import { FolderDurability } from './delivering/durability.ts';
import { diskError, explained } from './mail-disk.ts';
import { settleDoubles } from './scanning/doubles.ts';
import { FolderIndex } from './scanning/folder-index.ts';
import { directoryAt, pathAt, restless, scanUntil } from './scanning/scan.ts';
import type { Place, Scan, Scanner } from './scanning/scan.ts';
import type { Visible } from './scanning/stamp.ts';

/** Calls for a file that a reader renames each time just before. */
const tries = 20;

export interface FolderTools extends Scanner {
  /** From so many messages on a batch is brought to disk by one syncfs, and named on Node's thread. */
  readonly bulk: number;
}

export class MailFolder {
  /** Absolute. */
  readonly path: string;
  readonly tools: FolderTools;
  readonly index = new FolderIndex();
  readonly durability: FolderDurability;
  readonly #syncs: Readonly<Record<Visible, GroupCommit>>;
  readonly #search = new GroupCommit(() => this.#searchOnce());
  readonly #sought = new Set<string>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(path: string, tools: FolderTools) {
    this.path = path;
    this.tools = tools;
    const { disk, bulk } = tools;
    this.durability = new FolderDurability(disk, join(path, 'tmp'), bulk);
    const syncs = (name: Visible): GroupCommit =>
      new GroupCommit(() => explained(join(path, name), syncDirectory(disk, join(path, name))));
    this.#syncs = { new: syncs('new'), cur: syncs('cur') };
  }

  pathOf(base: string, place: Place): string {
    return `${this.path}/${pathAt(base, place)}`;
  }

  /** Whoever gives names does so after those who asked before: two could choose the same one in `new` and in `cur`. */
  inTurn<T>(ready: Promise<unknown>, work: () => Promise<T>): Promise<T> {
    const turn = this.#turn;
    const done = Promise.all([turn, ready]).then(work);
    // Nothing of what came of it is kept.
    this.#turn = Promise.allSettled([turn, done]).then(() => undefined);
    return done;
  }

  /** Every file, each under a base name of its own. Throws TemporaryError (folder) where the folder never rests. */
  async scan(): Promise<Scan> {
    for (let attempt = 0; attempt < tries; attempt += 1) {
      const scan = await scanUntil(this.tools, this.path, () => false);
      this.index.tell(scan);
      if (scan.doubled.size === 0) return scan;
      await settleDoubles(this, scan.doubled);
    }
    throw restless(this.path);
  }

  /** From then on the index knows all names of ours. */
  async complete(): Promise<void> {
    if (!this.index.isComplete) await this.scan();
  }

  /**
   * Does the work where the file is, and again elsewhere when it fails with ENOENT, since somebody renamed it. Null where it is
   * gone by a complete scan.
   */
  async withFile<T>(base: string, work: (place: Place) => Promise<T>): Promise<T | null> {
    for (let attempt = 0; attempt < tries; attempt += 1) {
      if (attempt > 0 || this.index.placeOf(base) === undefined) await this.#seek(base);
      const place = this.index.placeOf(base);
      if (place === undefined) return null;
      try {
        return await work(place);
      } catch (error) {
        if (errorCode(error) !== 'ENOENT') throw diskError(error, this.pathOf(base, place));
      }
    }
    // It is there, and never where it was seen: taken for gone, it would be delivered twice.
    throw restless(this.path);
  }

  /** Those that are not gone by a complete scan: one for all that nobody has seen yet. */
  async present(bases: readonly string[]): Promise<ReadonlySet<string>> {
    const unseen = bases.filter((base) => this.index.placeOf(base) === undefined);
    if (unseen.length > 0) await this.#seek(...unseen);
    return new Set(bases.filter((base) => this.index.placeOf(base) !== undefined));
  }

  /** Many who look for a file at once share a scan. */
  #seek(...bases: readonly string[]): Promise<void> {
    for (const base of bases) this.#sought.add(base);
    return this.#search.run();
  }

  async #searchOnce(): Promise<void> {
    const { tools, path, index } = this;
    const sought = Array.from(this.#sought, (base) => ({ base, place: index.placeOf(base) }));
    this.#sought.clear();
    const scan = await scanUntil(tools, path, ({ places }) =>
      sought.every(({ base }) => places.has(base)),
    );
    index.take(scan);
    // What this run delivered since is known elsewhere by now.
    for (const { base, place } of sought)
      if (!scan.places.has(base) && index.placeOf(base) === place) index.remove(base);
  }

  /** The names in these directories are on disk once it resolves. */
  async syncNames(places: Iterable<Place>): Promise<void> {
    const names = new Set(Array.from(places, directoryAt));
    for (const name of names) await this.#syncs[name].run();
  }
}
