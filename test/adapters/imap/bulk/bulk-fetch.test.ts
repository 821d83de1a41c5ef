/** The bulk reader on a connection of imapflow: what is asked, how it ends, and how the connection goes on. */

import { afterEach, describe, expect, test } from 'vitest';
import { bulkFetch } from '../../../../src/adapters/imap/bulk/bulk-fetch.ts';
import type { BulkItem } from '../../../../src/adapters/imap/bulk/bulk-item.ts';
import { UidSet } from '../../../../src/core/sync/uid-set.ts';
import { InternalError, TemporaryError } from '../../../../src/errors.ts';
import { gather } from './bulk-harness.ts';
import { expectInStep, message, opening, scripted, stopAll } from './scripted.ts';

afterEach(stopAll);

const uids = (from: number, to: number): UidSet => UidSet.ofRanges([{ from, to }]);
const plain = { condstore: false };

/** The UIDs of a set of numbers and ranges. */
function uidsOf(set: string): number[] {
  return set.split(',').flatMap((part) => {
    const [from = 0, to = from] = part.split(':').map(Number);
    return [...uids(from, to)];
  });
}

const all = (set: string): string =>
  uidsOf(set)
    .map((uid) => message(uid))
    .join('');

describe('what is asked', () => {
  test('everything, in windows, with tags that are not imapflow’s', async () => {
    const { connection, server, fetches } = await scripted(({ set }) => `${all(set)}$ OK done\r\n`);
    const set = UidSet.of([1, 2, 4, 5, 9]);
    const { messages, answers, error } = await gather(
      bulkFetch(connection, set, { condstore: true, window: 2 }),
    );
    expect(error).toBeUndefined();
    expect(messages.map(({ facts }) => facts.uid)).toEqual([...set]);
    expect(answers).toHaveLength(3);
    const items = '(UID FLAGS INTERNALDATE RFC822.SIZE MODSEQ BODY.PEEK[])';
    expect(fetches()).toEqual(['1:2', '4:5', '9'].map((each) => `UID FETCH ${each} ${items}`));
    await expectInStep(connection);
    const tags = server.heard.map((line) => line.slice(0, line.indexOf(' ')));
    expect(new Set(tags).size).toBe(tags.length);
    for (const [at, line] of server.heard.entries())
      expect(/^[0-9A-F]+$/.test(tags[at] ?? ''), line).toBe(!line.includes('UID FETCH'));
  });

  test('without flags, without MODSEQ; facts in front', async () => {
    const { connection, fetches } = await scripted(({ items, set }) =>
      items.includes('BODY') ? `${all(set)}$ OK\r\n` : '$ OK\r\n',
    );
    const options = { condstore: false, withFlags: false, factsFirst: true };
    const { messages, answers } = await gather(bulkFetch(connection, uids(7, 7), options));
    expect(fetches()).toEqual([
      'UID FETCH 7 (UID INTERNALDATE RFC822.SIZE)',
      'UID FETCH 7 (UID BODY.PEEK[])',
    ]);
    expect([messages.length, answers.length]).toEqual([1, 1]);
  });

  test('two windows are on the wire, the third when the first is answered', async () => {
    const heard: string[] = [];
    let release = (): void => {};
    const { connection } = await scripted(({ set, tag, socket }) => {
      heard.push(set);
      if (set === '1') release = () => socket.write(`${message(1)}${tag} OK\r\n`);
      if (set === '2') release();
      return set === '1' ? undefined : `${all(set)}$ OK\r\n`;
    });
    const { messages } = await gather(bulkFetch(connection, uids(1, 3), { ...plain, window: 1 }));
    expect(heard).toEqual(['1', '2', '3']);
    expect(messages).toHaveLength(3);
  });

  test('nothing at all', async () => {
    const { connection, fetches } = await scripted(() => undefined);
    expect(await gather(bulkFetch(connection, UidSet.empty, plain))).toMatchObject({ answers: [] });
    expect(fetches()).toEqual([]);
    await expectInStep(connection);
  });
});

describe('afterwards the connection is as it was', () => {
  test('after a refused window; no further one is asked for', async () => {
    const { connection, fetches } = await scripted(({ set }) =>
      set === '1:2' ? `${message(1)}$ NO [LIMIT] enough\r\n` : `${all(set)}$ OK done\r\n`,
    );
    const options = { ...plain, window: 2 };
    const { messages, answers } = await gather(bulkFetch(connection, uids(1, 8), options));
    expect(messages.map(({ facts }) => facts.uid)).toEqual([1, 3, 4]);
    expect(answers).toEqual([
      { missing: [2], answer: { status: 'NO', code: 'LIMIT', text: 'enough' } },
      { missing: [], answer: { status: 'OK', code: '', text: 'done' } },
    ]);
    expect(fetches()).toHaveLength(2);
    await expectInStep(connection);
    const again = await gather(bulkFetch(connection, uids(5, 8), options));
    expect(again.messages.map(({ facts }) => facts.uid)).toEqual([5, 6, 7, 8]);
  });

  test('after lines that nobody can read', async () => {
    const { connection } = await scripted(
      ({ set }) =>
        `* 1 FETCH (UID 1 BODY[] {3\r\n* 1 FETCH (UID 1 BODY[] {3}\r\nonetwo)\r\nwhat\r\n${all(set)}$ OK\r\n`,
    );
    const { messages, unreadable } = await gather(bulkFetch(connection, uids(1, 2), plain));
    expect([messages.length, unreadable.length]).toEqual([2, 2]);
    await expectInStep(connection);
  });

  test('what the server says behind the last answer is imapflow’s', async () => {
    const { connection } = await scripted(({ set, socket }) => {
      socket.write(`* 12 EXISTS\r\n`);
      return `${all(set)}$ OK\r\n* 14 EXISTS\r\n* 1 EXPUNGE\r\n* LIST () "/" {5}\r\nIn`;
    });
    await gather(bulkFetch(connection, uids(1, 2), plain));
    connection.socket?.emit('data', Buffer.from('box\r\n'));
    await connection.run('NOOP', []);
    expect(connection.exists).toBe(13);
    await expectInStep(connection);
  });

  test('what was half read before it began is read to its end', async () => {
    const halves = [
      '* OK [ALERT] ha',
      '* LIST () "/" {5}\r\nIn',
      '* LIST () "/" {5}\r\nInbox NIL {4}\r\n',
      '* 15 ',
    ];
    const rests = ['lf\r\n', 'box\r\n', 'four)\r\n', 'EXISTS\r\n'];
    let at = 0;
    const { connection } = await scripted(({ set }) => `${rests[at]}${all(set)}$ OK\r\n`);
    for (; at < halves.length; at += 1) {
      connection.socket?.emit('data', Buffer.from(halves[at] ?? ''));
      const { messages, unreadable } = await gather(bulkFetch(connection, uids(1, 2), plain));
      expect([messages.length, unreadable]).toEqual([2, []]);
      await expectInStep(connection);
    }
    expect(connection.exists).toBe(3);
  });

  test('a command that is running has the socket', async () => {
    const { connection } = await scripted(({ set }) => `${all(set)}$ OK\r\n`);
    const running = connection.run('NOOP', []);
    const { error } = await gather(bulkFetch(connection, uids(1, 2), plain));
    expect(error).toBeInstanceOf(InternalError);
    await running;
    await expectInStep(connection);
  });
});

describe('large messages', () => {
  const large = 'x'.repeat(300_000);

  test('are streams, each the last of its batch', async () => {
    const { connection } = await scripted(
      () => `${message(1)}${message(2, large)}${message(3)}${message(4, large)}$ OK\r\n`,
    );
    const batches: string[] = [];
    for await (const batch of bulkFetch(connection, uids(1, 4), plain)) {
      batches.push(
        batch.map((item) => (item.kind === 'message' ? item.body.kind : item.kind)).join(' '),
      );
      const last = batch.at(-1);
      if (last?.kind !== 'message' || last.body.kind !== 'stream') continue;
      let octets = 0;
      for await (const chunk of last.body.chunks) octets += chunk.length;
      expect(octets).toBe(large.length);
    }
    expect(batches.join('; ')).toMatch(/^whole(; )?( )?stream; whole(; )?( )?stream; answered$/);
    await expectInStep(connection);
  });

  test('that are not read are passed over, from the beginning or from the middle', async () => {
    const { connection } = await scripted(
      () => `${message(1, large)}${message(2, large)}${message(3)}$ OK\r\n`,
    );
    const items: BulkItem[] = [];
    for await (const batch of bulkFetch(connection, uids(1, 3), plain)) {
      items.push(...batch);
      const last = batch.at(-1);
      if (last?.kind !== 'message' || last.body.kind !== 'stream' || last.facts.uid !== 2) continue;
      for await (const chunk of last.body.chunks) if (chunk.length > 0) break;
    }
    expect(items.map(({ kind }) => kind)).toEqual(['message', 'message', 'message', 'answered']);
    await expectInStep(connection);
  });

  test('whose line does not end well are cut, and the session goes on', async () => {
    const { connection } = await scripted(
      () => `${opening(1, large.length)}${large}more)\r\n${message(2)}$ OK\r\n`,
    );
    const { messages } = await gather(bulkFetch(connection, uids(1, 2), plain));
    expect(messages[0]?.error).toMatchObject({ reach: 'message', retry: 'later' });
    expect(messages[1]?.octets?.toString()).toBe('octets of 2');
    await expectInStep(connection);
  });
});

describe('how it ends early', () => {
  test('the server hangs up: what came before it is handed on', async () => {
    const { connection } = await scripted(() => `${message(1)}${message(2)}* BYE I am {tired}\r\n`);
    const { messages, answers, error } = await gather(bulkFetch(connection, uids(1, 3), plain));
    expect([messages.length, answers.length]).toEqual([2, 0]);
    expect(error).toMatchObject({
      message: 'the server hung up: “I am {tired}”',
      reach: 'account',
    });
    const again = await gather(bulkFetch(connection, uids(1, 3), plain));
    expect(again.error).toMatchObject({ message: 'the server hung up: “I am {tired}”' });
  });

  test('the connection breaks in the middle of a stream', async () => {
    const { connection } = await scripted(({ socket }) => {
      socket.end(`${message(1)}${opening(2, 900_000)}${'x'.repeat(400_000)}`);
      return undefined;
    });
    const { messages, error } = await gather(bulkFetch(connection, uids(1, 3), plain));
    expect(messages.map(({ facts }) => facts.uid)).toEqual([1, 2]);
    expect(messages[1]?.error).toMatchObject({ reach: 'account', layer: 'session' });
    expect(error).toBeInstanceOf(TemporaryError);
  });

  test('the signal ends it at once, streams too, however much lies ready', async () => {
    const abort = new AbortController();
    const why = new TemporaryError('the sync was given up');
    const { connection } = await scripted(
      () => `${message(1)}${opening(2, 900_000)}${'x'.repeat(400_000)}`,
      abort.signal,
    );
    const batches = bulkFetch(connection, uids(1, 3), plain)[Symbol.asyncIterator]();
    let stream: AsyncIterator<Buffer> | undefined;
    while (stream === undefined) {
      const last = ((await batches.next()).value as readonly BulkItem[]).at(-1);
      if (last?.kind === 'message' && last.body.kind === 'stream')
        stream = last.body.chunks[Symbol.asyncIterator]();
    }
    await stream.next();
    abort.abort(why);
    await expect(stream.next()).rejects.toBe(why);
    await expect(batches.next()).rejects.toBe(why);
  });

  test('the signal ends a wait', async () => {
    const abort = new AbortController();
    const why = new TemporaryError('the sync was given up');
    const { connection } = await scripted(() => {
      abort.abort(why);
      return undefined;
    }, abort.signal);
    expect((await gather(bulkFetch(connection, uids(1, 3), plain))).error).toBe(why);
  });

  test('whoever leaves early has dropped the connection', async () => {
    const { connection } = await scripted(() => message(1));
    for await (const batch of bulkFetch(connection, uids(1, 3), plain)) if (batch.length > 0) break;
    expect(connection.lost).toBe(true);
    expect(connection.dropped?.message).toMatch(/not taken to their end/);
  });

  test('silence', async () => {
    const { connection } = await scripted(() => message(1));
    const { messages, error } = await gather(
      bulkFetch(connection, uids(1, 3), { ...plain, stallMs: 100 }),
    );
    expect(error).toMatchObject({ code: 'timeout', message: 'the server did not answer for 0 s' });
    expect(messages).toHaveLength(1);
  });

  test('drips, however many octets they are that nobody asked for', async () => {
    const { connection } = await scripted(({ socket }) => {
      const drip = (): void => void socket.write('* 9 FETCH (UID 9 BODY[] {9}\r\n123456789)\r\n');
      const timer = setInterval(drip, 5);
      socket.on('close', () => clearInterval(timer));
      return undefined;
    });
    const options = { ...plain, stallMs: 5_000, floorMs: 200 };
    const { error } = await gather(bulkFetch(connection, uids(1, 3), options));
    expect(error).toMatchObject({
      code: 'timeout',
      message: expect.stringMatching(/hardly anything/),
    });
  });

  test('a line without end', async () => {
    const { connection } = await scripted(() => 'x'.repeat(9_000_000));
    const { error } = await gather(bulkFetch(connection, uids(1, 3), plain));
    expect(error).toMatchObject({
      message: 'the server sends a line that has no end',
      reach: 'account',
    });
  });
});
