/** The header of a message without its body. */

import { UidSet } from '../../../core/sync/uid-set.ts';
import { RefusedError } from '../../../errors.ts';
import { failure } from '../answers/failure.ts';
import { readFetchLine } from '../answers/fetch-line.ts';
import type { DataLine } from '../answers/line.ts';
import { RefusedCommand } from '../answers/refusal.ts';
import { atom, sequence } from '../answers/tokens.ts';
import type { ImapConnection } from '../connection.ts';
import { stillThere } from './search.ts';

/** What the connection takes as one string leaves room for more. */
const longest = 512 * 1024;

/** As OpenFolder.header. Errors reach `folder`, or `message` where the server gives it not, or not to its end. */
export async function headerOf(connection: ImapConnection, uid: number): Promise<Buffer | null> {
  try {
    const header = await ask(connection, uid);
    // Nothing at all is mostly a message that is gone (see isEmpty in fetching/arrivals).
    if (header !== null && header.length > 0) return checked(header);
    await connection.run('NOOP', []);
    if ((await stillThere(connection, UidSet.of([uid]))).isEmpty) return null;
    throw notGiven('the server does not give the header of a message');
  } catch (error) {
    throw failure(error, 'the header of a message cannot be read', 'folder');
  }
}

async function ask(connection: ImapConnection, uid: number): Promise<Buffer | null> {
  let octets: Buffer | null = null;
  const data = {
    FETCH: (line: DataLine) => {
      const told = readFetchLine(line);
      if (told.uid === uid) octets = told.header ?? octets;
    },
  };
  const header = { ...atom('BODY.PEEK'), section: [atom('HEADER')], partial: [0, longest] };
  const items = [atom('UID'), header];
  try {
    await connection.run('UID FETCH', [sequence(String(uid)), items], { data });
  } catch (error) {
    if (!(error instanceof RefusedCommand)) throw error;
  }
  return octets;
}

function checked(header: Buffer): Buffer {
  if (header.length < longest) return header;
  throw notGiven('the header of a message is too long');
}

function notGiven(what: string): RefusedError {
  return new RefusedError(what, {
    reach: 'message',
    retry: 'later',
    layer: 'session',
    remedy: 'It is tried again at the next sync.',
  });
}
