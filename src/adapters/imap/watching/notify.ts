/** News of many folders on one connection: NOTIFY (RFC 5465). */

import { RefusedCommand } from '../answers/refusal.ts';
import { UnreadableLine, type DataLine } from '../answers/line.ts';
import { readStatusData } from '../answers/list-line.ts';
import { astring, atom, type TokenNode } from '../answers/tokens.ts';
import { UnreadableAnswer } from '../connection.ts';
import { MailboxNames } from '../folders/mailbox-names.ts';
import type { NewsQueue } from './news-queue.ts';
import { promised } from './until.ts';
import { unwilling, type WatchedLine } from './watched-line.ts';

/** RFC 5465, section 5: whoever wants to hear of flags must want the others too, not the other way round. */
const fewestEvents = ['MessageNew', 'MessageExpunge'];
const allEvents = [...fewestEvents, 'FlagChange'];

/** RFC 7162, section 4: longer lines are not for every server. */
const longestCommand = 8_000;

/** What the server took: these folders alone, or all of one's own. */
export type Notified = 'mailboxes' | 'personal';

/**
 * Asks for it; null where the server does not want to, or can't. Without the STATUS of the command: whoever hears that the
 * watch has begun looks at everything by itself.
 */
export async function startNotify(
  { connection }: WatchedLine,
  paths: readonly string[],
): Promise<Notified | null> {
  const names = new MailboxNames();
  const wires = paths.map((path) => names.wire(path));
  const length = wires.reduce((sum, wire) => sum + wire.length + 3, 0);
  for (const which of length > longestCommand ? others : every) {
    const filter = which === 'personal' ? [atom(which)] : [atom(which), wires.map(astring)];
    for (const events of [allEvents, fewestEvents]) {
      const answer = await ask(filter, events);
      if (answer === 'OK') return which;
      if (answer !== 'BADEVENT') break;
    }
  }
  return null;

  async function ask(filter: readonly TokenNode[], events: readonly string[]): Promise<string> {
    try {
      await connection.run('NOTIFY', [atom('SET'), [...filter, events.map(atom)]]);
      return 'OK';
    } catch (error) {
      if (error instanceof RefusedCommand) return error.refusal.code;
      if (error instanceof UnreadableAnswer) return '';
      throw error;
    }
  }
}

const every: readonly Notified[] = ['mailboxes', 'personal'];
const others: readonly Notified[] = ['personal'];

/** Listens, and says something now and then; returns once the server tells no more (RFC 5465, section 5.8). */
export async function keepNotified(
  line: WatchedLine,
  news: NewsQueue,
  paths: readonly string[],
  notified: Notified,
): Promise<void> {
  const overflow = promised<true>();
  const place = placeOf(paths, notified);
  line.listen({
    data: (told) => {
      const path = told.keyword === 'STATUS' ? place(told) : undefined;
      if (path !== undefined) news.add(path);
    },
    status: ({ code }) => {
      if (code === 'NOTIFICATIONOVERFLOW') overflow.resolve(true);
    },
  });
  news.add(null);
  while ((await line.quiet(overflow.promise)) === null) {
    const answer = await line.answered(line.say('NOOP'));
    if (answer.status !== 'OK') throw unwilling(answer);
  }
}

/** Which folder a STATUS is of; null where its name can't be told, undefined where nobody watches it. */
function placeOf(
  paths: readonly string[],
  notified: Notified,
): (line: DataLine) => string | null | undefined {
  const names = new MailboxNames();
  const watched = new Set(paths);
  return (line) => {
    try {
      const path = names.path(readStatusData(line).wire);
      if (watched.has(path)) return path;
      // Nothing else was asked for, so it is one of ours in another spelling.
      return notified === 'mailboxes' ? null : undefined;
    } catch (error) {
      if (error instanceof UnreadableLine) return null;
      throw error;
    }
  };
}
