/** Writes messages whose octets are all here, on Node's thread: for a small file a wait costs more than the work. */

import { hash } from 'node:crypto';
import { errorCode } from '../../../disk/disk.ts';
import type { DiskNow } from '../../../disk/disk-now.ts';
import type { Delivery } from '../../../ports/receiving/mail-store.ts';
import { toLfInPlace } from '../../../wire/crlf.ts';
import { messageIdHash } from '../../../wire/message-id.ts';
import { diskError } from '../mail-disk.ts';
import { mtimeOf, noSuchDate, type Written } from './written.ts';

/** Messages up to this many octets share one buffer. */
const roomSize = 256 * 1024;

export class WholeBodies {
  readonly #disk: DiskNow;
  #room: Buffer | null = null;

  constructor(disk: DiskNow) {
    this.#disk = disk;
  }

  /** A new file at `path` (0600), its mtime the internal date, not fsynced. StorageError where the disk fails; what there is of the file stays. */
  write(
    path: string,
    octets: readonly Buffer[],
    delivery: Pick<Delivery, 'internalDate'>,
  ): Written {
    const wire = this.#joined(octets);
    const wireSize = wire.length;
    const wireSha256 = hash('sha256', wire, 'hex');
    const disk = wire.subarray(0, toLfInPlace(wire));
    this.#writeFile(path, disk, mtimeOf(delivery.internalDate));
    return { wireSize, wireSha256, size: disk.length, messageIdHash: messageIdHash(disk) };
  }

  #joined(octets: readonly Buffer[]): Buffer {
    const size = octets.reduce((sum, { length }) => sum + length, 0);
    const room = size > roomSize ? Buffer.allocUnsafe(size) : this.#shared();
    let at = 0;
    for (const part of octets) at += part.copy(room, at);
    return room.subarray(0, size);
  }

  #shared(): Buffer {
    this.#room ??= Buffer.allocUnsafe(roomSize);
    return this.#room;
  }

  #writeFile(path: string, octets: Buffer, mtime: Date | null): void {
    try {
      const descriptor = this.#disk.open(path, 0o600);
      try {
        this.#writeAll(descriptor, octets);
        if (mtime !== null) this.#setTime(descriptor, mtime);
      } finally {
        this.#disk.close(descriptor);
      }
    } catch (error) {
      throw diskError(error, path);
    }
  }

  /** write(2) takes a part alone when the disk is about to be full; the next call then says ENOSPC. */
  #writeAll(descriptor: number, octets: Buffer): void {
    for (let at = 0; at < octets.length;)
      at += this.#disk.write(descriptor, octets, at, octets.length - at);
  }

  #setTime(descriptor: number, mtime: Date): void {
    try {
      this.#disk.utimes(descriptor, mtime);
    } catch (error) {
      if (!noSuchDate.includes(errorCode(error) ?? '')) throw error;
    }
  }
}
