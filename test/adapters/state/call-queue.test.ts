import { expect, test } from 'vitest';
import { CallQueue } from '../../../src/adapters/state/call-queue.ts';
import type { Outcome } from '../../../src/adapters/state/request.ts';

interface Group {
  readonly calls: readonly string[];
  finish(outcomes: readonly Outcome<string>[]): void;
  fail(error: Error): void;
}

interface Queue {
  readonly queue: CallQueue<string, string>;
  readonly groups: readonly Group[];
  until(count: number): Promise<void>;
}

/** A queue whose transactions end when the test says so; calls share one where they begin with the same letter. */
function setUp(): Queue {
  const groups: Group[] = [];
  let seen = (): void => undefined;
  const carryOut = (calls: readonly string[]): Promise<readonly Outcome<string>[]> =>
    new Promise((finish, fail) => {
      groups.push({ calls, finish, fail });
      seen();
    });
  const queue = new CallQueue(carryOut, (first, other) => first[0] === other[0]);
  const until = async (count: number): Promise<void> => {
    while (groups.length < count)
      await new Promise<void>((resolve) => {
        seen = resolve;
      });
  };
  return { queue, groups, until };
}

const done = (...values: string[]): Outcome<string>[] =>
  values.map((value) => ({ ok: true, value }));

test('calls of one turn, and those that come while one runs, share a transaction', async () => {
  const { queue, groups, until } = setUp();
  const first = [queue.add('c1'), queue.add('c2')];
  await until(1);
  const second = [queue.add('c3'), queue.add('c4')];
  groups[0]?.finish(done('1', '2'));
  expect(await Promise.all(first)).toEqual(['1', '2']);
  await until(2);
  groups[1]?.finish(done('3', '4'));
  expect(await Promise.all(second)).toEqual(['3', '4']);
  expect(groups.map(({ calls }) => calls)).toEqual([
    ['c1', 'c2'],
    ['c3', 'c4'],
  ]);
});

test('those that may not share one keep their order', async () => {
  const { queue, groups, until } = setUp();
  const all = ['c1', 'c2', 'b1', 'c3', 'b2', 'b3'].map((call) => queue.add(call));
  for (let at = 0; at < 4; at += 1) {
    await until(at + 1);
    expect(groups).toHaveLength(at + 1);
    groups[at]?.finish(done(...(groups[at]?.calls ?? [])));
  }
  expect(await Promise.all(all)).toEqual(['c1', 'c2', 'b1', 'c3', 'b2', 'b3']);
  expect(groups.map(({ calls }) => calls)).toEqual([['c1', 'c2'], ['b1'], ['c3'], ['b2', 'b3']]);
});

test('each caller learns the outcome of its own call', async () => {
  const { queue, groups, until } = setUp();
  const both = Promise.allSettled([queue.add('c1'), queue.add('c2')]);
  await until(1);
  const fault = {
    kind: 'locked',
    message: 'taken over',
    remedy: 'wait',
    reach: 'account',
    retry: 'later',
    detail: undefined,
  } as const;
  groups[0]?.finish([...done('1'), { ok: false, fault }]);
  expect(await both).toMatchObject([
    { status: 'fulfilled', value: '1' },
    { status: 'rejected', reason: { code: 'locked', message: 'taken over', reach: 'account' } },
  ]);
});

test('a transaction that fails fails all of its callers, and the next one runs', async () => {
  const { queue, groups, until } = setUp();
  const both = Promise.allSettled([queue.add('c1'), queue.add('c2')]);
  await until(1);
  const later = queue.add('c3');
  groups[0]?.fail(new Error('disk'));
  expect((await both).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await until(2);
  groups[1]?.finish(done('3'));
  expect(await later).toBe('3');
  await queue.settled();
});
