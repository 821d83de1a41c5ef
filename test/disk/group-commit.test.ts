/** Who shares a run with whom. */

import { expect, it } from 'vitest';
import { GroupCommit } from '../../src/disk/group-commit.ts';

/** Work that ends when the test says so. */
function manual(): { group: GroupCommit; begun: () => number; end: (error?: Error) => void } {
  const ends: ((error?: Error) => void)[] = [];
  let begun = 0;
  const group = new GroupCommit(
    () =>
      new Promise((resolve, reject) => {
        begun += 1;
        ends.push((error) => {
          if (error === undefined) resolve();
          else reject(error);
        });
      }),
  );
  return { group, begun: () => begun, end: (error) => ends.shift()?.(error) };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('serves all who asked before it began by one run', async () => {
  const { group, begun, end } = manual();
  const all = Promise.all([group.run(), group.run(), group.run()]);
  await turn();
  end();
  await all;
  expect(begun()).toBe(1);
});

it('serves who asks meanwhile by the next run, which begins when this one has ended', async () => {
  const { group, begun, end } = manual();
  const first = group.run();
  await turn();
  const later = Promise.all([group.run(), group.run()]);
  await turn();
  expect(begun()).toBe(1);
  end();
  await first;
  await turn();
  expect(begun()).toBe(2);
  end();
  await later;
});

it('tells a failure to those whom the run served alone', async () => {
  const { group, end } = manual();
  const first = group.run();
  const failed = expect(first).rejects.toThrow('no');
  await turn();
  const second = group.run();
  end(new Error('no'));
  await failed;
  await turn();
  end();
  await expect(second).resolves.toBeUndefined();
});
