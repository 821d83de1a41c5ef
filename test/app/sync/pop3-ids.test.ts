/** POP3: ids that come back, ids that two messages share, and deletions that fail. */

import { describe, expect, it } from 'vitest';
import { World } from '../world.ts';

function deleting(): World {
  return new World('pop3', { leaveOnServer: false });
}

describe('a UIDL that was gone and comes back', () => {
  it.each([true, false] as const)(
    'with the same content is not delivered again (left on the server: %s)',
    async (leaveOnServer) => {
      const world = new World('pop3', { leaveOnServer });
      world.server.deliver('one', { id: 'x' });
      await world.sync();
      world.server.expunge('x');
      world.server.deliver('other', { id: 'y' });
      await world.sync();
      expect(await world.known()).toMatchObject({ x: 'gone' });
      world.server.deliver('one', { id: 'x' });
      const { received } = await world.sync();
      expect(received?.folders).toMatchObject([{ fetched: 0 }]);
      expect(world.mail()).toEqual(['one', 'other']);
      expect(world.disk.temporary.size).toBe(0);
    },
  );

  it('is not delivered again either where its file was moved away', async () => {
    const world = deleting();
    world.server.deliver('one', { id: 'x' });
    await world.sync();
    world.disk.folder('/mail/work', 'INBOX')?.clear();
    world.server.deliver('one', { id: 'x' });
    await world.sync();
    expect(world.mail()).toEqual([]);
    expect(world.server.folder().messages).toEqual([]);
  });

  it('is not delivered again where it failed in between', async () => {
    const world = deleting();
    world.server.deliver('one', { id: 'x' });
    await world.sync();
    world.disk.folder('/mail/work', 'INBOX')?.clear();
    world.server.deliver('one', { id: 'x' });
    world.server.faults.refused.set('x', 1);
    await world.sync();
    await world.sync();
    expect(world.mail()).toEqual([]);
    expect(world.server.folder().messages).toEqual([]);
  });

  it('with other content is delivered under a name of its own, and then deleted', async () => {
    const world = deleting();
    world.server.deliver('one', { id: 'x' });
    await world.sync();
    world.server.deliver('two', { id: 'x' });
    const { received } = await world.sync();
    expect(received?.folders).toMatchObject([{ fetched: 1, deleted: 1 }]);
    expect(received?.folders[0]?.collided.length).toBe(1);
    expect(world.mail()).toEqual(['one', 'two']);
    expect(world.server.folder().messages).toEqual([]);
  });

  it('after it could not be fetched is a new message', async () => {
    const world = deleting();
    world.server.deliver('bad', { id: 'x' });
    world.server.faults.refused.set('x', 3);
    for (let poll = 0; poll < 4; poll += 1) await world.sync();
    world.server.expunge('x');
    await world.sync();
    world.server.deliver('good', { id: 'x' });
    await world.sync();
    expect(world.mail()).toEqual(['good']);
  });
});

describe('a server that wraps a message anew each time it gives it', () => {
  const wrapped = (boundary: string): string =>
    `Message-ID: <one@example.org>\r\n\r\n--${boundary}\r\nletter`;

  it.each([true, false])(
    'and breaks off at QUIT: it is deleted again, neither fetched nor doubled (TOP: %s)',
    async (hasTop) => {
      const world = deleting();
      world.server.hasTop = hasTop;
      world.server.deliver(wrapped('1'), { id: 'u1' });
      for (let poll = 2; poll < 6; poll += 1) {
        world.server.faults.atQuit = 'refuse';
        await world.sync();
        world.server.folder().messages = [{ id: 'u1', text: wrapped(String(poll)), flags: [] }];
      }
      world.server.faults.atQuit = null;
      await world.sync();
      expect(world.mail().length).toBe(1);
      expect(world.server.folder().messages).toEqual([]);
      if (hasTop) expect(world.server.asked).toEqual(['u1']);
    },
  );

  it('is found again after it was gone for a moment', async () => {
    const world = new World('pop3');
    world.server.deliver(wrapped('1'), { id: 'u1' });
    world.server.deliver('other', { id: 'u2' });
    await world.sync();
    world.server.expunge('u1');
    await world.sync();
    world.server.deliver(wrapped('2'), { id: 'u1' });
    await world.sync();
    await world.sync();
    expect(world.mail().length).toBe(2);
    expect(world.server.asked).toEqual(['u1', 'u2']);
  });
});

describe('deleting on the server', () => {
  it('does not happen while mail is left there', async () => {
    const world = new World('pop3');
    world.server.deliver('one');
    await world.sync();
    await world.sync();
    expect(world.server.deleted).toEqual([]);
  });

  it('waits as long as the account says', async () => {
    const world = new World('pop3', { leaveOnServer: { afterMs: 86_400_000 } });
    world.server.deliver('one');
    await world.sync();
    await world.clock.advance(86_000_000);
    await world.sync();
    expect(world.server.deleted).toEqual([]);
    await world.clock.advance(400_000);
    const { received } = await world.sync();
    expect(received?.folders).toMatchObject([{ fetched: 0, deleted: 1 }]);
    expect(world.server.deleted).toEqual(['one']);
  });

  it('spares what could not be fetched', async () => {
    const world = deleting();
    world.server.deliver('good');
    world.server.deliver('bad');
    world.server.faults.refused.set('uidl-2', 9);
    for (let poll = 0; poll < 5; poll += 1) await world.sync();
    expect(world.server.deleted).toEqual(['good']);
  });

  it('is tried again after QUIT was refused', async () => {
    const world = deleting();
    world.server.deliver('one');
    world.server.faults.atQuit = 'refuse';
    const { error } = await world.sync();
    expect(error).toMatchObject({ exitStatus: 69 });
    world.server.faults.atQuit = null;
    const { received } = await world.sync();
    expect(received?.folders).toMatchObject([{ fetched: 0, deleted: 1 }]);
    expect(world.mail()).toEqual(['one']);
  });

  it('is noticed at the next poll where the answer to QUIT got lost', async () => {
    const world = deleting();
    world.server.deliver('one');
    world.server.faults.atQuit = 'delete-and-break';
    const { error } = await world.sync();
    expect(error).toMatchObject({ exitStatus: 75 });
    world.server.faults.atQuit = null;
    await world.sync();
    world.server.deliver('two');
    await world.sync();
    expect(await world.known()).toMatchObject({ 'uidl-1': 'gone' });
    expect(world.mail()).toEqual(['one', 'two']);
  });
});
