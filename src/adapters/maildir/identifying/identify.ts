/** What files of mail are, whoever named them: each is read once, as it would go over the wire. */

import { createHash, hash } from 'node:crypto';
import type { DiskFile } from '../../../disk/disk.ts';
import type { LocalIdentity } from '../../../ports/receiving/mail-store.ts';
import { LfToCrlf, toCrlf } from '../../../wire/crlf.ts';
import { hashOfMessageId, longestHeader, messageIdOf } from '../../../wire/message-id.ts';
import { eachInParallel } from '../delivering/parallel.ts';
import type { MailFolder } from '../mail-folder.ts';

/** Files up to this many octets are read at once. */
const wholeSize = 256 * 1024;

type Content = Pick<LocalIdentity, 'wireSize' | 'wireSha256'> & { readonly beginning: Buffer };

/** In the order given; what is gone, or is no file, is left out. */
export async function identify(
  folder: MailFolder,
  bases: readonly string[],
): Promise<readonly LocalIdentity[]> {
  const found = new Map<string, LocalIdentity>();
  await eachInParallel(bases, async (base) => {
    const identity = await identifyOne(folder, base);
    if (identity !== null) found.set(base, identity);
  });
  return bases.flatMap((base) => found.get(base) ?? []);
}

async function identifyOne(folder: MailFolder, base: string): Promise<LocalIdentity | null> {
  return folder.withFile(base, async (place) => {
    const file = await folder.tools.disk.open(folder.pathOf(base, place), 'r');
    try {
      const stats = await file.stat();
      if (!stats.isFile()) return null;
      const content = stats.size > wholeSize ? await inParts(file) : await whole(file, stats.size);
      return identityOf(base, content, stats.mtimeMs);
    } finally {
      await file.close();
    }
  });
}

function identityOf(
  base: string,
  { wireSize, wireSha256, beginning }: Content,
  mtimeMs: number,
): LocalIdentity {
  const id = messageIdOf(beginning);
  return {
    base,
    wireSize,
    wireSha256,
    messageIdHash: hashOfMessageId(id),
    messageId: id?.replaceAll('\r', '') ?? null,
    internalDate: Math.floor(mtimeMs),
  };
}

/** One octet more is asked for than there should be: a shorter read than that is the end. */
async function whole(file: DiskFile, size: number): Promise<Content> {
  const buffer = Buffer.allocUnsafe(size + 1);
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await file.read(buffer, length, buffer.length - length, length);
    length += bytesRead;
    if (bytesRead === 0 || length === size) break;
  }
  // It grew since: somebody still writes it.
  if (length > size) return inParts(file);
  const beginning = buffer.subarray(0, length);
  const wire = toCrlf(beginning);
  return { wireSize: wire.length, wireSha256: hash('sha256', wire, 'hex'), beginning };
}

async function inParts(file: DiskFile): Promise<Content> {
  const digest = createHash('sha256');
  const lineEnds = new LfToCrlf();
  let wireSize = 0;
  let beginning: Buffer = Buffer.alloc(0);
  for (let at = 0; ;) {
    const buffer = Buffer.allocUnsafe(wholeSize);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
    if (bytesRead === 0) return { wireSize, wireSha256: digest.digest('hex'), beginning };
    const octets = buffer.subarray(0, bytesRead);
    if (beginning.length < longestHeader) beginning = Buffer.concat([beginning, octets]);
    const wire = lineEnds.push(octets);
    digest.update(wire);
    wireSize += wire.length;
    at += bytesRead;
  }
}
