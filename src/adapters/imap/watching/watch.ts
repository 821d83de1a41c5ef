/** Watches the folders of an account: by NOTIFY where the server has it, else by IDLE, on a connection of its own. */

import { InternalError, RefusedError, TemporaryError } from '../../../errors.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { FolderNews } from '../../../ports/receiving/mailbox-source.ts';
import type { LoginInput } from '../connecting/login.ts';
import { openConnection, type Timeouts } from '../connecting/open-connection.ts';
import { keepIdle } from './idle.ts';
import { NewsQueue } from './news-queue.ts';
import { keepNotified, startNotify } from './notify.ts';
import type { QuietTimes } from './quiet-times.ts';
import { untilSuspended } from './suspend.ts';
import { WatchedLine } from './watched-line.ts';

export interface WatchInput extends LoginInput {
  /** At least one. */
  readonly paths: readonly string[];
  readonly timeouts: Timeouts;
  readonly clock: Clock;
  readonly quietTimes: QuietTimes;
}

/** TCP's own sign of life: routers forget connections that are quieter, and a dead line is noticed. */
const keepAliveMs = 120_000;

/** As MailboxSource.watch; RefusedError where the server offers neither way. */
export async function* watchFolders(
  input: WatchInput,
  signal: AbortSignal,
): AsyncGenerator<FolderNews> {
  if (input.paths.length === 0) throw new InternalError('no folder was named to be watched');
  try {
    yield* watchBy(['NOTIFY', 'IDLE'], input, signal);
    // RFC 5465, section 5.8: on that connection nothing is told any more, of an open folder neither.
    yield* watchBy(['IDLE'], input, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

type Way = 'NOTIFY' | 'IDLE';

/** Returns once the server has stopped telling, though the connection stands. */
async function* watchBy(
  ways: readonly Way[],
  input: WatchInput,
  signal: AbortSignal,
): AsyncGenerator<FolderNews, void> {
  const { clock, quietTimes, server } = input;
  const { connection } = await openConnection(input, input.timeouts, signal);
  const place = `${server.host}:${server.port}`;
  const over = new AbortController();
  const line = new WatchedLine(connection, clock, quietTimes.quietMs(place), over.signal);
  const news = new NewsQueue();
  const forget = connection.onLost(() => {
    const quietForMs = connection.dropped === undefined ? line.quietForMs : null;
    if (quietForMs !== null) quietTimes.lost(place, quietForMs);
    news.end(connection.lossError());
    over.abort();
  });
  try {
    connection.socket?.setKeepAlive(true, keepAliveMs);
    untilSuspended(clock, over.signal).then(
      () => connection.drop(suspended()),
      () => {},
    );
    listen(ways, line, news, input.paths).then(
      () => news.end(null),
      (error: unknown) => news.end(error),
    );
    yield* news.take();
  } finally {
    forget();
    over.abort();
    connection.flow.close();
  }
}

async function listen(
  ways: readonly Way[],
  line: WatchedLine,
  news: NewsQueue,
  paths: readonly string[],
): Promise<void> {
  const offers = (way: Way): boolean => ways.includes(way) && line.connection.has(way);
  if (offers('NOTIFY') && (await startNotify(line, paths))) await keepNotified(line, news, paths);
  else if (offers('IDLE')) await keepIdle(line, news, paths[0] ?? 'INBOX');
  else throw unwatchable();
}

function unwatchable(): RefusedError {
  return new RefusedError('the server does not tell by itself what is new (by NOTIFY or IDLE)', {
    layer: 'session',
    remedy: 'Nothing is lost: it is asked at each `interval`.',
  });
}

function suspended(): TemporaryError {
  return new TemporaryError('the machine slept, so the connection was given up', {
    layer: 'session',
    remedy: 'The connection is made anew.',
  });
}
