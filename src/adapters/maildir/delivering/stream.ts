/** Writes a message as it comes, waiting for the disk: a large one never stands in memory. */

import { createHash } from 'node:crypto';
import { nullOn, type Disk, type DiskFile } from '../../../disk/disk.ts';
import { writeAll } from '../../../disk/durable.ts';
import type { Delivery } from '../../../ports/receiving/mail-store.ts';
import type { MessageBody } from '../../../ports/receiving/message-body.ts';
import { CrlfToLf } from '../../../wire/crlf.ts';
import { longestHeader, messageIdHash } from '../../../wire/message-id.ts';
import { explained } from '../mail-disk.ts';
import { mtimeOf, noSuchDate, type Written } from './written.ts';

/** Octets gathered before a write: most messages take one. */
const writeSize = 256 * 1024;

/**
 * A new file at `path` (0600), its mtime the internal date, not fsynced. Errors of the body pass unchanged, errors of the disk
 * become StorageError; after either what there is of the file stays.
 */
export async function writeWaiting(
  disk: Disk,
  path: string,
  { body, internalDate }: Pick<Delivery, 'body' | 'internalDate'>,
): Promise<Written> {
  const file = await explained(path, disk.open(path, 'wx', 0o600));
  try {
    const written = await writeBody(new Writer(file, path), body);
    await explained(path, setTime(file, mtimeOf(internalDate)));
    return written;
  } finally {
    await explained(path, file.close());
  }
}

async function writeBody(writer: Writer, body: MessageBody): Promise<Written> {
  const wire = createHash('sha256');
  let wireSize = 0;
  const lineEnds = new CrlfToLf();
  for await (const chunk of body.kind === 'whole' ? body.octets : body.chunks) {
    wire.update(chunk);
    wireSize += chunk.length;
    await writer.write(lineEnds.push(chunk));
  }
  await writer.write(lineEnds.end());
  await writer.flush();
  const { size, messageIdHash: id } = writer.written();
  return { wireSize, wireSha256: wire.digest('hex'), size, messageIdHash: id };
}

async function setTime(file: DiskFile, mtime: Date | null): Promise<void> {
  if (mtime !== null) await nullOn(noSuchDate, file.utimes(mtime, mtime));
}

class Writer {
  readonly #file: DiskFile;
  readonly #path: string;
  #waiting: Buffer[] = [];
  #waitingSize = 0;
  #size = 0;
  readonly #header: Buffer[] = [];
  #headerSize = 0;

  constructor(file: DiskFile, path: string) {
    this.#file = file;
    this.#path = path;
  }

  async write(octets: Buffer): Promise<void> {
    if (octets.length === 0) return;
    this.#size += octets.length;
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
    this.#keepHeader(octets);
    await explained(this.#path, writeAll(this.#file, octets));
  }

  /** A copy: what came from the socket is let go once it is written. */
  #keepHeader(octets: Buffer): void {
    if (this.#headerSize >= longestHeader) return;
    const part = Buffer.from(octets.subarray(0, longestHeader - this.#headerSize));
    this.#header.push(part);
    this.#headerSize += part.length;
  }

  written(): Pick<Written, 'size' | 'messageIdHash'> {
    return { size: this.#size, messageIdHash: messageIdHash(Buffer.concat(this.#header)) };
  }
}
