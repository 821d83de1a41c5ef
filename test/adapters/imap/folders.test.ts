/** Folders as servers name, list and number them. */

import { afterEach, describe, expect, test } from 'vitest';
import { Mailbox } from '../../../src/demo/mail/mailbox.ts';
import { corpus, hugeMessage, oddMessages } from '../../servers/messages.ts';
import { demo, scripted, scriptedInbox, stopAll } from './fixtures.ts';
import { factsFrom, fetchAll, refusalOf } from './harness.ts';

afterEach(stopAll);

describe('folders', () => {
  test('names, segments, attributes and roles', async () => {
    const mailbox = new Mailbox('.');
    for (const name of ['Entwürfe', 'a/b', '../../x', 'INBOX.Sent', 'R & D', 'Projekte.Straße'])
      mailbox.create(name);
    mailbox.create('Weg', { specialUse: '\\Trash' });
    mailbox.create('Nur oben', { selectable: false });
    const { session } = await demo([], { mailbox });
    const { folders } = await session.folders();
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
      expect((await session.select(folder.path)).status).toMatchObject({ exists: 0 });
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
    const { folders } = await session.folders();
    expect(folders.map(({ path }) => path)).toEqual([
      '&broken',
      'Größe',
      'a"\\b',
      '\\odd',
      '&AOQ-&AOQ-',
    ]);
    for (const folder of folders) await session.select(folder.path);
    const opened = server.heard.filter((line) => line.includes('EXAMINE'));
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
    const { folders, warnings } = await session.folders();
    expect(folders.map(({ path }) => path)).toEqual(['INBOX', 'b']);
    expect(warnings).toEqual([expect.stringContaining('* LIST (( "/" broken')]);
  });

  test.each([
    ['a&b', 'a&-b'],
    ['a&-b', 'a&b'],
    ['Entwürfe', 'Entw&APw-rfe'],
  ])('of two names that read alike one is left out, and told: %s, %s', async (...wires) => {
    const proper = wires.find((wire) => /&[^-]*-/.test(wire)) ?? '';
    const other = wires.find((wire) => wire !== proper) ?? '';
    const { server, session } = await scripted(({ text }) => {
      if (text.startsWith('LIST'))
        return `${wires.map((wire) => `* LIST () "/" "${wire}"\r\n`).join('')}$ OK\r\n`;
      return text.startsWith('EXAMINE')
        ? '* 0 EXISTS\r\n* OK [UIDVALIDITY 1] ok\r\n* OK [UIDNEXT 1] ok\r\n$ OK\r\n'
        : undefined;
    });
    const { folders, warnings } = await session.folders();
    expect(folders).toHaveLength(1);
    expect(warnings).toEqual([expect.stringContaining('read alike') as string]);
    expect(await session.folders()).toMatchObject({ folders, warnings });
    await session.select(folders[0]?.path ?? '');
    const examined = server.heard.filter((line) => line.includes('EXAMINE'));
    expect(examined).toEqual([expect.stringContaining(proper) as string]);
    expect(examined.join('')).not.toContain(`"${other}"`);
  });

  test('a folder that vanished stops itself alone', async () => {
    const { session } = await demo([Buffer.from('x\r\n')]);
    const error = await refusalOf(session.select('Gone'));
    expect(error).toMatchObject({ reach: 'folder', exitStatus: 75 });
    expect((await session.select('INBOX')).status).toMatchObject({ exists: 1 });
  });

  test('a UIDVALIDITY of 32 bits', async () => {
    const mailbox = new Mailbox();
    mailbox.create('Old', { uidValidity: 4_294_967_295 });
    const { session } = await demo([], { mailbox });
    expect((await session.select('Old')).status).toEqual({
      uidValidity: '4294967295',
      uidNext: 1,
      exists: 0,
      highestModSeq: null,
    });
  });
});

describe('listing', () => {
  test('pages, ascending, above a UID alone', async () => {
    const { mailbox, session } = await demo(corpus(2_300));
    const flags = ['\\Seen', '$Forwarded', '\\Recent', '$Junk', 'Work'];
    for (const flag of flags) mailbox.inbox.messages[0]?.flags.add(flag);
    const folder = await session.select('INBOX');
    const sizes: number[] = [];
    const { uids } = await folder.uids(1);
    for await (const page of folder.facts(uids)) sizes.push(page.length);
    expect(sizes).toEqual([1_000, 1_000, 300]);
    const all = await factsFrom(folder);
    expect(all.map(({ uid }) => uid)).toEqual(mailbox.inbox.messages.map(({ uid }) => uid));
    expect(all[0]).toMatchObject({ flags: ['P', 'S'], keywords: ['$Junk', 'Work'] });
    const stored = mailbox.inbox.messages[7];
    expect(all[7]?.size).toBe(stored?.raw.length);
    expect(all[7]?.internalDate).toBe(Math.floor(Number(stored?.internalDate) / 1000) * 1000);
    expect((await factsFrom(folder, 2_299)).map(({ uid }) => uid)).toEqual([2_299, 2_300]);
    expect(await factsFrom(folder, 2_301)).toEqual([]);
    expect(await factsFrom(folder, 9_999)).toEqual([]);
    expect(await factsFrom(folder, 4_294_967_295)).toEqual([]);
  });

  test('sparse UIDs', async () => {
    const mailbox = new Mailbox();
    for (const uid of [5, 4_000_000_000, 4_294_967_290]) {
      mailbox.inbox.uidNext = uid;
      mailbox.inbox.append({ raw: Buffer.from(`${uid}\r\n`) });
    }
    const { session } = await demo([], { mailbox });
    const folder = await session.select('INBOX');
    const { uids } = await folder.uids(6);
    expect([...uids]).toEqual([4_000_000_000, 4_294_967_290]);
    expect((await fetchAll(folder, uids)).map(({ octets }) => String(octets))).toEqual([
      '4000000000\r\n',
      '4294967290\r\n',
    ]);
  });

  test('many sparse UIDs are asked for in commands of bounded length', async () => {
    const mailbox = new Mailbox();
    for (let index = 0; index < 1_500; index += 1) {
      mailbox.inbox.uidNext = 1_000_000_000 + index * 7;
      mailbox.inbox.append({ raw: Buffer.from('x\r\n') });
    }
    const { session } = await demo([], { mailbox });
    expect(await factsFrom(await session.select('INBOX'))).toHaveLength(1_500);
  });

  test('a message whose line cannot be read is asked for without its flags', async () => {
    const { server, inbox } = await scriptedInbox(({ text }) => {
      if (text.startsWith('UID SEARCH')) return '* SEARCH 2 1\r\n$ OK\r\n';
      if (!text.startsWith('UID FETCH')) return undefined;
      if (!text.includes('FLAGS')) return '* 2 FETCH (UID 2 RFC822.SIZE 7)\r\n$ OK\r\n';
      return '* 1 FETCH (UID 1 FLAGS () RFC822.SIZE 10)\r\n* 2 FETCH (UID 2 FLAGS (a)b) RFC822.SIZE 7)\r\n$ OK\r\n';
    });
    expect(await factsFrom(inbox)).toMatchObject([
      { uid: 1, size: 10, flags: [] },
      { uid: 2, size: 7, flags: [], keywords: [] },
    ]);
    const asked = server.heard.filter((line) => line.includes('UID FETCH'));
    expect(asked.map((line) => line.slice(line.indexOf('FETCH')))).toEqual([
      'FETCH 1:2 (UID FLAGS INTERNALDATE RFC822.SIZE)',
      'FETCH 2 (UID INTERNALDATE RFC822.SIZE)',
    ]);
  });

  test('a message that FETCH passes over is listed all the same, where SEARCH knows it', async () => {
    const { inbox } = await scriptedInbox(({ text }) => {
      if (text.startsWith('UID SEARCH UID 1:*')) return '* SEARCH 1 2 3\r\n$ OK\r\n';
      if (text.startsWith('UID SEARCH')) return '* SEARCH 2\r\n$ OK\r\n';
      if (!text.startsWith('UID FETCH 1:3')) return text.startsWith('UID') ? '$ OK\r\n' : undefined;
      return '* 1 FETCH (UID 1 FLAGS (\\Seen) RFC822.SIZE 10)\r\n$ OK\r\n';
    });
    expect(await factsFrom(inbox)).toMatchObject([
      { uid: 1, size: 10, flags: ['S'] },
      { uid: 2, size: null, flags: [] },
    ]);
  });

  test('a server whose sets give nothing is asked one by one', async () => {
    const { inbox } = await scriptedInbox(({ text }) => {
      if (text.startsWith('UID SEARCH')) return '* SEARCH 1 2\r\n$ OK\r\n';
      const uid = /^UID FETCH (\d+) /.exec(text)?.[1];
      if (uid !== undefined) return `* ${uid} FETCH (UID ${uid} RFC822.SIZE ${uid}0)\r\n$ OK\r\n`;
      return text.startsWith('UID FETCH') ? '$ OK\r\n' : undefined;
    });
    expect((await factsFrom(inbox)).map(({ size }) => size)).toEqual([10, 20]);
  });

  test('a set instead of numbers', async () => {
    const { inbox } = await scriptedInbox(({ text }) =>
      text.startsWith('UID SEARCH') ? '* ESEARCH (TAG "1") UID ALL 2,5:7\r\n$ OK\r\n' : undefined,
    );
    expect([...(await inbox.uids(3)).uids]).toEqual([5, 6, 7]);
  });

  test('sets are asked for where the server offers them', async () => {
    const { server, inbox } = await scriptedInbox(
      ({ text }) =>
        text.startsWith('UID SEARCH RETURN')
          ? '* ESEARCH (TAG "1") UID ALL 1:3\r\n$ OK\r\n'
          : undefined,
      { capabilities: 'ESEARCH' },
    );
    expect(await inbox.uids(1)).toMatchObject({ complete: true });
    expect(server.heard.at(-1)).toContain('UID SEARCH RETURN (ALL) UID 1:*');
  });

  test('that is shorter than the folder is not complete', async () => {
    const { inbox } = await scriptedInbox(({ text }) =>
      text.startsWith('UID SEARCH') ? '* SEARCH 1 2\r\n$ OK\r\n' : undefined,
    );
    expect(await inbox.uids(1)).toMatchObject({ complete: false });
  });

  test('that the server limits goes on below', async () => {
    const { inbox } = await scriptedInbox(({ text }) => {
      if (text.startsWith('UID SEARCH UID 1:*'))
        return '* SEARCH 7 8\r\n$ OK [MESSAGELIMIT 2 7] more\r\n';
      return text.startsWith('UID SEARCH UID 1:6') ? '* SEARCH 3\r\n$ OK\r\n' : undefined;
    });
    const { uids, complete } = await inbox.uids(1);
    expect([[...uids], complete]).toEqual([[3, 7, 8], true]);
  });

  test('the greatest number is no UID', async () => {
    const { inbox } = await scriptedInbox(({ text }) =>
      text.startsWith('UID SEARCH') ? '* SEARCH 1 2 4294967295\r\n$ OK\r\n' : undefined,
    );
    const { uids, complete } = await inbox.uids(1);
    expect([[...uids], complete]).toEqual([[1, 2], false]);
  });

  test('a refused SEARCH stops the folder', async () => {
    const { inbox } = await scriptedInbox(({ text }) =>
      text.startsWith('UID SEARCH') ? '$ NO [SERVERBUG] oops\r\n' : undefined,
    );
    expect(await refusalOf(inbox.uids(1))).toMatchObject({ reach: 'folder', exitStatus: 75 });
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
