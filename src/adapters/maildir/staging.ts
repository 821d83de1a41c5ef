/** Writes one message to `tmp/`: whole and fsynced, or not there at all. */

import { createHash, type Hash } from 'node:crypto';
import type { Delivery, Staged } from '../../ports/mail-store.ts';
import { CrlfToLf } from '../../wire/crlf.ts';
import { unless, type Disk, type DiskFile } from './disk.ts';
import { diskError, explained } from './disk-error.ts';

/** Octets gathered before a write: most messages take one, and a large one never stands in memory. */
const writeSize = 256 * 1024;

/**
 * Streams the body into a new file at `path` (0600), its mtime the internal date. Errors of the body pass unchanged, errors
 * of the disk become StorageError; after either the file is gone.
 */
export async function stageMessage(disk: Disk, path: string, delivery: Delivery): Promise<Staged> {
  const file = await explained(path, disk.open(path, 'wx', 0o600));
  try {
    const measured = await writeBody(file, path, delivery.body);
    await explained(path, finish(file, delivery.internalDate));
    return { key: delivery.key, temporaryPath: path, flags: delivery.flags, ...measured };
  } catch (error) {
    await file.close().catch(() => undefined);
    await disk.unlink(path).catch(() => undefined);
    throw error;
  }
}

type Measured = Pick<Staged, 'wireSize' | 'wireSha256' | 'size' | 'sha256'>;

async function writeBody(
  file: DiskFile,
  path: string,
  body: AsyncIterable<Buffer>,
): Promise<Measured> {
  const wire = new Tally();
  const lineEnds = new CrlfToLf();
  const writer = new Writer(file, path);
  for await (const chunk of body) {
    wire.add(chunk);
    await writer.write(lineEnds.push(chunk));
  }
  await writer.write(lineEnds.end());
  await writer.flush();
  const { size, sha256 } = writer.written.result();
  const { size: wireSize, sha256: wireSha256 } = wire.result();
  return { wireSize, wireSha256, size, sha256 };
}

/** fsync(2), not fdatasync(2): the mtime is part of what is kept. */
async function finish(file: DiskFile, internalDate: number | null): Promise<void> {
  // A date that nobody can hold must not cost the message. A number below 0 would be taken for now, a Date isn't.
  const date = new Date(internalDate ?? Number.NaN);
  if (!Number.isNaN(date.getTime()))
    await unless(['EINVAL', 'EOVERFLOW', 'ERANGE'], file.utimes(date, date));
  await file.sync();
  await file.close();
}

/** Octets and hash of what went by. */
class Tally {
  readonly #hash: Hash = createHash('sha256');
  #size = 0;

  add(octets: Buffer): void {
    this.#hash.update(octets);
    this.#size += octets.length;
  }

  result(): { size: number; sha256: string } {
    return { size: this.#size, sha256: this.#hash.digest('hex') };
  }
}

class Writer {
  readonly written = new Tally();
  readonly #file: DiskFile;
  readonly #path: string;
  #waiting: Buffer[] = [];
  #waitingSize = 0;

  constructor(file: DiskFile, path: string) {
    this.#file = file;
    this.#path = path;
  }

  async write(octets: Buffer): Promise<void> {
    if (octets.length === 0) return;
    this.written.add(octets);
    this.#waiting.push(octets);
    this.#waitingSize += octets.length;
    if (this.#waitingSize >= writeSize) await this.flush();
  }

  async flush(): Promise<void> {
    const [first, ...rest] = this.#waiting;
    if (first === undefined) return;
    const octets = rest.length === 0 ? first : Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#waitingSize = 0;
    await this.#writeAll(octets);
  }

  /** write(2) takes a part alone when the disk is about to be full; the next call then says ENOSPC. */
  async #writeAll(octets: Buffer): Promise<void> {
    for (let at = 0; at < octets.length;) {
      try {
        at += (await this.#file.write(octets, at, octets.length - at)).bytesWritten;
      } catch (error) {
        throw diskError(error, this.#path);
      }
    }
  }
}
