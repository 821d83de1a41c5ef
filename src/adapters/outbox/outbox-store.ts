/** The outbox as files: a folder for each message, with its octets and what became of it so far. */

import { join } from 'node:path';
import type { OutboxEntry } from '../../core/outbox/entry.ts';
import { errorCode, nullOn, realDisk, type Disk } from '../../disk/disk.ts';
import {
  makeDirectories,
  overwriteFile,
  renameOver,
  syncDirectory,
  writeNewFile,
} from '../../disk/durable.ts';
import { InternalError, StorageError } from '../../errors.ts';
import type { OutboxStore } from '../../ports/sending/outbox-store.ts';
import { entryText, isEntryId, parseEntry } from './entry-file.ts';
import { explained } from './explained.ts';

export interface OutboxStoreOptions {
  readonly disk?: Disk;
  /** Milliseconds since the epoch; tells which leftovers are old. */
  readonly now?: () => number;
}

/** What a killed posthorn left behind is cleared after so long: nobody is still at work on it. */
const leftoverMs = 24 * 3_600_000;

/** Entries read at once: each takes a descriptor, and ten thousand would be too many. */
const readAtOnce = 64;

/** Beside `entry.json`, to be renamed over it. Whoever updates holds the lock of the account's queue. */
const next = '.entry.next';

type Broken = Awaited<ReturnType<OutboxStore['list']>>['broken'][number];

/** `directory` is made by the first add. Errors: StorageError (74). */
export function createOutboxStore(
  directory: string,
  options: OutboxStoreOptions = {},
): OutboxStore {
  return new FileOutbox(directory, options.disk ?? realDisk, options.now ?? Date.now);
}

class FileOutbox implements OutboxStore {
  readonly #directory: string;
  readonly #disk: Disk;
  readonly #now: () => number;

  constructor(directory: string, disk: Disk, now: () => number) {
    this.#directory = directory;
    this.#disk = disk;
    this.#now = now;
  }

  async add(entry: OutboxEntry, octets: Buffer): Promise<void> {
    const folder = this.#folder(entry.id);
    await explained(this.#directory, makeDirectories(this.#disk, this.#directory));
    const building = this.#aside(entry.id, 'tmp');
    await explained(folder, this.#build(building, entry, octets));
    await explained(folder, this.#putInPlace(building, folder, entry.id));
  }

  async #build(building: string, entry: OutboxEntry, octets: Buffer): Promise<void> {
    await this.#disk.mkdir(building, 0o700);
    try {
      await bothOf(
        writeNewFile(this.#disk, join(building, 'message'), octets),
        writeNewFile(this.#disk, join(building, 'entry.json'), entryText(entry)),
      );
      await syncDirectory(this.#disk, building);
    } catch (error) {
      await this.#disk.removeTree(building).catch(ignore);
      throw error;
    }
  }

  /** Whoever is told that it failed writes the message again, so what failed must not stay in the queue. */
  async #putInPlace(building: string, folder: string, id: string): Promise<void> {
    try {
      await this.#disk.rename(building, folder);
    } catch (error) {
      await this.#disk.removeTree(building).catch(ignore);
      throw error;
    }
    try {
      await syncDirectory(this.#disk, this.#directory);
    } catch (error) {
      await this.remove(id).catch(ignore);
      throw error;
    }
  }

  async list(): Promise<{ entries: readonly OutboxEntry[]; broken: readonly Broken[] }> {
    const reading = nullOn(['ENOENT'], this.#disk.readdir(this.#directory));
    const names = (await explained(this.#directory, reading)) ?? [];
    await this.#clearLeftovers(names.filter((name) => name.startsWith('.')));
    const ids = names.filter((name) => !name.startsWith('.'));
    const present = (await this.#lookAtAll(ids)).filter((each) => each !== null);
    const entries = present.flatMap((each) => ('why' in each ? [] : [each]));
    const broken = present.flatMap((each) => ('why' in each ? [each] : []));
    return { entries: entries.sort(byAge), broken };
  }

  async #lookAtAll(ids: readonly string[]): Promise<(OutboxEntry | Broken | null)[]> {
    const found: (OutboxEntry | Broken | null)[] = [];
    for (let at = 0; at < ids.length; at += readAtOnce)
      found.push(
        ...(await Promise.all(ids.slice(at, at + readAtOnce).map((id) => this.#look(id)))),
      );
    return found;
  }

  async get(id: string): Promise<OutboxEntry | null> {
    if (!isEntryId(id)) return null;
    const found = await this.#look(id);
    if (found === null || !('why' in found)) return found;
    throw new StorageError(`the outbox entry ${id} can't be read: ${found.why}`, {
      remedy: `Look at ${this.#folder(id)}: the mail stands in its file "message".`,
    });
  }

  /** Never makes an entry that is not there: a message that was cancelled meanwhile must not come back. */
  async update(entry: OutboxEntry): Promise<void> {
    await this.#replace(entry, next);
  }

  /** The room is a file of that size: the next update overwrites it in place, and renames it. */
  async updateWithRoom(entry: OutboxEntry, room: number): Promise<void> {
    const folder = this.#folder(entry.id);
    const path = join(folder, next);
    const text = entryText(entry);
    const octets = Buffer.concat([text, Buffer.alloc(room, '\n')]);
    try {
      await explained(folder, overwriteFile(this.#disk, path, octets));
      await this.#replace(entry, `${next}.small`);
    } catch (error) {
      await this.#disk.removeTree(path).catch(ignore);
      throw error;
    }
  }

  async #replace(entry: OutboxEntry, name: string): Promise<void> {
    const folder = this.#folder(entry.id);
    const temporary = join(folder, name);
    await explained(folder, overwriteFile(this.#disk, temporary, entryText(entry)));
    await explained(folder, renameOver(this.#disk, temporary, join(folder, 'entry.json')));
    await explained(folder, syncDirectory(this.#disk, folder));
  }

  /** StorageError also where its length is not the one that was written: half a message is never sent. */
  async read(id: string): Promise<Buffer> {
    const folder = this.#folder(id);
    const octets = await explained(folder, this.#disk.readFile(join(folder, 'message')));
    const entry = await this.get(id);
    if (entry === null || entry.size === octets.length) return octets;
    throw new StorageError(
      `the message of the outbox entry ${id} is damaged: ${octets.length} octets instead of ${entry.size}`,
      { reach: 'message', remedy: `Look at ${folder}, and write the message again.` },
    );
  }

  async remove(id: string): Promise<void> {
    const folder = this.#folder(id);
    const gone = this.#aside(id, 'gone');
    const renaming = this.#disk.rename(folder, gone).then(() => true);
    if ((await explained(folder, nullOn(['ENOENT'], renaming))) === null) return;
    await explained(folder, syncDirectory(this.#disk, this.#directory));
    // It is out of the queue; what is left of it costs space alone.
    await this.#disk.removeTree(gone).catch(ignore);
  }

  #folder(id: string): string {
    if (!isEntryId(id)) throw new InternalError(`${JSON.stringify(id)} is no id of the outbox`);
    return join(this.#directory, id);
  }

  #aside(id: string, why: 'tmp' | 'gone'): string {
    return join(this.#directory, `.${id}.${why}`);
  }

  /** Null where it was removed meanwhile. */
  async #look(id: string): Promise<OutboxEntry | Broken | null> {
    if (!isEntryId(id)) return { id, why: 'its name is none that posthorn gives' };
    const folder = this.#folder(id);
    try {
      const entry = parseEntry(await this.#disk.readFile(join(folder, 'entry.json')), id);
      await this.#disk.stat(join(folder, 'message'));
      return entry;
    } catch (error) {
      if (errorCode(error) === 'ENOENT' && !(await this.#exists(folder))) return null;
      return { id, why: error instanceof Error ? error.message : String(error) };
    }
  }

  async #exists(path: string): Promise<boolean> {
    try {
      await this.#disk.stat(path);
      return true;
    } catch (error) {
      return errorCode(error) !== 'ENOENT';
    }
  }

  /** Tidiness alone: nothing here is an entry, and no failure matters. */
  async #clearLeftovers(names: readonly string[]): Promise<void> {
    for (const name of names.filter((each) => /^\.[a-z0-9]+\.(?:tmp|gone)$/.test(each))) {
      const path = join(this.#directory, name);
      const found = await this.#disk.stat(path).catch(() => null);
      if (found === null || this.#now() - Number(found.mtimeMs) < leftoverMs) continue;
      await this.#disk.removeTree(path).catch(ignore);
    }
  }
}

function byAge(a: OutboxEntry, b: OutboxEntry): number {
  return a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1);
}

/** Waits for both also where one fails: nothing is cleared away under the other. */
async function bothOf(...work: [Promise<void>, Promise<void>]): Promise<void> {
  for (const each of await Promise.allSettled(work))
    if (each.status === 'rejected') throw each.reason;
}

function ignore(): void {}
