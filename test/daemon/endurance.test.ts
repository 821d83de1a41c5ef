import { getEventListeners } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { startDaemon } from './running.ts';
import { account, DaemonWorld, minute, until } from './world.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

async function heapAfter(world: DaemonWorld, polls: () => number, count: number): Promise<number> {
  while (polls() < count) await world.clock.advance(minute);
  await until(() => world.clock.due.length === 2);
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

it('10,000 polls leave no listener, no warning and no memory behind', async () => {
  const warnings: Error[] = [];
  const onWarning = (warning: Error): void => void warnings.push(warning);
  process.on('warning', onWarning);
  const world = new DaemonWorld();
  world.keepsPolls = false;
  let polls = 0;
  world.onPoll = () => {
    polls += 1;
    return Promise.resolve();
  };
  const daemon = await startDaemon(world, [account('a', minute)], { onReport: () => undefined });
  const early = await heapAfter(world, () => polls, 1_000);
  const late = await heapAfter(world, () => polls, 11_000);
  expect(getEventListeners(daemon.signal, 'abort').length).toBeLessThanOrEqual(1);
  await daemon.stop();
  process.off('warning', onWarning);
  expect(warnings).toEqual([]);
  // 50 octets a poll: a signal or a listener that is left behind takes several times as much.
  expect(late - early).toBeLessThan(10_000 * 50);
});

it('many accounts are no leak to Node either', async () => {
  const warnings: Error[] = [];
  const onWarning = (warning: Error): void => void warnings.push(warning);
  process.on('warning', onWarning);
  const world = new DaemonWorld();
  const accounts = Array.from({ length: 200 }, (_, at) => account(`a${String(at)}`, minute));
  const daemon = await startDaemon(world, accounts);
  await until(() => world.polls.length === 200);
  await daemon.stop();
  process.off('warning', onWarning);
  expect(warnings).toEqual([]);
});
