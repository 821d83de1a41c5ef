import { afterEach, describe, expect, test } from 'vitest';
import type { OnResponse } from '../../../src/demo/faults.ts';
import { corpus, hugeMessage, oddMessages } from '../../servers/messages.ts';
import { demo, scripted, stopAll } from './fixtures.ts';
import { fetchAll, inbox, listAll, readAll, refusalOf, sha256 } from './harness.ts';

afterEach(stopAll);

describe('fetching', () => {
  test('2,000 messages, octet by octet, in order', async () => {
    const messages = corpus(2_000, 3);
    const { session } = await demo(messages);
    await session.open(inbox);
    const fetched = await fetchAll(session, await listAll(session));
    expect(fetched.length).toBe(2_000);
    fetched.forEach(({ octets, message }, index) => {
      expect(message.id).toBe(String(index + 1));
      expect(octets?.equals(messages[index] ?? Buffer.alloc(0))).toBe(true);
    });
  });

  test('odd messages', async () => {
    const odd = [...oddMessages().values()];
    const { session } = await demo(odd);
    await session.open(inbox);
    const fetched = await fetchAll(session, await listAll(session));
    expect(fetched.map(({ octets }) => octets && sha256(octets))).toEqual(odd.map(sha256));
  });

  test('60 MB in bounded memory', async () => {
    const huge = hugeMessage();
    const { session } = await demo([huge, Buffer.from('after\r\n')]);
    await session.open(inbox);
    const listed = await listAll(session);
    const before = process.memoryUsage().arrayBuffers;
    let peak = 0;
    let at = 0;
    for await (const { body } of session.fetch(listed)) {
      for await (const chunk of body) {
        if (at < huge.length) {
          expect(chunk.equals(huge.subarray(at, at + chunk.length))).toBe(true);
          at += chunk.length;
          peak = Math.max(peak, process.memoryUsage().arrayBuffers - before);
        } else {
          expect(String(chunk)).toBe('after\r\n');
        }
      }
    }
    expect(at).toBe(huge.length);
    expect(peak).toBeLessThan(45_000_000);
  });

  test.each([1, 2, 3])('a message of exactly %i MiB, and one octet more or less', async (mebi) => {
    const size = mebi * 1024 * 1024;
    const messages = [size - 1, size, size + 1].map((each) => hugeMessage(each));
    const { session } = await demo(messages);
    await session.open(inbox);
    const fetched = await fetchAll(session, await listAll(session));
    expect(fetched.map(({ octets }) => octets && sha256(octets))).toEqual(messages.map(sha256));
  });

  test('the size on the list does not matter', async () => {
    const messages = [hugeMessage(5_000_000), hugeMessage(300_000), Buffer.from('tiny\r\n')];
    const { session } = await demo(messages);
    await session.open(inbox);
    const listed = await listAll(session);
    const sizes = [
      [10, 9_000_000, 0],
      [9_000_000, 1, 2_000_000],
      [null, null, null],
    ];
    for (const claimed of sizes) {
      const lies = listed.map((message, index) => ({ ...message, size: claimed[index] ?? null }));
      const fetched = await fetchAll(session, lies);
      expect(fetched.map(({ octets }) => octets && sha256(octets))).toEqual(messages.map(sha256));
    }
  });

  test('several bodies at once, and one left alone', async () => {
    const messages = [hugeMessage(3_000_000), Buffer.from('a\r\n'), hugeMessage(4_000_000)];
    const { session } = await demo(messages);
    await session.open(inbox);
    const reading: Promise<Buffer>[] = [];
    for await (const { body } of session.fetch(await listAll(session))) reading.push(readAll(body));
    const octets = await Promise.all(reading);
    expect(octets.map(sha256)).toEqual(messages.map(sha256));
    for await (const { body } of session.fetch(await listAll(session))) {
      void body;
      break;
    }
    expect(await session.uidNext('INBOX')).toBe(4);
  });

  test('what lies unread holds the next set back', async () => {
    const commands: string[] = [];
    const onResponse: OnResponse = (command, payload) => {
      if (command === 'UID FETCH' && payload.length > 100_000) commands.push(command);
      return payload;
    };
    const messages = Array.from({ length: 30 }, () => hugeMessage(1_000_000));
    const { session } = await demo(messages, { onResponse });
    await session.open(inbox);
    const listed = await listAll(session);
    const iterator = session.fetch(listed)[Symbol.asyncIterator]();
    const bodies: AsyncIterable<Buffer>[] = [];
    for (let taken = 0; taken < 9; taken += 1) {
      const next = await iterator.next();
      if (next.done !== true) bodies.push(next.value.body);
    }
    await session.uidNext('INBOX');
    expect(commands.length).toBeLessThanOrEqual(16);
    for (const body of bodies) await readAll(body);
    let rest = 0;
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
      await readAll(next.value.body);
      rest += 1;
    }
    expect(rest).toBe(21);
  });

  test('flags are those that came with the body', async () => {
    const { mailbox, session } = await demo([Buffer.from('x\r\n')]);
    await session.open(inbox);
    const listed = await listAll(session);
    mailbox.inbox.messages[0]?.flags.add('\\Flagged');
    const [fetched] = await fetchAll(session, listed);
    expect(fetched?.message.flags).toEqual(['F']);
  });

  test('messages that vanished are left out', async () => {
    const { mailbox, session } = await demo(['a', 'b', 'c'].map((text) => Buffer.from(text)));
    await session.open(inbox);
    const listed = await listAll(session);
    mailbox.inbox.remove(new Set([2]));
    // The server tells what is gone with the answer to some other command.
    await session.uidNext('INBOX');
    const fetched = await fetchAll(session, listed);
    expect(fetched.map(({ message }) => message.id)).toEqual(['1', '3']);
  });

  test('in the given order, whatever order they come in', async () => {
    const { session } = await scripted(({ text }) =>
      text.startsWith('UID FETCH')
        ? '* 2 FETCH (UID 2 BODY[]<0> "two")\r\n* 1 FETCH (FLAGS (\\Seen) UID 1)\r\n' +
          '* 1 FETCH (UID 1 BODY[]<0> {3}\r\none FLAGS ())\r\n$ OK\r\n'
        : undefined,
    );
    const fetched = await fetchAll(session, [message('1', 3), message('2', 3)]);
    expect(fetched.map(({ octets }) => String(octets))).toEqual(['one', 'two']);
  });

  test('a message that the server refuses stops no other', async () => {
    const { session } = await scripted(({ text }) => {
      if (text.startsWith('UID SEARCH')) return '* SEARCH 1 2 3\r\n$ OK\r\n';
      if (!text.startsWith('UID FETCH')) return undefined;
      const uid = /^UID FETCH (\d) /.exec(text)?.[1];
      if (uid === undefined)
        return '* 1 FETCH (UID 1 BODY[]<0> "one")\r\n$ NO [UNKNOWN-CTE] bad\r\n';
      return uid === '2'
        ? '$ NO [UNKNOWN-CTE] bad\r\n'
        : `* ${uid} FETCH (UID ${uid} BODY[]<0> "three")\r\n$ OK\r\n`;
    });
    const fetched = await fetchAll(
      session,
      ['1', '2', '3'].map((id) => message(id, 5)),
    );
    expect(fetched.map(({ octets }) => octets && String(octets))).toEqual(['one', null, 'three']);
    expect(fetched[1]?.error).toMatchObject({ reach: 'message' });
    expect(fetched[1]?.error?.message).toContain('UNKNOWN-CTE');
  });

  test.each([
    ['a line that cannot be read', '* 1 FETCH (UID 1 BODY[]<0> ((\r\n$ OK\r\n'],
    ['NIL for octets', '* 1 FETCH (UID 1 BODY[]<0> NIL)\r\n$ OK\r\n'],
    ['nothing though it is there', '$ OK\r\n'],
    ['8-bit octets in quotes', Buffer.from('* 1 FETCH (UID 1 BODY[] "\xe4")\r\n', 'latin1')],
  ])('%s: an error that reaches the message', async (_title, answer) => {
    const { session } = await scripted(({ text, tag }) => {
      if (text.startsWith('UID SEARCH')) return '* SEARCH 1\r\n$ OK\r\n';
      if (!text.startsWith('UID FETCH')) return undefined;
      return Buffer.isBuffer(answer)
        ? Buffer.concat([answer, Buffer.from(`${tag} OK\r\n`)])
        : answer;
    });
    const [fetched] = await fetchAll(session, [message('1', 5)]);
    expect(fetched?.error).toMatchObject({ reach: 'message' });
  });

  test('a NIL for a message of nothing is empty', async () => {
    const { session } = await scripted(({ text }) =>
      text.startsWith('UID FETCH') ? '* 1 FETCH (UID 1 BODY[]<0> NIL)\r\n$ OK\r\n' : undefined,
    );
    const [fetched] = await fetchAll(session, [message('1', 0)]);
    expect(fetched?.octets?.length).toBe(0);
  });

  test('a server without parts gives the whole', async () => {
    const { session } = await scripted(({ text }) =>
      text.startsWith('UID FETCH')
        ? '* 1 FETCH (UID 1 BODY[] {5}\r\nwhole)\r\n$ OK\r\n'
        : undefined,
    );
    const [fetched] = await fetchAll(session, [message('1', 9_000_000)]);
    expect(String(fetched?.octets)).toBe('whole');
  });

  test('a literal beyond all limits ends the connection, not the memory', async () => {
    const { session } = await scripted(({ text }) =>
      text.startsWith('UID FETCH') ? '* 1 FETCH (UID 1 BODY[] {9999999999}\r\nxxx' : undefined,
    );
    const error = await refusalOf(fetchAll(session, [message('1', 5)]));
    expect(error).toMatchObject({ reach: 'account' });
  });

  test('messages of another folder are not fetched by mistake', async () => {
    const { session } = await demo([hugeMessage(5_000_000), Buffer.from('b')]);
    await session.open(inbox);
    const iterator = session.fetch(await listAll(session))[Symbol.asyncIterator]();
    const first = await iterator.next();
    await session.open(inbox);
    const body = first.done === true ? [] : first.value.body;
    await expect(readAll(body as AsyncIterable<Buffer>)).rejects.toMatchObject({ exitStatus: 70 });
  });

  function message(id: string, size: number) {
    return { id, size, internalDate: null, flags: [] };
  }
});
