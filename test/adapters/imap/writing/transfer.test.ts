/** MOVE and COPY on servers that say what is not so, or refuse. */

import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { readStatusLine } from '../../../../src/adapters/imap/answers/status-line.ts';
import { CopyUids } from '../../../../src/adapters/imap/writing/copy-uid.ts';
import { UidSet } from '../../../../src/core/sync/uid-set.ts';
import { stopAll } from '../fixtures.ts';
import { refusalOf } from '../harness.ts';
import { writableInbox } from './inbox.ts';

afterEach(stopAll);

const three = UidSet.of([1, 2, 3]);
const nothing = { uids: null, uidValidity: null };

describe('what is told of UIDs', () => {
  const told: [title: string, lines: string[], uids: [number, number][] | null][] = [
    [
      'all',
      ['OK [COPYUID 5 1:3 7:9] x'],
      [
        [1, 7],
        [2, 8],
        [3, 9],
      ],
    ],
    [
      'in another order',
      ['OK [COPYUID 5 3,1:2 4:6] x'],
      [
        [3, 4],
        [1, 5],
        [2, 6],
      ],
    ],
    [
      'ranges the wrong way round',
      ['OK [COPYUID 5 3:1 6:4] x'],
      [
        [1, 4],
        [2, 5],
        [3, 6],
      ],
    ],
    [
      'a part',
      ['OK [COPYUID 5 1,3 7,9] x'],
      [
        [1, 7],
        [3, 9],
      ],
    ],
    [
      'in several answers',
      ['OK [COPYUID 5 1 7] x', 'OK [COPYUID 5 2:3 8:9] x'],
      [
        [1, 7],
        [2, 8],
        [3, 9],
      ],
    ],
    ['nothing', ['OK moved'], null],
    ['too few', ['OK [COPYUID 5 1:3 7:8] x'], null],
    ['too many', ['OK [COPYUID 5 1:3 7:10] x'], null],
    ['others', ['OK [COPYUID 5 2:4 7:9] x'], null],
    ['one twice', ['OK [COPYUID 5 1,1,2 7:9] x'], null],
    ['one target twice', ['OK [COPYUID 5 1:3 7,8,7] x'], null],
    ['one target twice, in two answers', ['OK [COPYUID 5 1 7] x', 'OK [COPYUID 5 2 7] x'], null],
    ['two numberings', ['OK [COPYUID 5 1 7] x', 'OK [COPYUID 6 2 8] x'], null],
    ['a set without an end', ['OK [COPYUID 5 1:3 7:*] x'], null],
    ['all that there could be', ['OK [COPYUID 5 1:4294967295 1:4294967295] x'], null],
    ['UID 0', ['OK [COPYUID 5 1 0] x'], null],
    ['no numbering', ['OK [COPYUID x 1:3 7:9] x'], null],
    ['half of it', ['OK [COPYUID 5 1:3] x'], null],
    ['a line that is cut', ['OK [COPYUID 5 1:3 7:9'], null],
  ];

  test.each(told)('%s', (_title, lines, uids) => {
    const copied = new CopyUids(three);
    for (const line of lines) {
      const read = readStatusLine(Buffer.from(`* ${line}`));
      if (read !== undefined) copied.take(read);
    }
    if (uids === null) expect(copied.told).toEqual(nothing);
    else expect(copied.told).toEqual({ uids: new Map(uids), uidValidity: '5' });
  });

  test('whatever it is, no UID is told twice, and none that was not asked for', () => {
    const set = fc.stringMatching(/^[0-9:,*]{0,12}$/);
    const asked = UidSet.of([1, 2, 3, 5, 8]);
    fc.assert(
      fc.property(fc.array(fc.tuple(set, set), { maxLength: 3 }), (codes) => {
        const copied = new CopyUids(asked);
        for (const [from, to] of codes)
          copied.take({
            tag: '*',
            status: 'OK',
            code: 'COPYUID',
            args: `5 ${from} ${to}`,
            isCut: false,
            text: '',
          });
        const { uids } = copied.told;
        if (uids === null) return;
        expect(new Set(uids.values()).size).toBe(uids.size);
        for (const [from, to] of uids) expect(asked.has(from) && to > 0).toBe(true);
      }),
    );
  });
});

describe('moving', () => {
  test('tells no UIDs where they are wrong; the messages are moved all the same', async () => {
    const { inbox, commands } = await writableInbox(
      ({ text }) => {
        if (text.startsWith('UID SEARCH')) return '* SEARCH\r\n$ OK\r\n';
        return text.startsWith('UID MOVE')
          ? '* OK [COPYUID 5 1:3 7:8] x\r\n* 1 EXPUNGE\r\n* 1 EXPUNGE\r\n* 1 EXPUNGE\r\n$ OK\r\n'
          : undefined;
      },
      { capabilities: 'MOVE UIDPLUS' },
    );
    expect(await inbox.move(three, 'Other')).toEqual({ ...nothing, source: 'gone' });
    expect(commands()).toEqual(['NOOP', 'UID MOVE 1:3 "Other"', 'UID SEARCH UID 1:3']);
  });

  test('is not believed where the messages stand there still', async () => {
    const { inbox } = await writableInbox(
      ({ text }) => {
        if (text.startsWith('UID SEARCH')) return '* SEARCH 2\r\n$ OK\r\n';
        return text.startsWith('UID MOVE') ? '$ OK moved\r\n' : undefined;
      },
      { capabilities: 'MOVE UIDPLUS' },
    );
    const error = await inbox.move(three, 'Other').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ exitStatus: 75, reach: 'folder' });
  });

  test('goes on by COPY where MOVE is offered, but not taken', async () => {
    const { inbox, commands } = await writableInbox(
      ({ text }) => {
        if (text.startsWith('UID MOVE')) return '$ BAD what\r\n';
        if (text.startsWith('UID COPY')) return '$ OK [COPYUID 5 1:3 7:9] x\r\n';
        return text.startsWith('UID') ? '$ OK\r\n' : undefined;
      },
      { capabilities: 'MOVE UIDPLUS' },
    );
    const { uids, source } = await inbox.move(three, 'Other');
    expect([uids?.get(3), source]).toEqual([9, 'gone']);
    expect(commands().filter((line) => line !== 'NOOP')).toEqual([
      'UID MOVE 1:3 "Other"',
      'UID COPY 1:3 "Other"',
      'UID STORE 1:3 +FLAGS.SILENT (\\Deleted)',
      'UID EXPUNGE 1:3',
    ]);
  });

  test.each([
    ['NO [TRYCREATE] none', { code: 'no-such-folder', reach: 'folder' }],
    ['NO [NONEXISTENT] none', { code: 'no-such-folder', reach: 'folder' }],
    ['NO [OVERQUOTA] full', { exitStatus: 75, reach: 'folder' }],
    ['NO [NOPERM] not yours', { exitStatus: 77, reach: 'folder' }],
    ['NO something', { exitStatus: 75, reach: 'folder' }],
  ])('answered with %s removes nothing', async (answer, expected) => {
    for (const capabilities of ['MOVE UIDPLUS', 'UIDPLUS', '']) {
      const { inbox, commands } = await writableInbox(
        ({ text }) => (/^UID (?:MOVE|COPY)/.test(text) ? `$ ${answer}\r\n` : undefined),
        { capabilities },
      );
      expect(await refusalOf(inbox.move(three, 'Other'))).toMatchObject(expected);
      expect(commands().some((line) => /STORE|EXPUNGE/.test(line))).toBe(false);
    }
  });

  test('removes no more than was copied', async () => {
    const { inbox, commands } = await writableInbox(
      ({ text }) => {
        if (text.startsWith('UID COPY')) return '$ OK [COPYUID 5 1,3 7:8] x\r\n';
        return text.startsWith('UID') ? '$ OK\r\n' : undefined;
      },
      { capabilities: 'UIDPLUS' },
    );
    await inbox.move(three, 'Other');
    expect(commands().at(-1)).toBe('UID EXPUNGE 1,3');
  });

  test('asks once more for the rest where some are gone, and removes nothing that was not copied', async () => {
    let copies = 0;
    const { inbox, commands } = await writableInbox(
      ({ text }) => {
        if (text.startsWith('UID SEARCH')) return '* SEARCH 1 3\r\n$ OK\r\n';
        if (!text.startsWith('UID COPY')) return text.startsWith('UID') ? '$ OK\r\n' : undefined;
        copies += 1;
        return copies === 1
          ? '$ NO [EXPUNGEISSUED] Some of the requested messages no longer exist\r\n'
          : '$ NO [EXPUNGEISSUED] Some of the requested messages no longer exist again\r\n';
      },
      { capabilities: 'UIDPLUS' },
    );
    expect(await refusalOf(inbox.move(three, 'Other'))).toMatchObject({ reach: 'folder' });
    expect(commands().filter((line) => line !== 'NOOP')).toEqual([
      'UID COPY 1:3 "Other"',
      'UID SEARCH UID 1:3',
      'UID COPY 1,3 "Other"',
    ]);
  });

  test('the connection ends in the middle', async () => {
    const { inbox } = await writableInbox(
      ({ text }, socket) => {
        if (!text.startsWith('UID MOVE')) return undefined;
        socket.end('* OK [COPYUID 5 1:3 7:9] x\r\n* BYE\r\n');
        return '';
      },
      { capabilities: 'MOVE' },
    );
    const error = await refusalOf(inbox.move(three, 'Other'));
    expect(error).toMatchObject({ exitStatus: 75, reach: 'account' });
  });

  test('of many goes in sets whose answers fit into a line', async () => {
    const { inbox, commands } = await writableInbox(
      ({ text }) => {
        const set = /^UID MOVE (\S+)/.exec(text)?.[1];
        return set === undefined ? undefined : `* OK [COPYUID 5 ${set} ${set}] x\r\n$ OK\r\n`;
      },
      { capabilities: 'MOVE' },
    );
    const uids = UidSet.of(Array.from({ length: 3_000 }, (_, at) => 4_000_000_000 + at * 2));
    const { uids: pairs } = await inbox.move(uids, 'Other');
    expect(pairs?.size).toBe(3_000);
    expect(commands().length).toBe(12);
  });
});
