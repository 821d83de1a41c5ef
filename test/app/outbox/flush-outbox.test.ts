import { describe, expect, it } from 'vitest';
import { RefusedError, StorageError, TemporaryError } from '../../../src/errors.ts';
import { account, SendingWorld } from '../../fakes/sending-world.ts';

function idsOf(world: SendingWorld): string[] {
  return world.deliveries.map(({ octets }) => octets.toString()).sort();
}

describe('a flush', () => {
  it('sends what is due, files a copy of each, and leaves nothing', async () => {
    const world = new SendingWorld();
    for (const id of ['a1', 'b2', 'c3']) world.put({ id });
    const report = await world.flush();
    expect(idsOf(world)).toEqual(['a1', 'b2', 'c3']);
    expect(world.sent).toHaveLength(3);
    expect(world.entries.size).toBe(0);
    expect(report.messages.map(({ result }) => result)).toEqual(['sent', 'sent', 'sent']);
  });

  it('leaves alone what is another account’s, held, failed or not due', async () => {
    const world = new SendingWorld();
    world.put({ id: 'a1', accountId: 'other1' });
    world.put({ id: 'b2', state: 'held' });
    world.put({ id: 'c3', state: 'failed' });
    world.put({ id: 'd4', nextAttempt: world.clock.now() + 1 });
    const before = new Map(world.entries);
    await world.flush();
    expect(world.entries).toEqual(before);
    expect(world.deliveries).toEqual([]);
  });

  it('sends to those alone who are still open', async () => {
    const world = new SendingWorld();
    world.put({
      id: 'a1',
      recipients: [
        { address: 'has@x.example', status: 'accepted', reply: null },
        { address: 'open@x.example', status: 'open', reply: '451 later' },
        { address: 'no@x.example', status: 'refused', reply: '550 no' },
      ],
    });
    await world.flush();
    expect(world.deliveries[0]?.recipients).toEqual(['open@x.example']);
    expect(world.entries.get('a1')).toMatchObject({
      state: 'failed',
      lastError: 'no@x.example: 550 no',
    });
    expect(world.sent).toHaveLength(1);
  });
});

describe('where there is no connection', () => {
  it('every message waits, knows why, and nobody is asked twice', async () => {
    const world = new SendingWorld();
    for (const id of ['a1', 'b2']) world.put({ id });
    let asked = 0;
    world.onConnect = () => {
      asked += 1;
      throw new TemporaryError('x.example:1 refuses connections');
    };
    await expect(world.flush()).rejects.toThrow('refuses connections');
    expect(asked).toBe(1);
    for (const entry of world.entries.values())
      expect(entry).toMatchObject({
        state: 'queued',
        attempts: 1,
        lastError: 'x.example:1 refuses connections',
        nextAttempt: world.clock.now() + 60_000,
      });
    world.onConnect = () => undefined;
    await world.flushAll();
    expect(idsOf(world)).toEqual(['a1', 'b2']);
    expect(world.sent).toHaveLength(2);
  });
});

describe('one bad message', () => {
  it('that is refused does not stop the others', async () => {
    const world = new SendingWorld();
    for (const id of ['a1', 'b2']) world.put({ id });
    world.onSend = ({ octets }) => {
      if (octets.toString() !== 'a1') return null;
      throw new RefusedError('the sender was refused: 550', { reach: 'message' });
    };
    await world.flush();
    expect(idsOf(world)).toEqual(['b2']);
    expect(world.entries.get('a1')).toMatchObject({ state: 'failed' });
  });

  it('that breaks the connection is tried again; the others get a new one', async () => {
    const world = new SendingWorld();
    for (const id of ['a1', 'b2']) world.put({ id });
    let connections = 0;
    world.onConnect = () => void (connections += 1);
    world.onSend = ({ octets }) => {
      if (octets.toString() !== 'a1') return null;
      throw new TemporaryError('x.example:1 has cut the connection');
    };
    await world.flush();
    expect(connections).toBe(2);
    expect(idsOf(world)).toEqual(['b2']);
    expect(world.entries.get('a1')).toMatchObject({ state: 'queued', attempts: 1 });
  });

  it('that can’t be read stays, and is told', async () => {
    const world = new SendingWorld();
    for (const id of ['a1', 'b2']) world.put({ id });
    world.messages.delete('a1');
    const report = await world.flush();
    expect(idsOf(world)).toEqual(['b2']);
    expect(world.entries.get('a1')).toMatchObject({
      state: 'queued',
      lastError: 'a1 has no message',
    });
    expect(report.messages.map(({ id, result }) => [id, result])).toEqual([
      ['a1', 'deferred'],
      ['b2', 'sent'],
    ]);
  });

  it('of which nobody knows is tried again with the same Message-ID', async () => {
    const world = new SendingWorld();
    world.put({ id: 'a1' });
    world.onSend = () => ({ kind: 'uncertain', reason: 'cut after the dot' });
    const report = await world.flush();
    expect(report.messages[0]).toMatchObject({ result: 'uncertain', reason: 'cut after the dot' });
    expect(world.entries.get('a1')).toMatchObject({ state: 'uncertain' });
    world.onSend = () => null;
    await world.flushAll();
    expect(idsOf(world)).toEqual(['a1']);
  });
});

describe('a stop', () => {
  it('leaves what was not sent as it was', async () => {
    const world = new SendingWorld();
    for (const id of ['a1', 'b2']) world.put({ id });
    const before = new Map(world.entries);
    const stop = new AbortController();
    world.onSend = () => {
      stop.abort();
      throw new Error('aborted');
    };
    await world.flush(stop.signal);
    expect(world.entries).toEqual(before);
  });
});

describe('the copy', () => {
  it('is kept locally where the server has no sent folder', async () => {
    const world = new SendingWorld();
    world.folders = [];
    world.put({ id: 'a1' });
    await world.flush();
    expect([...(world.store.folder('/mail/mara', 'Sent')?.values() ?? [])]).toEqual([
      Buffer.from('a1'),
    ]);
    expect(world.entries.size).toBe(0);
  });

  it('is kept locally for an account that sends alone', async () => {
    const world = new SendingWorld();
    world.account = { ...account, receive: false, incoming: undefined };
    world.put({ id: 'a1' });
    await world.flush();
    expect(world.store.folder('/mail/mara', 'Sent')?.size).toBe(1);
  });

  it.each([
    ['the account says so', { ...account, saveSent: false as const }, true],
    ['the message says so', account, false],
    [
      'the provider files it',
      { ...account, outgoing: { ...account.outgoing!, host: 'smtp.gmail.com' } },
      true,
    ],
  ])('is not kept where %s', async (_name, other, saveSent) => {
    const world = new SendingWorld();
    world.account = other;
    world.put({ id: 'a1', saveSent });
    await world.flush();
    expect([world.deliveries.length, world.sent.length, world.entries.size]).toEqual([1, 0, 0]);
  });

  it('that can’t be filed waits; the message is not sent again', async () => {
    const world = new SendingWorld();
    world.put({ id: 'a1' });
    world.onAppend = () => {
      throw new StorageError('over quota');
    };
    const report = await world.flush();
    expect(report.messages[0]).toMatchObject({ result: 'unfiled', reason: 'over quota' });
    world.onAppend = () => undefined;
    await world.flushAll();
    expect([world.deliveries.length, world.sent.length, world.entries.size]).toEqual([1, 1, 0]);
  });
});

describe('killed at any step and run again', () => {
  async function steps(): Promise<number> {
    const world = worldOfTwo();
    world.lives = 1000;
    await world.flush();
    return 1000 - world.lives;
  }

  function worldOfTwo(): SendingWorld {
    const world = new SendingWorld();
    for (const id of ['a1', 'b2']) world.put({ id });
    return world;
  }

  it('nothing is lost, and twice goes only what nobody could know of; each copy is filed once', async () => {
    const all = await steps();
    expect(all).toBeGreaterThan(20);
    for (let lives = 0; lives <= all; lives += 1) {
      const world = worldOfTwo();
      world.lives = lives;
      await world.flush().catch(() => undefined);
      world.lives = null;
      world.unknown = false;
      await world.flushAll();
      const context = `killed after ${lives} steps`;
      expect(new Set(idsOf(world)), context).toEqual(new Set(['a1', 'b2']));
      expect(world.deliveries.length, context).toBe(world.killedUnknown ? 3 : 2);
      expect([...world.sent].sort(), context).toEqual([
        '<a1@brunnen.example>',
        '<b2@brunnen.example>',
      ]);
      expect(world.entries.size, context).toBe(0);
    }
  });

  it('twice in a row, at every pair of steps', async () => {
    const all = await steps();
    for (let first = 0; first <= all; first += 1)
      for (let second = 0; second <= all; second += 3) {
        const world = worldOfTwo();
        for (const lives of [first, second]) {
          world.lives = lives;
          await world.flush().catch(() => undefined);
        }
        world.lives = null;
        world.unknown = false;
        await world.flushAll();
        expect(new Set(idsOf(world))).toEqual(new Set(['a1', 'b2']));
        expect([...world.sent].sort()).toEqual(['<a1@brunnen.example>', '<b2@brunnen.example>']);
        expect(world.entries.size).toBe(0);
      }
  });
});
