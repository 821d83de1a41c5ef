import { describe, expect, it } from 'vitest';
import { StorageError, TemporaryError } from '../../../src/errors.ts';
import { SendingWorld } from '../../fakes/sending-world.ts';

function idsOf(world: SendingWorld): string[] {
  return world.deliveries.map(({ octets }) => octets.toString()).sort();
}

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

it('a disk that fails after the copy was filed: looked for again by the backoff, never filed twice', async () => {
  const world = new SendingWorld();
  world.put({ id: 'a1' });
  let connections = 0;
  world.onRemove = () => {
    throw new StorageError('the disk failed at the outbox');
  };
  world.onList = () => void (connections += 1);
  for (let at = 0; at < 240; at += 1) {
    await world.flush().catch(() => undefined);
    await world.clock.advance(15_000);
  }
  expect(connections).toBeLessThanOrEqual(6);
  expect([world.deliveries.length, world.sent.length]).toEqual([1, 1]);
  world.onRemove = () => undefined;
  await world.flushAll();
  expect([world.deliveries.length, world.sent.length, world.entries.size]).toEqual([1, 1, 0]);
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
