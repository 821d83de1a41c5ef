import { afterEach, describe, expect, test } from 'vitest';
import { cutAfterBytes, closeAt, stallAt, type OnResponse } from '../../../src/demo/faults.ts';
import { startImapServer } from '../../../src/demo/imap-server.ts';
import { Mailbox } from '../../../src/demo/mailbox.ts';
import type { FilingSession } from '../../../src/ports/mailbox-source.ts';
import { corpus, hugeMessage, oddMessages } from '../../servers/messages.ts';
import {
  accountAt,
  connect,
  fetchAll,
  inbox,
  listAll,
  plainFolder,
  readAll,
  refusalOf,
  secret,
  sha256,
  type ConnectOptions,
} from './harness.ts';
import { scriptedServer, type Script } from './scripted-server.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

interface Fixture {
  mailbox: Mailbox;
  session: FilingSession;
}

async function demo(
  messages: readonly Buffer[],
  options: ConnectOptions & { onResponse?: OnResponse; mailbox?: Mailbox } = {},
): Promise<Fixture> {
  const { mailbox = new Mailbox(), onResponse, ...rest } = options;
  for (const raw of messages) mailbox.inbox.append({ raw });
  const user = { name: 'mara', password: secret, addresses: [], mailbox };
  const server = await startImapServer({
    users: [user],
    ...(onResponse === undefined ? {} : { onResponse }),
  });
  stops.push(() => server.stop());
  const session = await connect(accountAt(server.port), rest);
  stops.push(() => session.close());
  return { mailbox, session };
}

async function scripted(script: Script, options: ConnectOptions = {}) {
  const server = await scriptedServer(script);
  stops.push(() => server.stop());
  const session = await connect(accountAt(server.port), options);
  stops.push(() => session.close());
  await session.open(inbox);
  return { server, session };
}

describe('folders', () => {
  test('names, segments, attributes and roles', async () => {
    const mailbox = new Mailbox('.');
    for (const name of ['Entwürfe', 'a/b', '../../x', 'INBOX.Sent', 'R & D', 'Projekte.Straße'])
      mailbox.create(name);
    mailbox.create('Weg', { specialUse: '\\Trash' });
    mailbox.create('Nur oben', { selectable: false });
    const { session } = await demo([], { mailbox });
    const folders = await session.folders();
    const found = (path: string) => folders.find((folder) => folder.path === path);
    expect(found('INBOX')).toMatchObject({ role: 'inbox', segments: ['INBOX'] });
    expect(found('Entwürfe')).toMatchObject({ role: 'drafts', segments: ['Entwürfe'] });
    expect(found('a/b')).toMatchObject({ role: null, segments: ['a/b'], selectable: true });
    expect(found('INBOX.Sent')).toMatchObject({ role: 'sent', segments: ['INBOX', 'Sent'] });
    expect(found('R & D')).toMatchObject({ segments: ['R & D'] });
    expect(found('Projekte.Straße')).toMatchObject({ segments: ['Projekte', 'Straße'] });
    expect(found('Weg')).toMatchObject({ role: 'trash' });
    expect(found('Weg')?.attributes).toContain('\\trash');
    expect(found('Nur oben')).toMatchObject({ selectable: false });
    expect(found('../../x')?.segments).toEqual(['', '', '/', '', '/x']);
    for (const folder of folders.filter((each) => each.selectable)) {
      expect(await session.open(folder)).toMatchObject({ exists: 0 });
    }
  });

  test('names that are no modified UTF-7 go back as they came', async () => {
    const names = [
      '"&broken"',
      '"Gr\xc3\xb6\xc3\x9fe"',
      '{4}\r\na"\\b',
      '"\\\\odd"',
      '"&AOQ-&AOQ-"',
    ];
    const { server, session } = await scripted(({ text }) =>
      text.startsWith('LIST')
        ? Buffer.from(
            `${names.map((name) => `* LIST () "/" ${name}\r\n`).join('')}${tagOf(text)}`,
            'latin1',
          )
        : undefined,
    );
    function tagOf(_text: string): string {
      return `${server.heard.at(-1)?.split(' ')[0]} OK\r\n`;
    }
    const folders = await session.folders();
    expect(folders.map(({ path }) => path)).toEqual([
      '&broken',
      'Größe',
      'a"\\b',
      '\\odd',
      '&AOQ-&AOQ-',
    ]);
    for (const folder of folders) await session.open(folder);
    const opened = server.heard.filter((line) => line.includes('EXAMINE')).slice(1);
    expect(opened.map((line) => line.slice(line.indexOf('EXAMINE')))).toEqual([
      'EXAMINE "&broken"',
      'EXAMINE {7}',
      'EXAMINE "a\\"\\\\b"',
      'EXAMINE "\\\\odd"',
      'EXAMINE "&AOQ-&AOQ-"',
    ]);
  });

  test('a folder that vanished stops itself alone', async () => {
    const { session } = await demo([Buffer.from('x\r\n')]);
    const error = await refusalOf(session.open(plainFolder('Gone')));
    expect(error).toMatchObject({ reach: 'folder', exitStatus: 75 });
    expect(await session.open(inbox)).toMatchObject({ exists: 1 });
  });

  test('a UIDVALIDITY of 32 bits', async () => {
    const mailbox = new Mailbox();
    mailbox.create('Old', { uidValidity: 4_294_967_295 });
    const { session } = await demo([], { mailbox });
    expect(await session.open(plainFolder('Old'))).toEqual({
      uidValidity: '4294967295',
      uidNext: 1,
      exists: 0,
    });
  });
});

describe('listing', () => {
  test('pages, ascending, above a UID alone', async () => {
    const { mailbox, session } = await demo(corpus(2_300));
    mailbox.inbox.messages[0]?.flags.add('\\Seen').add('$Forwarded').add('\\Recent');
    await session.open(inbox);
    const sizes: number[] = [];
    for await (const page of session.list(0)) sizes.push(page.length);
    expect(sizes).toEqual([1_000, 1_000, 300]);
    const all = await listAll(session);
    expect(all.map(({ id }) => Number(id))).toEqual(mailbox.inbox.messages.map(({ uid }) => uid));
    expect(all[0]?.flags).toEqual(['P', 'S']);
    const stored = mailbox.inbox.messages[7];
    expect(all[7]?.size).toBe(stored?.raw.length);
    expect(all[7]?.internalDate).toBe(Math.floor(Number(stored?.internalDate) / 1000) * 1000);
    expect((await listAll(session, 2_298)).map(({ id }) => id)).toEqual(['2299', '2300']);
    expect(await listAll(session, 2_300)).toEqual([]);
    expect(await listAll(session, 9_999)).toEqual([]);
    expect(await listAll(session, 4_294_967_295)).toEqual([]);
  });

  test('sparse UIDs', async () => {
    const mailbox = new Mailbox();
    for (const uid of [5, 4_000_000_000, 4_294_967_290]) {
      mailbox.inbox.uidNext = uid;
      mailbox.inbox.append({ raw: Buffer.from(`${uid}\r\n`) });
    }
    const { session } = await demo([], { mailbox });
    await session.open(inbox);
    const all = await listAll(session, 5);
    expect(all.map(({ id }) => id)).toEqual(['4000000000', '4294967290']);
    expect((await fetchAll(session, all)).map(({ octets }) => String(octets))).toEqual([
      '4000000000\r\n',
      '4294967290\r\n',
    ]);
  });

  test('a message whose line cannot be read is listed all the same', async () => {
    const { session } = await scripted(({ text }) => {
      if (text.startsWith('UID SEARCH')) return '* SEARCH 2 1\r\n$ OK\r\n';
      if (!text.startsWith('UID FETCH')) return undefined;
      return '* 1 FETCH (UID 1 FLAGS () RFC822.SIZE 10)\r\n* 2 FETCH (UID 2 FLAGS (((\r\n$ OK\r\n';
    });
    expect(await listAll(session)).toEqual([
      { id: '1', size: 10, internalDate: null, flags: [] },
      { id: '2', size: null, internalDate: null, flags: [] },
    ]);
  });

  test('a refused SEARCH stops the folder', async () => {
    const { session } = await scripted(({ text }) =>
      text.startsWith('UID SEARCH') ? '$ NO [SERVERBUG] oops\r\n' : undefined,
    );
    expect(await refusalOf(listAll(session))).toMatchObject({ reach: 'folder', exitStatus: 75 });
  });
});

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

describe('a connection that breaks', () => {
  test('what had come whole is delivered, then the error reaches the account', async () => {
    const messages = corpus(300, 5);
    const { session } = await demo(messages, { onResponse: cutAfterBytes(200_000) });
    await session.open(inbox);
    const listed = await listAll(session);
    const got: Buffer[] = [];
    const error = await refusalOf(
      (async () => {
        for await (const { body } of session.fetch(listed)) got.push(await readAll(body));
      })(),
    );
    expect(error).toMatchObject({ reach: 'account', exitStatus: 75 });
    expect(got.length).toBeGreaterThan(20);
    got.forEach((octets, index) => expect(octets.equals(messages[index] ?? octets)).toBe(true));
    await session.close();
  });

  test('in the middle of a large message', async () => {
    const { session } = await demo([hugeMessage(6_000_000)], {
      onResponse: cutAfterBytes(3_500_000),
    });
    await session.open(inbox);
    const [fetched] = await fetchAll(session, await listAll(session));
    expect(fetched?.error).toMatchObject({ reach: 'account', exitStatus: 75 });
    expect(await refusalOf(session.uidNext('INBOX'))).toMatchObject({ reach: 'account' });
  });

  test('an answer that never comes', async () => {
    const { session } = await demo([Buffer.from('x')], {
      onResponse: stallAt('UID FETCH'),
      timeouts: { stallMs: 200, logoutMs: 100 },
    });
    await session.open(inbox);
    const error = await refusalOf(
      fetchAll(session, [{ id: '1', size: 1, internalDate: null, flags: [] }]),
    );
    expect(error).toMatchObject({ reach: 'account', exitStatus: 75, code: 'timeout' });
  });

  test('a LOGOUT that is not answered takes no longer than it may', async () => {
    const { session } = await demo([], {
      onResponse: stallAt('LOGOUT'),
      timeouts: { logoutMs: 100 },
    });
    const start = Date.now();
    await session.close();
    expect(Date.now() - start).toBeLessThan(1_500);
    await session.close();
  });

  test('an aborted signal ends what is under way', async () => {
    const abort = new AbortController();
    const { session } = await demo([Buffer.from('x')], {
      onResponse: stallAt('UID SEARCH'),
      signal: abort.signal,
    });
    await session.open(inbox);
    const listing = refusalOf(listAll(session));
    setTimeout(() => abort.abort(), 30);
    expect(await listing).toMatchObject({ exitStatus: 75, reach: 'account' });
    await session.close();
  });

  test('closed instead of answered', async () => {
    const { session } = await demo([], { onResponse: closeAt('LIST') });
    expect(await refusalOf(session.folders() as Promise<unknown>)).toMatchObject({
      exitStatus: 75,
    });
  });
});

describe('filing', () => {
  test('appends octets, flags and date, and tells the UID', async () => {
    const { mailbox, session } = await demo([]);
    mailbox.create('Gesendet & Söhne');
    const octets = oddMessages().get('all octets') ?? Buffer.alloc(0);
    const at = Date.UTC(2024, 1, 29, 12, 34, 56);
    expect(await session.uidNext('Gesendet & Söhne')).toBe(1);
    expect(await session.append('Gesendet & Söhne', octets, ['S', 'F'], at)).toBe(1);
    const stored = mailbox.folder('Gesendet & Söhne')?.messages[0];
    expect(stored?.raw.equals(octets)).toBe(true);
    expect([...(stored?.flags ?? [])].sort()).toEqual(['\\Flagged', '\\Seen']);
    expect(stored?.internalDate.getTime()).toBe(at);
  });

  test('finds by Message-ID, from a UID on', async () => {
    const text = 'Message-ID: <one@example>\r\n\r\nx\r\n';
    const { session } = await demo(
      [text, 'Message-ID: <two@example>\r\n\r\n', text].map(Buffer.from),
    );
    expect(await session.findByMessageId('INBOX', '<one@example>', 1)).toEqual([1, 3]);
    expect(await session.findByMessageId('INBOX', '<one@example>', 2)).toEqual([3]);
    expect(await session.findByMessageId('INBOX', '<one@example>', 9)).toEqual([]);
    expect(await session.findByMessageId('INBOX', '<none@example>', 1)).toEqual([]);
  });

  test('a folder that is not there', async () => {
    const { session } = await demo([]);
    const error = await refusalOf(session.append('Nowhere', Buffer.from('x'), [], 0));
    expect(error).toMatchObject({ reach: 'folder', exitStatus: 69 });
  });

  test('a large message upwards', async () => {
    const { mailbox, session } = await demo([]);
    const huge = hugeMessage(20_000_000);
    expect(await session.append('INBOX', huge, [], 0)).toBe(1);
    expect(mailbox.inbox.messages[0]?.raw.equals(huge)).toBe(true);
  });
});
