/** The octets of a message before they are sent: what is small is read whole, so that nothing goes wrong once it is begun. */

import { asPosthornError, StorageError, type PosthornError } from '../../../errors.ts';
import type { Upload } from '../../../ports/receiving/mailbox-source.ts';

export type Octets =
  | { readonly kind: 'whole'; readonly octets: Buffer }
  /** Its first piece is here, so that the file is known to be there. */
  | { readonly kind: 'stream'; readonly first: Buffer; readonly rest: AsyncIterator<Buffer> }
  | { readonly kind: 'unsent'; readonly error: PosthornError };

/** Larger ones are streams. */
export const wholeOctets = 256 * 1024;

/** Throws what reaches further than the message. */
export async function takeOctets(upload: Upload): Promise<Octets> {
  try {
    const pieces = upload.octets()[Symbol.asyncIterator]();
    if (upload.size <= wholeOctets) return await readWhole(pieces, upload.size);
    const first = await pieces.next();
    if (first.done !== true) return { kind: 'stream', first: first.value, rest: pieces };
    return { kind: 'unsent', error: changed() };
  } catch (thrown) {
    const error = asPosthornError(thrown);
    if (error.reach !== 'message') throw error;
    return { kind: 'unsent', error };
  }
}

async function readWhole(pieces: AsyncIterator<Buffer>, size: number): Promise<Octets> {
  const read: Buffer[] = [];
  let length = 0;
  for (;;) {
    const piece = await pieces.next();
    if (piece.done === true) break;
    read.push(piece.value);
    length += piece.value.length;
    if (length <= size) continue;
    await pieces.return?.();
    break;
  }
  if (length !== size) return { kind: 'unsent', error: changed() };
  return { kind: 'whole', octets: Buffer.concat(read) };
}

function changed(): StorageError {
  return new StorageError('the file of the message changed while it was read', {
    reach: 'message',
    remedy: 'It is tried again at the next sync.',
  });
}
