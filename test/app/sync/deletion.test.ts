/** POP3 servers that give an id twice, while messages are deleted there: no letter is deleted that is not here. */

import { describe, expect, it } from 'vitest';
import { World } from '../world.ts';

describe('an id that is given anew after a deletion of which nobody heard', () => {
  it('is another letter: it is fetched before it is deleted', async () => {
    const world = new World('pop3', { leaveOnServer: false });
    world.server.deliver('one', { id: 'u1' });
    world.server.faults.atQuit = 'delete-and-break';
    expect((await world.sync()).error).not.toBeNull();
    world.server.faults.atQuit = null;
    world.server.deliver('two', { id: 'u1' });
    await world.sync();
    expect(world.mail()).toEqual(['one', 'two']);
    expect(world.server.folder().messages).toEqual([]);
  });

  it('is so at every step at which the process may die', async () => {
    for (const after of [false, true])
      for (let at = 0; ; at += 1) {
        const world = new World('pop3', { leaveOnServer: false });
        world.server.deliver('one', { id: 'u1' });
        await world.sync({ crash: { at, after } });
        const isOver = world.steps.length <= at;
        const isGone = world.server.folder().messages.length === 0;
        if (isGone) world.server.deliver('two', { id: 'u1' });
        await world.sync();
        expect(world.mail()).toEqual(isGone ? ['one', 'two'] : ['one']);
        expect(world.server.folder().messages).toEqual([]);
        if (isOver) break;
      }
  });
});

describe('a deletion that the server refuses', () => {
  it('keeps the message here, once, and is asked for again', async () => {
    const world = new World('pop3', { leaveOnServer: false });
    world.server.deliver('one');
    world.server.faults.atQuit = 'refuse';
    for (let poll = 0; poll < 3; poll += 1) await world.sync();
    expect(world.mail()).toEqual(['one']);
    world.server.faults.atQuit = null;
    await world.sync();
    expect(world.mail()).toEqual(['one']);
    expect(world.server.folder().messages).toEqual([]);
  });
});
