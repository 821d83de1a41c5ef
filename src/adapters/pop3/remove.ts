/** Deleting on the server: DELE marks, QUIT does it (RFC 1939 sections 5 and 6). */

import type { RemoteId, RemoteMessage } from '../../core/sync/message.ts';
import type { Pop3Connection } from './connection.ts';
import { refusal } from './reply.ts';
import { numberOf } from './retrieve.ts';

/** The ids whose DELE was acknowledged, once QUIT was too. Those that share a UIDL are left where they are. */
export async function removeMessages(
  connection: Pop3Connection,
  messages: readonly RemoteMessage[],
  window: number,
): Promise<readonly RemoteId[]> {
  const wanted = messages.filter(({ sharedUidl }) => sharedUidl === undefined);
  const marked: RemoteId[] = [];
  for (let at = 0; at < wanted.length; at += window) {
    const some = wanted.slice(at, at + window);
    connection.send(some.map((message) => `DELE ${numberOf(message)}`));
    for (const message of some) {
      if ((await connection.reply()).kind === 'ok') marked.push(message.id);
    }
  }
  const reply = await connection.command('QUIT', 'slow');
  if (reply.kind === 'ok') return marked;
  throw refusal('to delete messages at QUIT', reply, { layer: 'session' });
}
