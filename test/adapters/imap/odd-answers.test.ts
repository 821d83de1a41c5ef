/** Servers that spell their answers otherwise: an unreadable line costs no more than itself. */

import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { readFetchLine } from '../../../src/adapters/imap/answers/fetch-line.ts';
import { readDataLine, UnreadableLine } from '../../../src/adapters/imap/answers/line.ts';
import { readListLine, readStatusData } from '../../../src/adapters/imap/answers/list-line.ts';
import { readStatusLine } from '../../../src/adapters/imap/answers/status-line.ts';
import { scripted, scriptedInbox, stopAll } from './fixtures.ts';
import { factsFrom, refusalOf } from './harness.ts';

afterEach(stopAll);

function line(text: string, literals: readonly string[] = []) {
  const read = readDataLine(Buffer.from(text), literals.map(Buffer.from));
  if (read === undefined) throw new UnreadableLine(text);
  return read;
}

describe('the line of a folder', () => {
  test.each([
    ['* LIST (\\HasNoChildren) "/" INBOX', 'INBOX', '/'],
    ['*  LIST   (\\HasNoChildren)  "/"  "Sent Items"  ', 'Sent Items', '/'],
    ['* LIST (\\HasNoChildren \\) "." "Archive"', 'Archive', '.'],
    ['* LIST () NIL "sent"', 'sent', null],
    ['* LIST () "" "flat"', 'flat', null],
    ['* LIST () "\\\\" "Team\\\\Orders"', 'Team\\Orders', '\\'],
    ['* list () "." INBOX.[Airmail].Snooze', 'INBOX.[Airmail].Snooze', '.'],
    ['* LIST () "/" INBOX/Von\tBetreff', 'INBOX/Von\tBetreff', '/'],
    ['* LIST () "/" not quoted at all', 'not quoted at all', '/'],
    ['* LIST () "/" "a"b"', 'a"b', '/'],
    ['* LIST () "/" "say \\"hi\\""', 'say "hi"', '/'],
    ['* LIST () "/" NIL', 'NIL', '/'],
    ['* LIST () "/" "café"', 'café', '/'],
    ['* LIST (\\Noselect) "/" "a" ("CHILDINFO" ("SUBSCRIBED"))', 'a', '/'],
    ['* LIST () "/" a ("CHILDINFO" ("SUBSCRIBED"))', 'a', '/'],
    ['* LIST () "/" "a (b)"', 'a (b)', '/'],
  ])('%j', (text, wire, delimiter) => {
    expect(readListLine(line(text))).toMatchObject({ wire, delimiter });
  });

  test('a literal', () => {
    const read = line('* LIST () "/" {7}\r\n', ['Hell"oh']);
    expect(readListLine(read).wire).toBe('Hell"oh');
  });

  test.each([
    '* LIST (( "/" broken',
    '* LIST () "/"',
    '* LIST () "/" ""',
    `* LIST () "/" ${'x'.repeat(5000)}`,
  ])('nobody can read %j', (text) => {
    expect(() => readListLine(line(text))).toThrow(UnreadableLine);
  });

  test('whatever a quoted name holds comes back', () => {
    const name = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 60 })
      .filter((each) => !/[\r\n\0]/.test(each));
    fc.assert(
      fc.property(name, (each) => {
        const quoted = each.replaceAll(/[\\"]/g, '\\$&');
        expect(readListLine(line(`* LIST () "/" "${quoted}"`)).wire).toBe(
          Buffer.from(each).toString(),
        );
      }),
    );
  });
});

describe('other lines', () => {
  test.each([
    ['* STATUS INBOX (MESSAGES 3 UIDNEXT 9 UIDVALIDITY 7)', 'INBOX', 3],
    ['*  STATUS  "a (b)"  ( MESSAGES  3  UIDNEXT 9 ) ', 'a (b)', 3],
    ['* STATUS a b (MESSAGES 3)', 'a b', 3],
    ['* STATUS "x" (MESSAGES three UIDNEXT 9)', 'x', null],
  ])('%j', (text, wire, exists) => {
    expect(readStatusData(line(text))).toMatchObject({ wire, status: { exists } });
  });

  test.each([
    ['* 3 FETCH (UID 3 FLAGS (\\Seen a"b [x] c{d ~) RFC822.SIZE 7)', ['[x]', 'a"b', 'c{d', '~']],
    ['*  3  FETCH  ( UID  3  FLAGS  ( \\Seen  x )  RFC822.SIZE  7 ) ', ['x']],
    [
      '* 3 FETCH (RFC822.SIZE 7 MODSEQ (12) UID 3 FLAGS (\\seen "quoted" größe))',
      ['größe', 'quoted'],
    ],
  ])('%j', (text, keywords) => {
    expect(readFetchLine(line(text))).toMatchObject({ uid: 3, flags: ['S'], keywords, size: 7 });
  });

  test.each([
    '* 3 FETCH (UID 3 FLAGS (a)b) RFC822.SIZE 7)',
    '* 3 FETCH (UID 0)',
    '* 3 FETCH (UID 3',
    '* 3 FETCH UID 3',
    `* 3 FETCH (UID 3 FLAGS ${'('.repeat(1000)}`,
    `* 3 FETCH (UID 3 FLAGS (${'a '.repeat(20_000)}))`,
  ])('nobody can read %j', (text) => {
    expect(() => readFetchLine(line(text))).toThrow(UnreadableLine);
  });

  test('whatever comes is read, or is no line that can be read', () => {
    const text = fc.array(
      fc.oneof(
        fc.constantFrom('(', ')', '"', '\\', ' ', '{3}\r\n', 'UID', 'FLAGS', 'NIL', '[', ']', '7'),
        fc.string(),
      ),
    );
    fc.assert(
      fc.property(text, (parts) => {
        for (const read of [readFetchLine, readListLine, readStatusData])
          try {
            read(line(`* 3 FETCH ${parts.join('')}`, ['abc']));
          } catch (error) {
            if (!(error instanceof UnreadableLine)) throw error;
          }
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    ['* OK [UIDNEXT 5] next', 'UIDNEXT', '5', 'next'],
    ['*  OK  [UIDNEXT  5]  next', 'UIDNEXT', '5', 'next'],
    ['* OK [UIDVALIDITY 7]', 'UIDVALIDITY', '7', ''],
    [
      '* OK [PERMANENTFLAGS (\\Seen [x] a"b \\*)] told',
      'PERMANENTFLAGS',
      '(\\Seen [x] a"b \\*)',
      'told',
    ],
    ['* OK still here [UIDNEXT 5]', '', '', 'still here [UIDNEXT 5]'],
    ['* OK [UIDNEXT 5', 'UIDNEXT', '5', ''],
    ['* ok', '', '', ''],
  ])('%j', (text, code, args, words) => {
    expect(readStatusLine(Buffer.from(text))).toMatchObject({
      status: 'OK',
      code,
      args,
      text: words,
    });
  });
});

/** Answers to EXAMINE and SELECT by these lines; `status` to STATUS. */
async function opened(lines: readonly string[], more: Readonly<Record<string, string>> = {}) {
  const { session, server } = await scripted(({ text }) => {
    const [command = ''] = text.split(' ');
    const key = Object.keys(more).find((each) => text.startsWith(each));
    if (key !== undefined) return more[key];
    return command === 'EXAMINE' ? `${lines.join('\r\n')}\r\n$ OK open\r\n` : undefined;
  });
  return { session, commands: () => server.heard.map((each) => each.replace(/^\S+ /, '')) };
}

describe('opening a folder', () => {
  const whole = ['* 3 EXISTS', '* OK [UIDVALIDITY 7] v', '* OK [UIDNEXT 9] n'];

  test.each([
    ['blanks', ['*  3 EXISTS', '* OK  [UIDVALIDITY  7] v', '*  OK [UIDNEXT 9]']],
    ['tabs', ['*\t3\tEXISTS', '* OK\t[UIDVALIDITY 7]', '* OK [UIDNEXT\t9]']],
    ['small letters', ['* 3 exists', '* ok [uidvalidity 7]', '* ok [uidnext 9]']],
    [
      'flags that are no atoms',
      [...whole, '* FLAGS (\\Seen a"b (x)', '* OK [PERMANENTFLAGS (a"b)]'],
    ],
    ['lines of nothing', ['* ', '*', ...whole, '* %$&', 'what?']],
  ])('with %s', async (_title, lines) => {
    const { session } = await opened(lines);
    const { status } = await session.select('INBOX');
    expect(status).toEqual({ uidValidity: '7', uidNext: 9, exists: 3, highestModSeq: null });
  });

  test('where EXISTS cannot be read it is unknown, and the folder goes on', async () => {
    const { session } = await opened(['* 3x EXISTS', ...whole.slice(1)], {
      STATUS: '$ NO not now\r\n',
      'UID SEARCH': '* SEARCH 1 2 3\r\n$ OK\r\n',
    });
    const folder = await session.select('INBOX');
    expect(folder.status).toMatchObject({ exists: null, uidValidity: '7' });
    expect(await folder.uids(1)).toMatchObject({ complete: false });
  });

  test('what EXAMINE leaves out is asked for by STATUS', async () => {
    const { session } = await opened(['* 3 EXISTS'], {
      STATUS: '* STATUS INBOX (MESSAGES 3 UIDNEXT 9 UIDVALIDITY 7)\r\n$ OK\r\n',
    });
    expect((await session.select('INBOX')).status).toMatchObject({ uidValidity: '7', uidNext: 9 });
  });

  test('what STATUS does not know is asked for by SELECT, and the folder opened for reading again', async () => {
    const { session, commands } = await opened(['* 3 EXISTS'], {
      STATUS: '$ BAD what?\r\n',
      SELECT: '* 3 EXISTS\r\n* OK [UIDVALIDITY 7]\r\n* OK [UIDNEXT 9]\r\n$ OK\r\n',
    });
    expect((await session.select('INBOX')).status).toMatchObject({ uidValidity: '7', uidNext: 9 });
    expect(commands().at(-1)).toBe('EXAMINE "INBOX"');
  });

  test('without any UIDVALIDITY it is given up', async () => {
    const { session } = await opened(['* 3 EXISTS'], {
      STATUS: '* STATUS INBOX (MESSAGES 3)\r\n$ OK\r\n',
      SELECT: '* 3 EXISTS\r\n$ OK\r\n',
    });
    expect(await refusalOf(session.select('INBOX'))).toMatchObject({ reach: 'folder' });
  });
});

describe('the next number of a folder', () => {
  test('by EXAMINE where STATUS does not tell', async () => {
    const { session } = await opened(['* 3 EXISTS', '* OK [UIDVALIDITY 7]', '* OK [UIDNEXT 9]'], {
      STATUS: '* STATUS Sent ()\r\n$ OK\r\n',
    });
    expect(await session.uidNext('Sent')).toBe(9);
  });

  test('by SEARCH where nothing else tells', async () => {
    const { session } = await opened(['* 3 EXISTS', '* OK [UIDVALIDITY 7]'], {
      STATUS: '$ BAD unknown\r\n',
      'UID SEARCH UID *': '* SEARCH 41\r\n$ OK\r\n',
    });
    expect(await session.uidNext('Sent')).toBe(42);
  });

  test('of an empty folder', async () => {
    const { session } = await opened(['* 0 EXISTS', '* OK [UIDVALIDITY 7]'], {
      STATUS: '$ BAD unknown\r\n',
    });
    expect(await session.uidNext('Sent')).toBe(1);
  });
});

test('a search answered with blanks, and in several lines', async () => {
  const { inbox } = await scriptedInbox(({ text }) => {
    if (text.startsWith('UID SEARCH'))
      return '*  SEARCH  1  2 \r\n* SEARCH 3 (MODSEQ 9)\r\n$ OK\r\n';
    if (!text.startsWith('UID FETCH')) return undefined;
    const one = (uid: number) => `*  ${uid}  FETCH  (UID ${uid}  RFC822.SIZE  ${uid})\r\n`;
    return `${[1, 2, 3].map(one).join('')}$  OK  done\r\n`;
  });
  expect((await factsFrom(inbox)).map(({ size }) => size)).toEqual([1, 2, 3]);
});
