/** Compares two files octet by octet. */

import type { DiskFile } from '../../../disk/disk.ts';

const longestRead = 256 * 1024;

/** Both are of this size. */
export async function hasSameOctets(
  one: DiskFile,
  other: DiskFile,
  size: number,
): Promise<boolean> {
  const length = Math.min(size, longestRead);
  const buffers = [Buffer.allocUnsafe(length), Buffer.allocUnsafe(length)] as const;
  for (let at = 0; at < size; at += length) {
    const [first, second] = await Promise.all([
      readAt(one, buffers[0], at),
      readAt(other, buffers[1], at),
    ]);
    if (!first.equals(second)) return false;
  }
  return true;
}

/** As much as there is room for, or up to the end. */
async function readAt(file: DiskFile, buffer: Buffer, position: number): Promise<Buffer> {
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await file.read(
      buffer,
      length,
      buffer.length - length,
      position + length,
    );
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return buffer.subarray(0, length);
}
