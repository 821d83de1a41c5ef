/** The content of a file of mail: its form on the wire, and its Message-ID. */

import { createHash, hash } from 'node:crypto';
import type { DiskFile } from '../../../disk/disk.ts';
import type { LocalIdentity } from '../../../ports/receiving/mail-store.ts';
import { LfToCrlf, toCrlf } from '../../../wire/crlf.ts';
import { hashOfMessageId, longestHeader, messageIdOf } from '../../../wire/message-id.ts';

export interface Content {
  readonly wireSize: number;
  readonly wireSha256: string;
  readonly messageId: string | null;
}

const partSize = 256 * 1024;

export function identityOf(
  base: string,
  { wireSize, wireSha256, messageId }: Content,
  mtimeMs: number,
): LocalIdentity {
  return {
    base,
    wireSize,
    wireSha256,
    messageIdHash: hashOfMessageId(messageId),
    messageId: messageId?.replaceAll('\r', '') ?? null,
    internalDate: Math.floor(mtimeMs),
  };
}

export function wholeContent(octets: Buffer): Content {
  const wire = toCrlf(octets);
  const wireSha256 = hash('sha256', wire, 'hex');
  return { wireSize: wire.length, wireSha256, messageId: messageIdOf(octets) };
}

/** For one that should not stand in memory as a whole. */
export async function contentInParts(file: DiskFile): Promise<Content> {
  const digest = createHash('sha256');
  const lineEnds = new LfToCrlf();
  let wireSize = 0;
  let beginning: Buffer = Buffer.alloc(0);
  for (let at = 0; ;) {
    const part = Buffer.allocUnsafe(partSize);
    const { bytesRead } = await file.read(part, 0, part.length, at);
    if (bytesRead === 0) break;
    const octets = part.subarray(0, bytesRead);
    if (beginning.length < longestHeader) beginning = Buffer.concat([beginning, octets]);
    const wire = lineEnds.push(octets);
    digest.update(wire);
    wireSize += wire.length;
    at += bytesRead;
  }
  return { wireSize, wireSha256: digest.digest('hex'), messageId: messageIdOf(beginning) };
}
