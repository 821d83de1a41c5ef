/** Message-IDs of messages that are not fetched: their headers alone (TOP, RFC 1939 section 7). */

import type { ListedMail } from '../../core/maildrop/maildrop.ts';
import type { MessageBody } from '../../ports/receiving/message-body.ts';
import { longestHeader, messageIdHash } from '../../wire/message-id.ts';
import type { Retrieval } from './retrieve.ts';

/** By id, those alone that the server gave; null where it gave none of several or one, so it has no TOP. */
export async function readMessageIds(
  mail: readonly ListedMail[],
  retrieval: Retrieval,
): Promise<ReadonlyMap<string, string | null> | null> {
  const found = new Map<string, string | null>();
  for await (const batch of retrieval.batches())
    for (const each of batch)
      if (each.kind === 'message')
        found.set(each.mail.id, messageIdHash(await beginning(each.body)));
  return found.size === 0 && mail.length > 0 ? null : found;
}

async function beginning(body: MessageBody): Promise<Buffer> {
  if (body.kind === 'whole') return Buffer.concat(body.octets);
  const pieces: Buffer[] = [];
  let octets = 0;
  for await (const piece of body.chunks) {
    pieces.push(piece);
    octets += piece.length;
    if (octets > longestHeader) break;
  }
  return Buffer.concat(pieces);
}
