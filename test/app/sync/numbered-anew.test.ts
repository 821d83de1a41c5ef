/** Folders that the server numbered anew, or that are another server's: told, matched, and nothing is deleted or doubled. */

import { describe, expect, it } from 'vitest';
import { World, type WorldOptions } from '../world.ts';

const five = ['one', 'two', 'three', 'four', 'five'];

function imap(options: WorldOptions = {}): World {
  return new World('imap', options);
}

function fill(world: World, texts: readonly string[] = five, path = 'INBOX'): void {
  for (const text of texts) world.server.deliver(text, { path });
}

describe('a folder that is numbered anew', () => {
  it.each([
    ['a new UIDVALIDITY', /numbered it anew/, 5],
    ['a restored server', /was restored/, 3],
  ] as const)(
    '%s is told; nothing is delivered twice or deleted, the others go on',
    async (_, reason, left) => {
      const world = imap({ folders: ['INBOX', 'Sent'] });
      const letters = five.map((text) => `Message-ID: <${text}@example.org>\n\n${text}`);
      fill(world, letters);
      fill(world, five);
      await world.sync();
      const asked = world.server.asked.length;
      const folder = world.server.folder();
      folder.messages = folder.messages.slice(0, left);
      if (left === 5) folder.uidValidity = '8';
      folder.uidNext = left + 1;
      fill(world, ['sent'], 'Sent');
      const { error, received } = await world.sync();
      expect(error).toBeNull();
      expect(received?.folders[0]).toMatchObject({
        error: null,
        notes: [expect.stringMatching(reason)],
      });
      expect(world.mail()).toEqual([...letters, ...five].sort());
      expect(world.mail('Sent')).toEqual(['sent']);
      // What has a Message-ID is not fetched to be known.
      expect(world.server.asked.length).toBe(asked + 1);
      await world.sync();
      expect((await world.sync()).received?.folders[0]?.notes).toEqual([]);
      expect(world.mail()).toEqual([...letters, ...five].sort());
    },
  );

  it('takes a folder afresh that was numbered anew: what is here is kept, what is not is fetched', async () => {
    const world = imap();
    fill(world);
    await world.sync();
    const folder = world.server.folder();
    folder.uidValidity = '8';
    folder.messages = ['four', 'five', 'six'].map((text, at) => ({
      id: String(at + 1),
      text,
      flags: [],
    }));
    folder.uidNext = 4;
    const { received } = await world.sync();
    expect(received?.folders).toMatchObject([{ fetched: 1, known: 2, error: null }]);
    expect(world.mail()).toEqual([...five, 'six'].sort());
    await world.sync();
    expect(world.server.asked.length).toBe(8);
    expect(await world.known()).toEqual({ 1: 'stored', 2: 'stored', 3: 'stored' });
  });

  it('another server with other mail under the same numbers is told from one with another name', async () => {
    const world = imap();
    fill(world);
    await world.sync();
    world.host = 'imap.example.net';
    fill(world, ['six']);
    expect((await world.sync()).received?.folders[0]?.error).toBeNull();
    expect(world.mail()).toEqual([...five, 'six'].sort());
    world.host = 'elsewhere.example.com';
    const folder = world.server.folder();
    folder.messages = folder.messages.map(({ id }) => ({ id, text: `other ${id}`, flags: [] }));
    const { received } = await world.sync();
    expect(received?.folders[0]).toMatchObject({
      error: null,
      notes: [expect.stringMatching(/elsewhere/)],
    });
    expect(world.mail().length).toBe(12);
    await world.sync();
    expect(world.mail().length).toBe(12);
  });
});
