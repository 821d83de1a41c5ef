/** A daemon goes on with an account that was renamed after it had read the file. */
import { expect, it } from 'vitest';
import { startDaemon } from './running.ts';
import { account, DaemonWorld, minute, settled } from './world.ts';

it('goes on with the state of an account that got another name meanwhile', async () => {
  const world = new DaemonWorld();
  const daemon = await startDaemon(world, [account('work', 2 * minute, { id: undefined })]);
  await settled();
  const [known] = await world.state.accounts();
  if (known === undefined) throw new Error('never polled');
  // As `account rename` and a sync after it leave the state.
  const renamed = { ...known, name: 'office' };
  await world.state.commit([{ kind: 'account', account: renamed }], 'durable');
  for (let passed = 0; passed < 4; passed += 1) {
    await world.clock.advance(minute);
    await settled();
  }
  expect(world.pollsOf('work')).toEqual([0, 2, 4]);
  expect((await world.state.accounts()).map(({ id }) => id)).toEqual([known.id]);
  await daemon.stop();
});

it('goes by the id where it is asked for an account that got the NAME of another', async () => {
  const world = new DaemonWorld();
  const daemon = await startDaemon(world, [account('a', null), account('b', null)]);
  const accounts = [
    { name: 'x', id: 'a' },
    { name: 'a', id: 'b' },
    { name: 'b', id: 'new' },
  ];
  const wish = { send: false, receive: true, full: false, acceptDeletions: false };
  const answer = await daemon.ask({ command: 'sync', accounts, ...wish });
  expect(answer).toMatchObject({ accounts: [{ account: 'x' }, { account: 'a' }], unknown: ['b'] });
  expect(world.pollsOf('a').length).toBe(1);
  expect(world.pollsOf('b').length).toBe(1);
  await daemon.stop();
});
