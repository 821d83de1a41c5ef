/** News of many folders on one connection: NOTIFY (RFC 5465). */

import { UnreadableLine, type DataLine } from '../answers/line.ts';
import { readStatusData } from '../answers/list-line.ts';
import { RefusedCommand } from '../answers/refusal.ts';
import { astring, atom, type TokenNode } from '../answers/tokens.ts';
import { UnreadableAnswer, type ImapConnection } from '../connection.ts';
import { MailboxNames } from '../folders/mailbox-names.ts';
import type { NewsQueue } from './news-queue.ts';
import { promised } from './until.ts';
import { unwilling, type WatchedLine } from './watched-line.ts';

/** RFC 5465, section 5: whoever wants to hear of flags must want these too, not the other way round. */
const fewestEvents = ['MessageNew', 'MessageExpunge'];
const allEvents = [...fewestEvents, 'FlagChange'];

/** RFC 7162, section 4: longer lines are not for every server. */
const longestNames = 7_500;

/** Asks for it; false where the server does not want to, or can't. */
export async function startNotify(
  { connection }: WatchedLine,
  paths: readonly string[],
): Promise<boolean> {
  for (const filters of filtersFor(paths)) {
    for (const events of [allEvents, fewestEvents]) {
      const groups = filters.map((filter) => [...filter, events.map(atom)]);
      const answer = await ask(connection, groups);
      if (answer === 'OK') return true;
      if (answer !== 'BADEVENT') break;
    }
  }
  return false;
}

type Filter = readonly TokenNode[];

/** What may be asked for, the best first. */
function filtersFor(paths: readonly string[]): readonly (readonly Filter[])[] {
  const wires = paths.map((path) => new MailboxNames().wire(path));
  const plain = fitting(wires.filter(isPlain));
  const personal = [atom('personal')];
  if (plain.length === 0) return [[personal]];
  const named = [atom('mailboxes'), plain.map(astring)];
  return [plain.length === wires.length ? [named] : [named, personal], [personal]];
}

/** Dovecot (2.3) takes any other name here, and tells nothing of it: it compares the wire's form with its own. */
function isPlain(wire: string): boolean {
  return !wire.includes('&');
}

function fitting(wires: readonly string[]): readonly string[] {
  let length = 0;
  return wires.filter((wire) => (length += wire.length + 3) <= longestNames);
}

/**
 * OK, or the response code of the refusal. The STATUS of each folder, with which the answer begins, is no news; but Dovecot (2.3)
 * counts changes from there on alone, and would be silent about flags.
 */
async function ask(connection: ImapConnection, groups: TokenNode[]): Promise<string> {
  try {
    await connection.run('NOTIFY', [atom('SET'), atom('STATUS'), ...groups]);
    return 'OK';
  } catch (error) {
    if (error instanceof RefusedCommand) return error.refusal.code;
    if (error instanceof UnreadableAnswer) return '';
    throw error;
  }
}

/** Listens, and says something now and then; returns once the server tells no more (RFC 5465, section 5.8). */
export async function keepNotified(
  line: WatchedLine,
  news: NewsQueue,
  paths: readonly string[],
): Promise<void> {
  const overflow = promised<true>();
  const places = placesOf(paths);
  line.listen({
    data: (told) => {
      if (told.keyword === 'STATUS') for (const path of places(told)) news.add(path);
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

/**
 * Of which folders a STATUS may be, none where nobody watches it. Dovecot (2.3) writes names in UTF-8 here, and in no modified
 * UTF-7: a name that can be read both ways is taken both ways.
 */
function placesOf(paths: readonly string[]): (line: DataLine) => readonly (string | null)[] {
  const names = new MailboxNames();
  const watched = new Set(paths);
  return (line) => {
    try {
      const { wire } = readStatusData(line);
      return [names.path(wire), wire].filter((path) => watched.has(path));
    } catch (error) {
      if (error instanceof UnreadableLine) return [null];
      throw error;
    }
  };
}
