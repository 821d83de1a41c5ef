/** News of one folder: IDLE (RFC 2177), issued anew before the server takes us for gone. */

import type { StatusLine } from '../answers/status-line.ts';
import type { DataLine } from '../answers/line.ts';
import { examine } from '../folders/examine.ts';
import { MailboxNames } from '../folders/mailbox-names.ts';
import type { NewsQueue } from './news-queue.ts';
import { promised } from './until.ts';
import { unwilling, type WatchedLine } from './watched-line.ts';

/** A server that ends IDLE by itself is not asked more often. */
const fastestMs = 10_000;

/** Listens until the connection ends, and rejects then. Errors of EXAMINE reach `folder`. */
export async function keepIdle(line: WatchedLine, news: NewsQueue, path: string): Promise<never> {
  const { exists } = await examine(line.connection, new MailboxNames().wire(path));
  const isNews = newsOf(exists);
  let begun = promised<'begun'>();
  line.listen({
    data: (told) => {
      if (isNews(told)) news.add(path);
    },
    continuation: () => begun.resolve('begun'),
  });
  for (let first = true; ; first = false) {
    const at = line.now();
    const ended = line.say('IDLE');
    begun = promised();
    const refused = await line.answered(Promise.race([begun.promise, ended]));
    if (refused !== 'begun') throw unwilling(refused);
    if (first) news.add(null);
    await idleUntilDone(line, ended);
    await line.pauseUntil(at + fastestMs);
  }
}

async function idleUntilDone(line: WatchedLine, ended: Promise<StatusLine>): Promise<void> {
  if ((await line.quiet(ended)) !== null) return;
  line.connection.writeLine('DONE');
  await line.answered(ended);
}

/** Some servers tell every few minutes how many there are, to show that they are there. */
function newsOf(before: number | null): (line: DataLine) => boolean {
  let known = before;
  return ({ keyword, number }) => {
    switch (keyword) {
      case 'EXISTS': {
        const isNews = number !== known;
        known = number;
        return isNews;
      }
      case 'EXPUNGE':
        known = known === null ? null : known - 1;
        return true;
      case 'VANISHED':
        known = null;
        return true;
      case 'FETCH':
        return true;
      default:
        return false;
    }
  };
}
