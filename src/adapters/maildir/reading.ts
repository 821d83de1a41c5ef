/** Reads the octets of a message, wherever a reader has put it. */

import { basename } from 'node:path';
import type { DiskFile } from '../../disk/disk.ts';
import { StorageError } from '../../errors.ts';
import { LfToCrlf } from '../../wire/crlf.ts';
import { explained } from './mail-disk.ts';
import type { MailFolder } from './mail-folder.ts';

const readSize = 64 * 1024;

/** As they are on disk. StorageError (message) where the file is gone. */
export async function* readMessage(folder: MailFolder, base: string): AsyncGenerator<Buffer> {
  const opened = await folder.withFile(base, async (place) => {
    const path = folder.pathOf(base, place);
    return { path, file: await folder.tools.disk.open(path, 'r') };
  });
  if (opened === null) throw isGone(folder, base);
  try {
    yield* octetsOf(opened.file, opened.path);
  } finally {
    await opened.file.close();
  }
}

/** As they go over the wire. */
export async function* readForWire(folder: MailFolder, base: string): AsyncGenerator<Buffer> {
  const lineEnds = new LfToCrlf();
  for await (const octets of readMessage(folder, base)) yield lineEnds.push(octets);
}

async function* octetsOf(file: DiskFile, path: string): AsyncGenerator<Buffer> {
  for (let at = 0; ;) {
    const buffer = Buffer.allocUnsafe(readSize);
    const { bytesRead } = await explained(path, file.read(buffer, 0, readSize, at));
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
    at += bytesRead;
  }
}

function isGone(folder: MailFolder, base: string): StorageError {
  return new StorageError(`the message ${base} is gone from ${basename(folder.path)}`, {
    reach: 'message',
    remedy: 'Another program has removed it; nothing needs to be done.',
  });
}
