/** Fetching messages in the given order, the next ones on the wire while these are written. */

import type { RemoteMessage } from '../../core/sync/message.ts';
import type { IncomingMessage } from '../../ports/mailbox-source.ts';
import { UnreadableAnswer, type ImapConnection } from './connection.ts';
import { fetchBatch, notGiven, type Arrival, type Batch } from './fetch-batch.ts';
import { bodyOf, fetchPart, octetsHeld, type UnreadOctets } from './fetch-body.ts';
import { groupForFetch, type FetchGroup } from './fetch-groups.ts';

/** The next set is asked for once no more than this lies unread: two sets stand in memory then, and one is on its way. */
const unreadLimit = 8 * 1024 * 1024;

export interface FetchContext {
  readonly connection: ImapConnection;
  readonly unread: UnreadOctets;
  /** How long to wait for the caller to read, before the next set is fetched all the same. */
  readonly patienceMs: number;
  /** Throws once another folder was opened: the numbers would speak of other messages. */
  readonly assertOpen: () => void;
}

/** Errors: what ends the connection or the folder, after everything that had arrived before. */
export async function* fetchMessages(
  context: FetchContext,
  messages: readonly RemoteMessage[],
): AsyncGenerator<IncomingMessage> {
  const groups = groupForFetch(messages);
  let ahead = start(context, groups.shift());
  while (ahead !== undefined) {
    const { arrivals, error } = await ahead;
    ahead = error === undefined ? start(context, groups.shift()) : undefined;
    yield* deliver(context, arrivals);
    if (error !== undefined) throw error;
  }
}

function start(context: FetchContext, group: FetchGroup | undefined): Promise<Batch> | undefined {
  return group === undefined ? undefined : takeIn(context, group);
}

/** Never rejects. */
async function takeIn(context: FetchContext, group: FetchGroup): Promise<Batch> {
  const { connection, unread, patienceMs } = context;
  await unread.below(unreadLimit, patienceMs, (wake) => connection.onLost(wake));
  try {
    context.assertOpen();
  } catch (error) {
    return { arrivals: [], error };
  }
  return await fetchBatch(connection, group);
}

function* deliver(context: FetchContext, arrivals: readonly Arrival[]): Generator<IncomingMessage> {
  // Counted as soon as they are here, not when the caller comes to them.
  const held = arrivals.map((arrival) => context.unread.hold(octetsHeld(arrival)));
  let next = 0;
  try {
    for (const arrival of arrivals) {
      const release = held[next++] ?? (() => {});
      const more = async (offset: number) => await part(context, arrival.message, offset);
      yield { message: arrival.message, body: bodyOf(arrival, more, release) };
    }
  } finally {
    for (const release of held.slice(next)) release();
  }
}

async function part(
  context: FetchContext,
  message: RemoteMessage,
  offset: number,
): Promise<Buffer> {
  context.assertOpen();
  try {
    return await fetchPart(context.connection, message, offset);
  } catch (error) {
    if (error instanceof UnreadableAnswer) throw notGiven('its answer is no valid IMAP');
    throw error;
  }
}
