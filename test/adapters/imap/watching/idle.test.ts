/** IDLE on servers that are scripted: renewed in time, and whatever may come instead of news. */

import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { refusalOf } from '../harness.ts';
import type { Script } from '../scripted-server.ts';
import { idling, watched } from './watched.ts';

const minute = 60_000;
const idle = { capabilities: 'IDLE' };

/** Keeps the socket of the last line. */
function withSocket(script: Script): { script: Script; socket: () => Socket } {
  let last: Socket | undefined;
  return {
    script: (line, socket) => {
      last = socket;
      return script(line, socket);
    },
    socket: () => last as Socket,
  };
}

describe('IDLE', () => {
  test('is issued anew after 28 minutes, and goes on to tell', async () => {
    const { script, socket } = withSocket(idling);
    const { next, heard, clock } = await watched(script, idle);
    expect(await next()).toBeNull();
    await clock.advance(27 * minute);
    await heard(/ IDLE$/, 1);
    await clock.advance(minute);
    await heard(/^DONE$/, 1);
    await heard(/ IDLE$/, 2);
    socket().write('* 4 EXISTS\r\n');
    expect(await next()).toBe('INBOX');
  });

  test.each([
    ['new mail', '* 4 EXISTS\r\n'],
    ['an expunged message', '* 2 EXPUNGE\r\n'],
    ['flags', '* 2 FETCH (FLAGS (\\Seen))\r\n'],
    ['what vanished', '* VANISHED 5:7\r\n'],
    ['oddly spelled', '*  4   exists  \r\n'],
  ])('%s is news', async (_title, line) => {
    const { script, socket } = withSocket(idling);
    const { next } = await watched(script, idle);
    expect(await next()).toBeNull();
    socket().write(line);
    expect(await next()).toBe('INBOX');
  });

  test('signs of life are none', async () => {
    const { script, socket } = withSocket(idling);
    const { next } = await watched(script, idle);
    expect(await next()).toBeNull();
    const lines = ['OK Still here', '3 EXISTS', '0 RECENT', 'FLAGS (\\Seen)', 'what', 'NO matter'];
    const news = next();
    for (const line of lines) socket().write(`* ${line}\r\n`);
    socket().write('+ still idling\r\n* BYE enough\r\n');
    expect((await refusalOf(news)).message).toContain('enough');
  });

  test('a burst is one news', async () => {
    const { script, socket } = withSocket(idling);
    const { next, heard, clock } = await watched(script, idle);
    expect(await next()).toBeNull();
    const lines = Array.from({ length: 500 }, (_, index) => `* ${index + 4} EXISTS\r\n`);
    socket().write(lines.join(''));
    // What the server answers to DONE stands behind them.
    await clock.advance(28 * minute);
    await heard(/ IDLE$/, 2);
    expect(await next()).toBe('INBOX');
    socket().write('* BYE enough\r\n');
    expect((await refusalOf(next())).message).toContain('enough');
  });

  test('a server that ends it by itself is asked again, not at once', async () => {
    let ends = 0;
    const { next, heard, clock } = await watched(({ text }) => {
      if (text === 'IDLE') return `+ go\r\n$ OK that was ${(ends += 1)}\r\n`;
      return undefined;
    }, idle);
    expect(await next()).toBeNull();
    await heard(/ IDLE$/, 1);
    await clock.asleep(2);
    await clock.advance(9_000);
    await heard(/ IDLE$/, 1);
    await clock.advance(2_000);
    await heard(/ IDLE$/, 2);
  });

  test.each([
    ['NO [UNAVAILABLE] not now', 75],
    ['BAD what is that', 75],
    ['NO Suggested Backoff Time: 300000 milliseconds', 75],
  ])('refused: %s', async (answer, exitStatus) => {
    const { next } = await watched(
      ({ text }) => (text === 'IDLE' ? `$ ${answer}\r\n` : undefined),
      idle,
    );
    expect(await refusalOf(next())).toMatchObject({ exitStatus, reach: 'account' });
  });

  test('a folder that is not there is told as such', async () => {
    const script: Script = ({ text }) =>
      text.startsWith('EXAMINE') ? '$ NO [NONEXISTENT] no such folder\r\n' : undefined;
    const { next } = await watched(script, { ...idle, paths: ['Gone'] });
    expect(await refusalOf(next())).toMatchObject({ reach: 'folder' });
  });

  test('neither IDLE nor NOTIFY', async () => {
    const { next } = await watched(() => undefined);
    const error = await refusalOf(next());
    expect(error).toMatchObject({ exitStatus: 69, code: 'refused', reach: 'account' });
  });
});

describe('a dead line', () => {
  test('IDLE that is never begun', async () => {
    const { next, heard, clock } = await watched(
      ({ text }) => (text === 'IDLE' ? '' : undefined),
      idle,
    );
    const news = refusalOf(next());
    await heard(/ IDLE$/);
    await clock.asleep(2);
    await clock.advance(minute);
    expect(await news).toMatchObject({ exitStatus: 75, code: 'timeout' });
  });

  test('silence after DONE, whatever else is told', async () => {
    const { script, socket } = withSocket((line, at) =>
      line.text === 'DONE' ? '' : idling(line, at),
    );
    const { next, heard, clock } = await watched(script, idle);
    expect(await next()).toBeNull();
    await clock.advance(28 * minute);
    await heard(/^DONE$/);
    socket().write('* OK Still here\r\n');
    await clock.advance(minute);
    // Whether or not anybody listens.
    expect(clock.due).toEqual([]);
    expect(await refusalOf(next())).toMatchObject({ exitStatus: 75, code: 'timeout' });
  });

  test('a machine that slept drops it at once', async () => {
    const { next, clock } = await watched(idling, idle);
    expect(await next()).toBeNull();
    const news = refusalOf(next());
    await clock.jump(clock.now() + 5 * minute);
    const error = await news;
    expect(error).toMatchObject({ exitStatus: 75 });
    expect(error.message).toContain('slept');
    expect(clock.due).toEqual([]);
  });

  test('the signal drops the socket at once, and leaves no timer', async () => {
    const { script, socket } = withSocket(idling);
    const { next, abort, clock } = await watched(script, idle);
    expect(await next()).toBeNull();
    const gone = new Promise((resolve) => socket().once('close', resolve));
    const news = next();
    abort.abort();
    expect(await news).toBe('end');
    await gone;
    expect(clock.due).toEqual([]);
  });

  test('so does whoever leaves', async () => {
    const { script, socket } = withSocket(idling);
    const { next, leave, clock } = await watched(script, idle);
    expect(await next()).toBeNull();
    const gone = new Promise((resolve) => socket().once('close', resolve));
    await leave();
    await gone;
    expect(await next()).toBe('end');
    expect(clock.due).toEqual([]);
  });

  test('and whoever aborts without listening', async () => {
    const { script, socket } = withSocket(idling);
    const { next, abort, clock } = await watched(script, idle);
    expect(await next()).toBeNull();
    const gone = new Promise((resolve) => socket().once('close', resolve));
    abort.abort();
    await gone;
    expect(clock.due).toEqual([]);
  });
});

describe('a server that hangs up sooner than it should', () => {
  test('is spoken to before that, once it has done so twice', async () => {
    const { script, socket } = withSocket(idling);
    const first = await watched(script, idle);
    const { clock, again, heard } = first;
    const lose = async ({ next }: typeof first): Promise<void> => {
      expect(await next()).toBeNull();
      const news = refusalOf(next());
      await clock.advance(10 * minute);
      socket().end('* BYE Autologout; idle for too long\r\n');
      expect((await news).message).toContain('Autologout');
    };
    await lose(first);
    await lose(again());
    await heard(/^DONE$/, 0);
    const third = again();
    expect(await third.next()).toBeNull();
    await clock.advance(8 * minute);
    await heard(/^DONE$/, 1);
    await heard(/ IDLE$/, 4);
  });
});

describe('a hostile server', () => {
  test('floods: read no further than a bound, and nothing is kept', async () => {
    const { script, socket } = withSocket(idling);
    const { next } = await watched(script, idle);
    expect(await next()).toBeNull();
    const news = next();
    const chunk = Buffer.from(
      `* 4 EXISTS\r\n* OK ${'x'.repeat(4_000)}\r\n* 5 EXISTS\r\n`.repeat(120),
    );
    let sent = 0;
    const flood = (): void => {
      const open = socket();
      while (!open.destroyed && sent < 300 && open.write(chunk)) sent += 1;
    };
    socket().on('drain', flood);
    flood();
    expect(await news).toBe('INBOX');
    const before = process.memoryUsage().rss;
    let told = 1;
    let end: unknown = null;
    while (end === null)
      end = await next().then(
        (path) => (path === 'end' ? path : ((told += 1), null)),
        (error: unknown) => error,
      );
    expect(end).toMatchObject({ exitStatus: 69, retry: 'later' });
    expect(sent).toBeLessThan(100);
    expect(told).toBeGreaterThan(1);
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024);
  });

  test('lines without an end', async () => {
    const { script, socket } = withSocket(idling);
    const { next } = await watched(script, idle);
    expect(await next()).toBeNull();
    const news = refusalOf(next());
    const chunk = Buffer.alloc(1024 * 1024, 'x');
    const flood = (): void => {
      const open = socket();
      while (!open.destroyed && open.write(chunk));
    };
    socket().on('drain', flood);
    socket().write('* ');
    flood();
    expect(await news).toMatchObject({ exitStatus: 69 });
  });
});
