/** `sync --dry-run` says what a sync would come to, also where that is nothing. */

import { describe, expect, it } from 'vitest';
import { previewSync, type AccountPreview } from '../../../src/app/sync/preview.ts';
import { pollHistory } from '../../../src/core/account/suspension.ts';
import { World } from '../world.ts';

function fail(): never {
  throw new Error('the state does not know the account');
}

function preview(world: World, isFresh = true): Promise<AccountPreview> {
  const neighbours = world.neighbours(world.state);
  const roots = { ...neighbours.roots, isFresh: () => Promise.resolve(isFresh) };
  return previewSync(
    { ...world.account, path: '/mail/work' },
    { ...neighbours, roots },
    world.syncOptions,
  );
}

describe.each(['imap', 'pop3'] as const)('a preview (%s)', (type) => {
  it('says what would come, and leaves everything as it is', async () => {
    const world = new World(type);
    world.server.deliver('one');
    const { error, steps } = await preview(world);
    expect(error).toBeNull();
    expect(steps).toContainEqual({ step: 'fetch', folder: 'INBOX', messages: 1 });
    expect(world.disk.roots.size).toBe(0);
    expect(world.server.asked).toEqual([]);
  });

  it('stops where the mail is not in its place', async () => {
    const world = new World(type);
    await world.sync();
    world.disk.roots.clear();
    const { error, steps } = await preview(world);
    expect(error).toMatchObject({ exitStatus: 74, account: 'work' });
    expect(steps).toEqual([]);
  });

  it('leaves a server alone that asked for it', async () => {
    const world = new World(type);
    await world.sync();
    const paused = (await world.state.account('abcdef')) ?? fail();
    const history = pollHistory(paused);
    const notBefore = world.clock.now() + 60_000;
    await world.state.commit(
      [{ kind: 'polled', accountId: paused.id, history, notBefore }],
      'durable',
    );
    const { connections } = world.server;
    const { error } = await preview(world);
    expect(error?.message).toMatch(/left alone for another 60 s/);
    expect(world.server.connections).toBe(connections);
  });

  it('stops where mail stands whose state is lost', async () => {
    const { error, steps } = await preview(new World(type), false);
    expect(error).toMatchObject({ exitStatus: 78, account: 'work' });
    expect(steps).toEqual([]);
  });
});
