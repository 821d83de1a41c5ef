/** What one sync does about bad messages, bad folders, full disks and broken connections. */

import { describe, expect, it } from 'vitest';
import { StorageError } from '../../../src/errors.ts';
import { World } from '../world.ts';

const five = ['one', 'two', 'three', 'four', 'five'];

function imap(options: ConstructorParameters<typeof World>[1] = {}): World {
  return new World('imap', options);
}

function fill(world: World, texts: readonly string[] = five, path = 'INBOX'): void {
  for (const text of texts) world.server.deliver(text, { path });
}

describe('a message that the server does not give', () => {
  it.each(['imap', 'pop3'] as const)('does not stop its folder (%s)', async (type) => {
    const world = new World(type);
    fill(world);
    const bad = world.server.folder().messages[2]?.id ?? '';
    world.server.faults.refused.set(bad, 99);
    const { error, received } = await world.sync();
    expect(error).toBeNull();
    expect(world.mail()).toEqual(['five', 'four', 'one', 'two']);
    expect(received?.folders).toMatchObject([{ fetched: 4, failed: [{ id: bad }], error: null }]);
  });

  it.each(['imap', 'pop3'] as const)(
    'is tried at three polls, then with full alone (%s)',
    async (type) => {
      const world = new World(type);
      fill(world);
      const bad = world.server.folder().messages[2]?.id ?? '';
      world.server.faults.refused.set(bad, 4);
      for (let poll = 0; poll < 6; poll += 1) await world.sync();
      expect(world.server.asked.filter((id) => id === bad).length).toBe(3);
      expect((await world.known()).find(({ id }) => id === bad)).toMatchObject({
        status: 'quarantined',
        attempts: 3,
        error: 'the server does not give it',
      });
      await world.sync({ full: true });
      expect(world.mail()).toEqual(['five', 'four', 'one', 'two']);
      await world.sync({ full: true });
      expect(world.mail()).toEqual([...five].sort());
      expect((await world.known()).find(({ id }) => id === bad)).toMatchObject({
        status: 'stored',
        attempts: 0,
        error: null,
      });
    },
  );

  it('comes at the next poll where it was a passing trouble', async () => {
    const world = imap();
    fill(world);
    world.server.faults.refused.set('3', 1);
    await world.sync();
    await world.sync();
    expect(world.mail()).toEqual([...five].sort());
    expect(world.server.asked).toEqual(['1', '2', '3', '4', '5', '3']);
  });

  it('is remembered when it was listed and left out, and forgotten when it is gone', async () => {
    const world = imap();
    fill(world);
    world.server.faults.leftOut.add('2');
    await world.sync();
    expect(await world.known()).toContainEqual(
      expect.objectContaining({ id: '2', status: 'quarantined' }),
    );
    world.server.faults.leftOut.clear();
    world.server.expunge('2');
    await world.sync();
    expect((await world.known()).map(({ id }) => id)).toEqual(['1', '3', '4', '5']);
  });
});

describe('the connection breaks in the middle', () => {
  it.each(['imap', 'pop3'] as const)(
    'what was whole is kept, the rest comes later (%s)',
    async (type) => {
      const world = new World(type);
      fill(world);
      world.server.faults.breakAt = 3;
      const { error } = await world.sync();
      expect(error).toMatchObject({ exitStatus: 75, account: 'work' });
      expect(world.mail()).toEqual(['one', 'three', 'two']);
      world.server.faults.breakAt = null;
      await world.sync();
      expect(world.mail()).toEqual([...five].sort());
      expect(world.server.asked.length).toBe(6);
      expect(world.disk.temporary.size).toBe(0);
    },
  );

  it('POP3 deletes nothing then', async () => {
    const world = new World('pop3', { leaveOnServer: false });
    fill(world);
    world.server.faults.breakAt = 3;
    await world.sync();
    expect(world.server.deleted).toEqual([]);
    expect(world.server.folder().messages.length).toBe(5);
  });
});

describe('the disk', () => {
  it.each(['stage', 'publish'] as const)(
    'full at %s: the account stops, the next sync goes on',
    async (call) => {
      const world = imap({ folders: ['INBOX', 'Sent'] });
      fill(world);
      fill(world, ['sent'], 'Sent');
      world.disk.failures[call] = new StorageError('no space is left');
      const { error } = await world.sync();
      expect(error).toMatchObject({ exitStatus: 74 });
      expect(world.mail('Sent')).toEqual([]);
      expect(world.disk.temporary.size).toBe(0);
      await world.sync();
      expect(world.mail()).toEqual([...five].sort());
      expect(world.mail('Sent')).toEqual(['sent']);
    },
  );

  it('full after the first page: what was published stays and is known', async () => {
    const world = imap();
    fill(world, [...five, 'six', 'seven']);
    world.server.faults.breakAt = 6;
    await world.sync();
    world.disk.failures.publish = new StorageError('no space is left');
    await world.sync();
    expect(world.mail().length).toBe(6);
    await world.sync();
    expect(world.mail().length).toBe(7);
    expect(world.server.asked).toEqual(['1', '2', '3', '4', '5', '6', '7', '7', '7']);
  });

  it('POP3 deletes nothing that is not durable', async () => {
    const world = new World('pop3', { leaveOnServer: false });
    fill(world);
    world.disk.failures.publish = new StorageError('no space is left');
    await world.sync();
    expect(world.server.deleted).toEqual([]);
  });
});

describe('an error of one folder', () => {
  it('while messages come stops that folder alone', async () => {
    const world = imap({ folders: ['INBOX', 'Locked', 'Sent'] });
    fill(world);
    fill(world, five, 'Locked');
    fill(world, ['sent'], 'Sent');
    const { error, received } = await world.sync();
    expect(error).toBeNull();
    expect(received?.folders.map((folder) => folder.error)).toEqual([null, null, null]);
    const more = Array.from({ length: 40 }, (_, at) => `more ${String(at)}`);
    fill(world, more);
    world.server.pageSize = 100;
    fill(world, ['sent too'], 'Sent');
    world.disk.failures.stage = new StorageError('permission is missing', { reach: 'folder' });
    const second = await world.sync();
    expect(second.error).toBeNull();
    expect(second.received?.folders.map((folder) => folder.error?.message)).toEqual([
      'permission is missing',
      undefined,
      undefined,
    ]);
    expect(world.mail('Sent')).toEqual(['sent', 'sent too']);
    // The session of the fetch that was left early is closed, and the other folders have a new one.
    expect(world.server.connections).toBe(3);
    await world.sync();
    expect(world.mail()).toEqual([...five, ...more].sort());
  });

  it('a new UIDVALIDITY: nothing is fetched or deleted in it, the others go on', async () => {
    const world = imap({ folders: ['INBOX', 'Sent'] });
    fill(world);
    await world.sync();
    world.server.folder().uidValidity = '8';
    fill(world, ['six']);
    fill(world, ['sent'], 'Sent');
    const { error, received } = await world.sync();
    expect(error).toBeNull();
    expect(received?.folders[0]?.error).toMatchObject({ exitStatus: 75, reach: 'folder' });
    expect(world.mail()).toEqual([...five].sort());
    expect(world.mail('Sent')).toEqual(['sent']);
  });
});

describe('a sync without news', () => {
  it.each(['imap', 'pop3'] as const)(
    'asks for no message and commits nothing durable (%s)',
    async (type) => {
      const world = new World(type);
      fill(world);
      await world.sync();
      const asked = world.server.asked.length;
      const { received } = await world.sync();
      expect(received?.folders).toMatchObject([{ fetched: 0, octets: 0 }]);
      expect(world.server.asked.length).toBe(asked);
      expect(world.steps.filter((step) => /commit .*(?:folder|message)/.test(step))).toEqual([]);
    },
  );
});

describe('the state', () => {
  /** Commits fail where `when` says so. */
  function failing(world: World, when: (commit: number) => boolean): void {
    const inner = world.state;
    let commits = 0;
    world.state = {
      ...inner,
      commit: async (changes, durability) => {
        const isMail = changes.some(({ kind }) => kind === 'message');
        if (isMail && when(commits++)) throw new StorageError('the database is busy');
        return inner.commit(changes, durability);
      },
    };
  }

  it('never settles a UID whose fate was not committed', async () => {
    const world = imap();
    const texts = Array.from({ length: 200 }, (_, at) => `message ${String(at)}`);
    // The server gives all of them in one page, so that a second batch follows the one that fails.
    fill(world, texts);
    world.server.pageSize = 1000;
    world.server.faults.refused.set('5', 1);
    failing(world, (commit) => commit === 0);
    const { error } = await world.sync();
    expect(error).toMatchObject({ exitStatus: 74 });
    expect((await world.knownFolder())?.settledUid).toBe(0);
    for (let poll = 0; poll < 3; poll += 1) await world.sync();
    expect(world.mail()).toEqual([...texts].sort());
  });
});
