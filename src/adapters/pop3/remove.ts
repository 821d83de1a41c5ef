/** Deleting on the server: DELE marks, QUIT does it (RFC 1939 sections 5 and 6). */

import type { ListedMail } from '../../core/maildrop/maildrop.ts';
import { outOfStep, type Pop3Connection } from './connection.ts';
import { refusal, type Reply } from './reply.ts';

/** DELE in flight where the server says PIPELINING: commands and answers are some 20 octets each. */
const window = 1000;

/**
 * The ids whose DELE was acknowledged, once QUIT was too. Those that share a UIDL are left where they are. QUIT is said only where
 * every answer so far belongs to its command: a connection that breaks before deletes nothing.
 */
export async function removeMail(
  connection: Pop3Connection,
  mail: readonly ListedMail[],
  pipelining: boolean,
): Promise<readonly string[]> {
  const wanted = mail.filter(({ sharedUidl }) => sharedUidl === undefined);
  const marked: string[] = [];
  connection.checkInStep();
  const step = pipelining ? window : 1;
  for (let at = 0; at < wanted.length; at += step) {
    const some = wanted.slice(at, at + step);
    connection.send(some.map(({ number }) => `DELE ${number}`));
    for (const { id } of some) if (isDone(connection, await connection.reply())) marked.push(id);
    connection.checkInStep();
  }
  const reply = await connection.command('QUIT', 'slow');
  if (isDone(connection, reply)) return marked;
  throw refusal('to delete messages at QUIT', reply, { layer: 'session' });
}

function isDone({ peer }: Pop3Connection, { kind }: Reply): boolean {
  if (kind === 'continue') throw outOfStep(peer);
  return kind === 'ok';
}
