import { describe, expect, it } from 'vitest';
import { Backlog, Feed } from '../../../src/adapters/pop3/read-ahead.ts';

async function all<T>(feed: Feed<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of feed) items.push(item);
  return items;
}

describe('a feed', () => {
  it('gives what was put in, before and while somebody waits', async () => {
    const feed = new Feed<number>(() => undefined);
    feed.push(1);
    const reading = all(feed);
    await Promise.resolve();
    feed.push(2);
    feed.push(3);
    feed.end();
    expect(await reading).toEqual([1, 2, 3]);
  });

  it('gives what is left before it throws', async () => {
    const feed = new Feed<number>(() => undefined);
    feed.push(1);
    feed.fail(new Error('cut'));
    feed.end();
    expect(await feed.next()).toEqual({ done: false, value: 1 });
    await expect(feed.next()).rejects.toThrow('cut');
  });

  it('throws away what nobody wants, and counts it as taken', async () => {
    const taken: number[] = [];
    const feed = new Feed<number>((item) => taken.push(item));
    feed.push(1);
    feed.push(2);
    for await (const item of feed) {
      expect(item).toBe(1);
      break;
    }
    feed.push(3);
    expect(taken).toEqual([1, 2, 3]);
    expect(await feed.next()).toEqual({ done: true, value: undefined });
  });
});

it('a backlog makes wait while too much lies unread', async () => {
  const backlog = new Backlog(10);
  await backlog.room();
  backlog.add(15);
  let open = false;
  const waiting = backlog.room().then(() => (open = true));
  backlog.remove(5);
  await Promise.resolve();
  expect(open).toBe(false);
  backlog.remove(1);
  await waiting;
  expect(open).toBe(true);
});
