/** Servers that were restored from a backup, under the same UIDVALIDITY. */

import { expect, it } from 'vitest';
import { World } from '../world.ts';

function filled(): World {
  const world = new World('imap');
  for (let at = 1; at <= 20; at += 1) world.server.deliver(`letter ${'x'.repeat(at)}`);
  return world;
}

/** Back to the first ten; then so many new ones came, which have the numbers from 11 on. */
function restore(world: World, fresh: number): void {
  const folder = world.server.folder();
  folder.messages = folder.messages.slice(0, 10);
  folder.uidNext = 11;
  for (let at = 1; at <= fresh; at += 1) world.server.deliver(`fresh ${'y'.repeat(at)}`);
}

it.each([0, 5, 10, 15])(
  '%i new ones: they come by themselves, nothing is skipped in silence or deleted',
  async (fresh) => {
    const world = filled();
    await world.sync();
    restore(world, fresh);
    // Without a number more than was known, nothing tells the two servers apart but what they hold.
    if (fresh === 10) expect((await world.sync()).received?.folders[0]?.notes).toEqual([]);
    if (fresh === 10) world.server.deliver('one more');
    expect((await world.sync()).received?.folders[0]).toMatchObject({
      error: null,
      notes: [expect.stringMatching(/was restored/)],
    });
    await world.sync();
    const mail = world.mail();
    expect(mail.length).toBe(20 + fresh + (fresh === 10 ? 1 : 0));
    expect(new Set(mail).size).toBe(mail.length);
  },
);

it('all mail gone from the server at once waits for a word, and the rest goes on', async () => {
  const world = filled();
  await world.sync();
  world.server.folder().messages = [];
  world.server.deliver('new');
  for (let poll = 0; poll < 2; poll += 1) {
    const { received } = await world.sync();
    expect(received?.folders[0]?.error).toMatchObject({ exitStatus: 75, reach: 'folder' });
    expect(world.mail().length).toBe(21);
  }
  const { received } = await world.sync({ acceptDeletions: true });
  expect(received?.folders[0]).toMatchObject({ error: null, deletedHere: 20 });
  expect(world.mail()).toEqual(['new']);
});

it('a message that is refused while its folder is taken afresh comes later, and not a second time', async () => {
  const world = filled();
  await world.sync();
  world.server.folder().uidValidity = '8';
  world.server.faults.refused.set('7', 1);
  await world.sync();
  expect(await world.known()).toMatchObject({ 7: 'refused 1' });
  world.server.deliver('new');
  await world.sync();
  await world.sync();
  expect(await world.known()).toMatchObject({ 7: 'stored', 21: 'stored' });
  expect(world.mail().length).toBe(21);
});
