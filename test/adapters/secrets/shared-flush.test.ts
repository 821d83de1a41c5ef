/** One fsync of the folder for many stored secrets, begun after the last of them stands there. */
import { expect, it } from 'vitest';
import { sharedFlush } from '../../../src/adapters/secrets/stored-secrets.ts';

it('flushes for all who wait, and never with a flush that had begun before they asked', async () => {
  const ends: (() => void)[] = [];
  const flush = sharedFlush(() => new Promise((resolved) => void ends.push(resolved)));
  let done = 0;
  const ask = (): Promise<unknown> => flush().then(() => (done += 1));
  const first = ask();
  await turn();
  const others = Array.from({ length: 20 }, ask);
  await turn();
  expect(ends).toHaveLength(1);
  ends[0]?.();
  await first;
  expect(done).toBe(1);
  await turn();
  expect(ends).toHaveLength(2);
  ends[1]?.();
  await Promise.all(others);
  expect([done, ends.length]).toEqual([21, 2]);
});

it('tells all who wait of a failure, and tries anew for the next', async () => {
  let fails = true;
  const flush = sharedFlush(() => (fails ? Promise.reject(new Error('EIO')) : Promise.resolve()));
  const both = await Promise.allSettled([flush(), flush()]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  fails = false;
  await expect(flush()).resolves.toBeUndefined();
});

const turn = (): Promise<void> => new Promise((resolved) => setImmediate(resolved));
