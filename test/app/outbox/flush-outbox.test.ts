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

describe('a disk of the outbox that fails', () => {
  /** What a daemon does: it looks every 15 s, for an hour. */
  async function anHour(world: SendingWorld): Promise<number[]> {
    const times: number[] = [];
    world.onSend = () => {
      times.push(world.clock.now());
      return null;
    };
    for (let at = 0; at < 240; at += 1) {
      await world.flush().catch(() => undefined);
      await world.clock.advance(15_000);
    }
    return times;
  }

  it('after the mark: the message is tried again by its backoff, not every 15 s', async () => {
    const world = new SendingWorld();
    world.put({ id: 'a1' });
    world.onWrite = ({ state }) => {
      if (state !== 'sending') throw new StorageError('no space is left for the outbox');
    };
    const times = await anHour(world);
    expect(times.length).toBeLessThanOrEqual(6);
    const pauses = times.slice(1).map((time, at) => time - (times[at] ?? 0));
    for (const [at, pause] of pauses.entries())
      expect(pause).toBeGreaterThanOrEqual(60_000 * 2 ** at);
    expect(world.entries.get('a1')).toMatchObject({ state: 'sending', attempts: times.length });
  });

  it('before the mark: nothing is sent', async () => {
    const world = new SendingWorld();
    world.put({ id: 'a1' });
    world.onWrite = () => {
      throw new StorageError('the disk is mounted read-only');
    };
    expect(await anHour(world)).toEqual([]);
  });

  it('at any one write: twice at most goes the message of which it could not write, and by its backoff', async () => {
    for (let at = 1; at <= 6; at += 1) {
      const world = new SendingWorld();
      for (const id of ['a1', 'b2']) world.put({ id });
      let writes = 0;
      world.onWrite = () => {
        writes += 1;
        if (writes === at) throw new StorageError('the disk failed at the outbox');
      };
      const times = await anHour(world);
      expect(times.length, `write ${at}`).toBeLessThanOrEqual(3);
      expect(new Set(idsOf(world)), `write ${at}`).toEqual(new Set(['a1', 'b2']));
      if (times.length === 3)
        expect((times[2] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(60_000);
      expect(world.entries.size, `write ${at}`).toBe(0);
    }
  });
});

describe('a server that stalls', () => {
  it('costs its time once: the messages behind it are put off at once, without a connection', async () => {
    const world = new SendingWorld();
    for (const id of ['a1', 'b2', 'c3']) world.put({ id });
    let connections = 0;
    let sends = 0;
    world.onConnect = () => void (connections += 1);
    world.onSend = () => {
      sends += 1;
      world.broken = new TemporaryError('x did not answer within 600 s', { code: 'timeout' });
      return { kind: 'uncertain', reason: world.broken.message };
    };
    const report: string[] = [];
    await expect(world.flush()).rejects.toThrow('within 600 s');
    for (const { id, state, attempts, lastError } of world.entries.values())
      report.push(`${id} ${state} ${attempts} ${String(lastError)}`);
    expect([connections, sends]).toEqual([1, 1]);
    expect(report).toEqual([
      'a1 uncertain 1 x did not answer within 600 s',
      'b2 queued 1 x did not answer within 600 s',
      'c3 queued 1 x did not answer within 600 s',
    ]);
  });

  it('but answers each time just in time: the flush ends, the rest is left as it is', async () => {
    const world = new SendingWorld();
    for (let at = 0; at < 20; at += 1) world.put({ id: `m${at}` });
    const before = new Map(world.entries);
    let sends = 0;
    world.onSend = () => {
      sends += 1;
      void world.clock.jump(world.clock.now() + 290_000);
      return null;
    };
    const report = await world.flush();
    expect(sends).toBe(4);
    const waiting = report.messages.filter(({ result }) => result === 'deferred');
    expect(waiting).toHaveLength(16);
    expect(waiting[0]).toMatchObject({ reason: expect.stringContaining('slow') });
    expect([...world.entries.values()].every((each) => before.get(each.id) === each)).toBe(true);
  });
});

describe('a server that takes no more recipients in one go', () => {
  const recipients = ['a', 'b', 'c', 'd', 'e'].map((name) => ({
    ...{ address: `${name}@x.example`, status: 'open' as const, reply: null },
  }));

  function takingTwo(world: SendingWorld): void {
    world.onSend = (message) => {
      world.deliveries.push({ ...message, recipients: message.recipients.slice(0, 2) });
      const verdicts = message.recipients.map((address, at) =>
        at < 2
          ? { address, kind: 'accepted' as const }
          : { address, kind: 'excess' as const, reply: '552 too many' },
      );
      return { kind: 'answered', verdicts, reply: '250 ok' };
    };
  }

  it('gets the rest in other transactions of the same flush: each once', async () => {
    const world = new SendingWorld();
    world.put({ id: 'a1', recipients });
    takingTwo(world);
    const report = await world.flush();
    expect(world.deliveries.map((each) => each.recipients.map(([name]) => name).join(''))).toEqual([
      ...['ab', 'cd', 'e'],
    ]);
    expect(report.messages).toMatchObject([{ id: 'a1', result: 'sent' }]);
    expect(world.sent).toHaveLength(1);
  });

  it('killed at any step between them, nobody is left out, and who is known to have it does not get it again', async () => {
    for (let lives = 0; lives < 30; lives += 1) {
      const world = new SendingWorld();
      world.put({ id: 'a1', recipients });
      takingTwo(world);
      world.lives = lives;
      await world.flush().catch(() => undefined);
      world.lives = null;
      const known = world.entries
        .get('a1')
        ?.recipients.filter(({ status }) => status === 'accepted');
      const before = world.deliveries.length;
      await world.flushAll();
      const later = world.deliveries.slice(before).flatMap((each) => each.recipients);
      for (const { address } of known ?? []) expect(later).not.toContain(address);
      expect(new Set(world.deliveries.flatMap((each) => each.recipients)).size).toBe(5);
      expect(world.entries.size).toBe(0);
    }
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
