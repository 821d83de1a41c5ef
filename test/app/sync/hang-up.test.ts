/** One message at which the server hangs up, each time it is asked for: the others come, and nothing waits for ever. */

import { describe, expect, it } from 'vitest';
import { syncStatus } from '../../../src/app/sync/sync-all.ts';
import { World } from '../world.ts';

const five = ['one', 'two', 'three', 'four', 'five'];

function fill(world: World, texts: readonly string[] = five, path = 'INBOX'): void {
  for (const text of texts) world.server.deliver(text, { path });
}

/** Its UID is 4, so that no fault of the inbox means it. */
function sendOne({ server }: World): void {
  for (const text of ['gone', 'gone too', 'and this', 'sent'])
    server.deliver(text, { path: 'Sent' });
  for (const id of ['1', '2', '3']) server.expunge(id, 'Sent');
}

describe('a message at which the server hangs up', () => {
  const ids = { imap: ['1', '3', '5'], pop3: ['uidl-1', 'uidl-3', 'uidl-5'] };
  const polls = async (world: World, count: number): Promise<number[]> => {
    const statuses: number[] = [];
    for (let poll = 0; poll < count; poll += 1) statuses.push(syncStatus(await world.sync()));
    return statuses;
  };

  it.each(['imap', 'pop3'] as const)('does not stop its folder for ever (%s)', async (type) => {
    const world = new World(type);
    fill(world);
    const bad = ids[type][1] ?? '';
    world.server.faults.hangsUpAt.add(bad);
    expect(await polls(world, 6)).toEqual([75, 75, 75, 0, 0, 0]);
    expect(world.mail()).toEqual(['five', 'four', 'one', 'two']);
    expect((await world.known())[bad]).toBe('refused 3');
    world.server.deliver('six');
    expect(await polls(world, 1)).toEqual([0]);
    expect(world.mail()).toContain('six');
    world.server.faults.hangsUpAt.clear();
    await world.sync({ full: true });
    expect(world.mail()).toEqual([...five, 'six'].sort());
  });

  it.each(['imap', 'pop3'] as const)('nor do several of them (%s)', async (type) => {
    const world = new World(type);
    fill(world);
    for (const id of ids[type]) world.server.faults.hangsUpAt.add(id);
    await polls(world, 8);
    expect(world.mail()).toEqual(['four', 'two']);
    expect(await polls(world, 1)).toEqual([0]);
  });

  it('stops no other folder, and new mail comes first', async () => {
    const world = new World('imap', { folders: ['INBOX', 'Sent'] });
    fill(world);
    fill(world, ['sent'], 'Sent');
    world.server.faults.hangsUpAt.add('5');
    await world.sync();
    world.server.deliver('six');
    await world.sync();
    expect(world.mail()).toEqual(['four', 'one', 'six', 'three', 'two']);
    expect(world.mail('Sent')).toEqual(['sent']);
  });

  it('that is the only one of its folder is known by another folder', async () => {
    const world = new World('imap', { folders: ['INBOX', 'Sent'] });
    fill(world, ['bad']);
    sendOne(world);
    world.server.faults.hangsUpAt.add('1');
    expect(await polls(world, 6)).toEqual([75, 75, 75, 0, 0, 0]);
    expect(world.mail('Sent')).toEqual(['sent']);
    expect(await world.known()).toEqual({ 1: 'refused 3' });
    expect((await world.sync()).error).toBeNull();
  });

  it('stops its folder alone where the others of the folder do not come either, and counts no try', async () => {
    const world = new World('imap', { folders: ['INBOX', 'Sent'] });
    fill(world, ['bad', 'as bad', 'and this']);
    sendOne(world);
    for (const id of ['1', '2', '3']) world.server.faults.hangsUpAt.add(id);
    for (let poll = 0; poll < 5; poll += 1) {
      const { error, received } = await world.sync();
      expect({ error, folder: received?.folders[0]?.error?.message }).toEqual({
        error: null,
        folder: expect.stringMatching(/lost at message 1, and at others of the folder/) as unknown,
      });
    }
    expect(world.mail('Sent')).toEqual(['sent']);
    expect(await world.known()).toEqual({});
    world.server.faults.hangsUpAt.clear();
    await world.sync();
    expect(world.mail()).toHaveLength(3);
  });

  it('is not to blame, nor its folder, where no folder gives anything', async () => {
    const world = new World('imap', { folders: ['INBOX', 'Sent'] });
    fill(world, ['bad']);
    sendOne(world);
    for (const id of ['1', '4']) world.server.faults.hangsUpAt.add(id);
    for (let poll = 0; poll < 4; poll += 1)
      expect((await world.sync()).error).toMatchObject({ exitStatus: 75, reach: 'account' });
    expect(await world.known()).toEqual({});
  });

  it('POP3 deletes the others', async () => {
    const world = new World('pop3', { leaveOnServer: false });
    fill(world);
    world.server.faults.hangsUpAt.add('uidl-3');
    await polls(world, 2);
    expect(world.server.folder().messages.map(({ text }) => text)).toEqual(['three']);
  });

  it.each(['imap', 'pop3'] as const)('is not to blame where nothing comes (%s)', async (type) => {
    const world = new World(type);
    fill(world);
    for (const { id } of world.server.folder().messages) world.server.faults.hangsUpAt.add(id);
    expect(await polls(world, 6)).toEqual([75, 75, 75, 75, 75, 75]);
    expect(Object.values(await world.known()).filter((each) => each !== 'refused 0')).toEqual([]);
    world.server.faults.hangsUpAt.clear();
    await world.sync();
    expect(world.mail()).toEqual([...five].sort());
  });
});
