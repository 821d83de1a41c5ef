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
      expect((await world.known())[bad]).toBe('refused 3');
      await world.sync({ full: true });
      expect(world.mail()).toEqual(['five', 'four', 'one', 'two']);
      await world.sync({ full: true });
      expect(world.mail()).toEqual([...five].sort());
      expect((await world.known())[bad]).toBe('stored');
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

  it('is forgotten when it is gone', async () => {
    const world = imap();
    fill(world);
    world.server.faults.refused.set('2', 9);
    await world.sync();
    expect((await world.known())['2']).toBe('refused 1');
    world.server.expunge('2');
    await world.sync();
    expect(await world.known()).toEqual({ 1: 'stored', 3: 'stored', 4: 'stored', 5: 'stored' });
  });
});

describe('a server in trouble', () => {
  it('that gives nothing now costs no message a try', async () => {
    const world = imap({ folders: ['INBOX', 'Sent'] });
    fill(world);
    world.server.faults.throttled = true;
    for (let poll = 0; poll < 5; poll += 1) {
      const { received } = await world.sync();
      expect(received?.folders[0]?.error).toMatchObject({ exitStatus: 75 });
    }
    expect(await world.known()).toEqual({});
    world.server.faults.throttled = false;
    await world.sync();
    expect(world.mail()).toEqual([...five].sort());
  });

  it('that asks for a pause has it', async () => {
    const world = imap();
    fill(world);
    world.server.faults.throttledForMs = 600_000;
    expect((await world.sync()).error).toMatchObject({ exitStatus: 75 });
    world.server.faults.throttledForMs = null;
    const { error, notBefore } = await world.sync();
    expect(error?.message).toMatch(/left alone for another 600 s/);
    expect(notBefore).toBe(world.clock.now() + 600_000);
    expect(world.server.connections).toBe(1);
    await world.clock.advance(600_001);
    expect((await world.sync()).error).toBeNull();
    expect(world.mail()).toEqual([...five].sort());
  });

  it('that lists a part alone settles nothing that it left out', async () => {
    const world = imap();
    fill(world);
    world.server.faults.listedAtMost = 2;
    await world.sync();
    expect(world.mail()).toEqual(['five', 'four']);
    world.server.faults.listedAtMost = null;
    await world.sync();
    expect(world.mail()).toEqual([...five].sort());
    expect(world.server.asked).toEqual(['4', '5', '1', '2', '3']);
  });

  it('POP3: that lists nothing for a moment has nothing fetched again', async () => {
    const world = new World('pop3');
    fill(world);
    await world.sync();
    const { messages } = world.server.folder();
    world.server.folder().messages = [];
    await world.sync();
    world.server.folder().messages = messages;
    await world.sync();
    expect(world.server.asked.length).toBe(5);
    expect(world.mail()).toEqual([...five].sort());
  });

  it('a message that comes short is told, and fetched again with full', async () => {
    const world = imap();
    world.server.deliver('a stump', { listedSize: 5_000 });
    const { received } = await world.sync();
    expect(received?.folders[0]?.notes[0]).toMatch(/7 octets, and the server lists 5000/);
    await world.sync();
    expect(world.server.asked).toEqual(['1']);
    world.server.folder().messages = [{ id: '1', text: 'a stump no more', flags: [] }];
    await world.sync({ full: true });
    expect(world.mail()).toEqual(['a stump', 'a stump no more']);
    await world.sync({ full: true });
    expect(world.server.asked).toEqual(['1', '1']);
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
  it('whose name no file system takes stops that folder alone', async () => {
    const long = 'n'.repeat(300);
    const world = imap({ folders: ['INBOX', long, 'Sent'] });
    fill(world);
    fill(world, ['never'], long);
    fill(world, ['sent'], 'Sent');
    const { error, received } = await world.sync();
    expect(error).toBeNull();
    expect(world.mail()).toEqual([...five].sort());
    expect(world.mail('Sent')).toEqual(['sent']);
    const failed = received?.folders.find((folder) => folder.path === long);
    expect(failed?.error).toMatchObject({ exitStatus: 65, reach: 'folder' });
  });

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
    world.server.batchSize = 100;
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
      const commits = (): string[] => world.steps.filter((step) => /commit (?!polled$)/.test(step));
      // What both sides look like with the new mail may be noted once, not durably.
      expect(
        commits().filter(
          (step) => !/^commit (?:tree|folder-stamped|folder-advanced)(?:,|$)/.test(step),
        ),
      ).toEqual([]);
      await world.sync();
      expect(commits()).toEqual([]);
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
        const isMail = changes.some(({ kind }) => kind === 'messages-agreed');
        if (isMail && when(commits++)) throw new StorageError('the database is busy');
        return inner.commit(changes, durability);
      },
    };
  }

  it('never settles a UID whose fate was not committed', async () => {
    const world = imap();
    const texts = Array.from({ length: 2_200 }, (_, at) => `message ${String(at)}`);
    // The server gives all of them in one page, so that a second batch follows the one that fails.
    fill(world, texts);
    world.server.batchSize = 1000;
    world.server.faults.refused.set('5', 1);
    failing(world, (commit) => commit === 0);
    const { error } = await world.sync();
    expect(error).toMatchObject({ exitStatus: 74 });
    expect((await world.knownFolder())?.settledUid).toBe(0);
    for (let poll = 0; poll < 3; poll += 1) await world.sync();
    expect(world.mail()).toEqual([...texts].sort());
  });
});
