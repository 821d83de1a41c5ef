/** STORE and EXPUNGE on servers that refuse, that talk of other things, and that hang up. */

import { afterEach, describe, expect, test } from 'vitest';
import { UidSet } from '../../../../src/core/sync/uid-set.ts';
import { stopAll } from '../fixtures.ts';
import { refusalOf } from '../harness.ts';
import { writableInbox } from './inbox.ts';

afterEach(stopAll);

const none = { flags: [], keywords: [] };
const seen = { flags: ['S' as const], keywords: [] };
const three = UidSet.of([1, 2, 3]);
const ok = ({ text }: { text: string }): string | undefined =>
  text.startsWith('UID') ? '$ OK\r\n' : undefined;

describe('flags', () => {
  test('go out together, before any is answered', async () => {
    let held = '';
    const { inbox, commands } = await writableInbox(({ text, tag }) => {
      if (!text.startsWith('UID STORE')) return undefined;
      held += `${tag} OK\r\n`;
      if (!text.includes('$Junk')) return '';
      return held;
    });
    await inbox.store([
      { uids: three, add: seen, remove: { flags: ['F'], keywords: [] } },
      { uids: UidSet.of([7]), add: { flags: [], keywords: ['$Junk'] }, remove: none },
    ]);
    expect(commands()).toEqual([
      'UID STORE 1:3 +FLAGS.SILENT (\\Seen)',
      'UID STORE 1:3 -FLAGS.SILENT (\\Flagged)',
      'UID STORE 7 +FLAGS.SILENT ($Junk)',
    ]);
  });

  test('of very many go out in sets that servers take', async () => {
    const { inbox, commands } = await writableInbox(ok);
    const uids = UidSet.of(Array.from({ length: 20_000 }, (_, at) => 1_000_000_000 + at * 2));
    await inbox.store([{ uids, add: seen, remove: none }]);
    const sets = commands().map((line) => line.split(' ')[2] ?? '');
    expect(sets.join(',')).toBe(uids.toString());
    expect(Math.max(...commands().map(({ length }) => length))).toBeLessThan(8_192);
  });

  test('refused: the folder is in trouble, after all were answered', async () => {
    const { inbox, session } = await writableInbox(({ text }) => {
      if (!text.startsWith('UID STORE')) return undefined;
      return text.includes('-FLAGS') ? '$ NO [NOPERM] not yours\r\n' : '$ OK\r\n';
    });
    const error = await refusalOf(
      inbox.store([
        { uids: three, add: none, remove: seen },
        { uids: three, add: seen, remove: none },
      ]),
    );
    expect(error).toMatchObject({ exitStatus: 77, reach: 'folder' });
    expect(session.spent).toBe(false);
    await inbox.store([{ uids: three, add: seen, remove: none }]);
  });

  test.each([
    ['NO [EXPUNGEISSUED] some are gone', null],
    ['NO Suggested Backoff Time: 60000', { exitStatus: 75, pauseMs: 60_000 }],
    ['NO [OVERQUOTA] full', { exitStatus: 75, reach: 'folder' }],
    ['BAD what', { exitStatus: 75, reach: 'folder' }],
  ])('answered with %s', async (answer, expected) => {
    const { inbox } = await writableInbox(({ text }) =>
      text.startsWith('UID STORE') ? `$ ${answer}\r\n` : undefined,
    );
    const stored = inbox.store([{ uids: three, add: seen, remove: none }]);
    if (expected === null) expect((await stored).size).toBe(0);
    else expect(await refusalOf(stored)).toMatchObject(expected);
  });

  test('MODSEQs are believed for what was asked, and for changes of ours alone', async () => {
    const { inbox } = await writableInbox(({ text }) =>
      text.startsWith('UID STORE')
        ? '* 1 FETCH (UID 1 MODSEQ (21))\r\n* 3 EXPUNGE\r\n* 2 EXISTS\r\n' +
          '* 2 FETCH (UID 2 FLAGS (\\Seen work) MODSEQ (22))\r\n* 2 FETCH (UID 2 MODSEQ (22))\r\n' +
          '* 9 FETCH (UID 99 MODSEQ (23))\r\n* 1 FETCH (MODSEQ (24))\r\n* 1 FETCH nonsense\r\n$ OK\r\n'
        : undefined,
    );
    const told = await inbox.store([{ uids: three, add: seen, remove: none }]);
    expect([...told]).toEqual([[1, '21']]);
  });

  test.each([
    ['a BYE', '* BYE too much\r\n'],
    ['silence', ''],
  ])('the connection ends in the middle, with %s', async (_title, words) => {
    const { inbox, session } = await writableInbox(({ text }, socket) => {
      if (!text.startsWith('UID STORE')) return undefined;
      socket.end(`* 1 FETCH (UID 1 MODSEQ (21))\r\n${words}`);
      return '';
    });
    const error = await refusalOf(inbox.store([{ uids: three, add: seen, remove: none }]));
    expect(error).toMatchObject({ exitStatus: 75, reach: 'account' });
    expect(session.spent).toBe(true);
  });
});

describe('what the server keeps', () => {
  test.each([
    ['* OK [PERMANENTFLAGS (\\Seen \\Deleted work)] f\r\n', ['S', 'T'], ['work']],
    ['* OK [PERMANENTFLAGS (\\Seen $Forwarded \\*)] f\r\n', ['P', 'S'], 'any'],
    ['* OK [PERMANENTFLAGS ()] f\r\n', [], []],
    ['', ['D', 'F', 'P', 'R', 'S', 'T'], 'any'],
  ])('%j', async (said, flags, keywords) => {
    const { inbox } = await writableInbox(({ text }) =>
      text.startsWith('SELECT')
        ? `* 3 EXISTS\r\n* OK [UIDVALIDITY 7] v\r\n* OK [UIDNEXT 9] n\r\n${said}$ OK\r\n`
        : undefined,
    );
    expect(inbox.permanent).toEqual({ flags, keywords });
  });

  test('alone is asked for', async () => {
    const { inbox, commands } = await writableInbox((line) =>
      line.text.startsWith('SELECT')
        ? '* 3 EXISTS\r\n* OK [UIDVALIDITY 7] v\r\n* OK [UIDNEXT 9] n\r\n' +
          '* OK [PERMANENTFLAGS (\\Seen WORK)] f\r\n$ OK\r\n'
        : ok(line),
    );
    const add = { flags: ['S', 'F'] as const, keywords: ['work', 'play'] };
    await inbox.store([{ uids: three, add, remove: { flags: ['D'], keywords: [] } }]);
    expect(commands()).toEqual(['UID STORE 1:3 +FLAGS.SILENT (\\Seen work)']);
  });

  test('nothing of a folder that is read-only: nobody is asked', async () => {
    const { inbox, commands } = await writableInbox(({ text }) =>
      text.startsWith('SELECT')
        ? '* 3 EXISTS\r\n* OK [UIDVALIDITY 7] v\r\n* OK [UIDNEXT 9] n\r\n$ OK [READ-ONLY] open\r\n'
        : undefined,
    );
    expect(inbox.readOnly).toBe(true);
    const calls = [
      () => inbox.store([{ uids: three, add: seen, remove: none }]),
      () => inbox.move(three, 'Other'),
      () => inbox.copy(three, 'Other'),
      () => inbox.expunge(three),
    ];
    for (const call of calls)
      expect(await refusalOf(call())).toMatchObject({ exitStatus: 77, reach: 'folder' });
    expect(commands()).toEqual([]);
  });
});

describe('expunging', () => {
  test('names each message, and says nothing else', async () => {
    const { inbox, session, server, commands } = await writableInbox(ok, {
      capabilities: 'UIDPLUS',
    });
    expect(await inbox.expunge(three)).toBe('gone');
    await session.close();
    await expect.poll(() => server.heard.at(-1)).toBe('BYE LOGOUT');
    expect(commands()).toEqual([
      'UID STORE 1:3 +FLAGS.SILENT (\\Deleted)',
      'UID EXPUNGE 1:3',
      'LOGOUT',
    ]);
  });

  test('of a server that cannot: they are marked', async () => {
    const { inbox, commands } = await writableInbox(ok);
    expect(await inbox.expunge(three)).toBe('marked');
    expect(commands()).toEqual(['UID STORE 1:3 +FLAGS.SILENT (\\Deleted)']);
  });

  test('refused', async () => {
    const { inbox } = await writableInbox(
      ({ text }) => (text.startsWith('UID EXPUNGE') ? '$ NO [CANNOT] no\r\n' : ok({ text })),
      { capabilities: 'UIDPLUS' },
    );
    expect(await refusalOf(inbox.expunge(three))).toMatchObject({ reach: 'folder' });
  });
});
