/** APPEND to a server in memory. */

import { RefusedError, StorageError, TemporaryError, asPosthornError } from '../../src/errors.ts';
import type { Upload, Uploaded } from '../../src/ports/receiving/mailbox-source.ts';
import type { MemoryMailboxSession } from './memory-mailbox-session.ts';

/** Larger ones are begun before their size is known. */
const wholeOctets = 256 * 1024;

/** As MailboxSession.upload does with one. */
export async function appendTo(
  session: MemoryMailboxSession,
  path: string,
  upload: Upload,
): Promise<Uploaded> {
  const octets = await readAll(upload).catch(asPosthornError);
  if (!Buffer.isBuffer(octets)) {
    if (octets.reach !== 'message') throw octets;
    return { kind: 'unsent', error: octets };
  }
  await session.ask('append');
  const { server } = session;
  if (octets.length !== upload.size) {
    if (upload.size <= wholeOctets) return { kind: 'unsent', error: changed() };
    session.spent = true;
    throw new TemporaryError('the file of a message changed while it was sent');
  }
  const folder = session.existing(path);
  const text = octets.toString();
  if (server.faults.isFull) throw new TemporaryError('the server has no room', { reach: 'folder' });
  if (server.faults.unwelcome.has(text)) return { kind: 'refused', error: unwelcome() };
  const { flags, keywords, internalDate } = upload;
  const { id } = folder.add({ text, flags, keywords, internalDate });
  await session.done('append');
  if (!server.can.uidPlus) return { kind: 'uploaded', uid: null, uidValidity: null };
  const uid = Number(id) + (server.faults.tellsWrongUids ? 1 : 0);
  return { kind: 'uploaded', uid, uidValidity: folder.uidValidity };
}

async function readAll({ octets }: Upload): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of octets()) pieces.push(piece);
  return Buffer.concat(pieces);
}

function changed(): StorageError {
  return new StorageError('the file of the message changed while it was read', {
    reach: 'message',
  });
}

function unwelcome(): RefusedError {
  return new RefusedError('the server does not take it', { reach: 'message', retry: 'later' });
}
