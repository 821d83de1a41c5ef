import { afterEach, describe, expect, test } from 'vitest';
import { Mailbox } from '../../../src/demo/mail/mailbox.ts';
import { corpus, hugeMessage, oddMessages } from '../../servers/messages.ts';
import { demo, scripted, stopAll } from './fixtures.ts';
import { fetchAll, inbox, listAll, plainFolder, refusalOf } from './harness.ts';

afterEach(stopAll);

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

  test('a line that cannot be read costs one folder', async () => {
    const { session } = await scripted(({ text }) =>
      text.startsWith('LIST')
        ? '* LIST () "/" INBOX\r\n* LIST (( "/" broken\r\n* LIST () "/" b\r\n$ OK\r\n'
        : undefined,
    );
    expect((await session.folders()).map(({ path }) => path)).toEqual(['INBOX', 'b']);
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

  test('a set instead of numbers', async () => {
    const { session } = await scripted(({ text }) => {
      if (text.startsWith('UID SEARCH')) return '* ESEARCH (TAG "1") UID ALL 2,5:7\r\n$ OK\r\n';
      return text.startsWith('UID FETCH') ? '$ OK\r\n' : undefined;
    });
    expect((await listAll(session, 2)).map(({ id }) => id)).toEqual(['5', '6', '7']);
  });

  test('a refused SEARCH stops the folder', async () => {
    const { session } = await scripted(({ text }) =>
      text.startsWith('UID SEARCH') ? '$ NO [SERVERBUG] oops\r\n' : undefined,
    );
    expect(await refusalOf(listAll(session))).toMatchObject({ reach: 'folder', exitStatus: 75 });
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
