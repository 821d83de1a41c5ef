import { expect, test } from 'vitest';
import { CommitQueue } from '../../../src/adapters/state/commit-queue.ts';
import type { Fault } from '../../../src/disk/sqlite-fault.ts';
import type { Durability, StateChange } from '../../../src/ports/state-store.ts';

interface Written {
  readonly ids: readonly string[];
  readonly durability: Durability;
  finish(verdicts: readonly (Fault | null)[]): void;
  fail(error: Error): void;
}

const batch = (accountId: string): StateChange[] => [{ kind: 'account-removed', accountId }];

/** A queue whose transactions end when the test says so. */
function setUp(): { queue: CommitQueue; written: Written[]; until: (n: number) => Promise<void> } {
  const written: Written[] = [];
  let seen = (): void => undefined;
  const queue = new CommitQueue((batches, durability) => {
    const ids = batches.flat().map((change) => ('accountId' in change ? change.accountId : ''));
    return new Promise((finish, fail) => {
      written.push({ ids, durability, finish, fail });
      seen();
    });
  });
  const until = async (count: number): Promise<void> => {
    while (written.length < count)
      await new Promise<void>((resolve) => {
        seen = resolve;
      });
  };
  return { queue, written, until };
}

test('commits of one turn, and those that come while one runs, share a transaction', async () => {
  const { queue, written, until } = setUp();
  const first = [queue.add(batch('a'), 'relaxed'), queue.add(batch('b'), 'relaxed')];
  await until(1);
  const second = [queue.add(batch('c'), 'relaxed'), queue.add(batch('d'), 'durable')];
  written[0]?.finish([null, null]);
  await Promise.all(first);
  await until(2);
  written[1]?.finish([null, null]);
  await Promise.all(second);
  expect(written.map(({ ids, durability }) => ({ ids, durability }))).toEqual([
    { ids: ['a', 'b'], durability: 'relaxed' },
    { ids: ['c', 'd'], durability: 'durable' },
  ]);
});

test('each caller learns the verdict on its own batch', async () => {
  const { queue, written, until } = setUp();
  const both = Promise.allSettled([
    queue.add(batch('a'), 'durable'),
    queue.add(batch('b'), 'durable'),
  ]);
  await until(1);
  const fault: Fault = {
    kind: 'internal',
    message: 'unknown',
    remedy: undefined,
    retry: 'never',
    detail: undefined,
  };
  written[0]?.finish([null, fault]);
  expect(await both).toMatchObject([
    { status: 'fulfilled' },
    { status: 'rejected', reason: { code: 'internal', message: 'unknown' } },
  ]);
});

test('a transaction that fails fails all of its callers, and the next one runs', async () => {
  const { queue, written, until } = setUp();
  const both = Promise.allSettled([
    queue.add(batch('a'), 'durable'),
    queue.add(batch('b'), 'durable'),
  ]);
  await until(1);
  const later = queue.add(batch('c'), 'relaxed');
  written[0]?.fail(new Error('disk'));
  expect((await both).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await until(2);
  written[1]?.finish([null]);
  await later;
  await queue.settled();
});
