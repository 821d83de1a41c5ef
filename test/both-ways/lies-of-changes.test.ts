/** What became of a change, told wrongly for one poll, or refused. */

import { rm } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import {
  answers,
  dovecot,
  flagOne,
  home,
  instead,
  minute,
  start,
  tellLies,
  told,
  user,
  withOneSeen,
  type Case,
} from './lying-stage.ts';
import { deliverHere, fileOf, flagHere, flagThere, mail, moveHere } from './sides.ts';

const cases: readonly Case[] = [
  {
    title: 'COPYUID of UIDs that do not exist',
    change: () => moveHere(home, 'one', 'Archive'),
    lie: answers(/^UID (MOVE|COPY)/, (text) =>
      text.replace(/\[COPYUID (\d+) (\S+) [^\]]+\]/, '[COPYUID $1 $2 900]'),
    ),
    status: 0,
    wanted: {
      ...start,
      INBOX: ['five', 'four', 'six', 'three', 'two'],
      Archive: ['old', 'older', 'one'],
    },
  },
  {
    title: 'COPYUID of a message that was there before',
    change: () => moveHere(home, 'one', 'Archive'),
    lie: answers(/^UID (MOVE|COPY)/, (text) =>
      text.replace(/\[COPYUID (\d+) (\S+) [^\]]+\]/, '[COPYUID $1 $2 1]'),
    ),
    status: 0,
    wanted: {
      ...start,
      INBOX: ['five', 'four', 'six', 'three', 'two'],
      Archive: ['old', 'older', 'one'],
    },
  },
  {
    title: 'COPYUID of another UIDVALIDITY',
    change: () => moveHere(home, 'one', 'Archive'),
    lie: answers(/^UID (MOVE|COPY)/, (text) => text.replace(/\[COPYUID \d+/, '[COPYUID 99')),
    status: 0,
    wanted: {
      ...start,
      INBOX: ['five', 'four', 'six', 'three', 'two'],
      Archive: ['old', 'older', 'one'],
    },
  },
  {
    title: 'APPENDUID of a UID that does not exist',
    change: () => deliverHere(home, 'mine'),
    lie: answers(/^APPEND/, (text) =>
      text.replace(/\[APPENDUID (\d+) \d+\]/, '[APPENDUID $1 900]'),
    ),
    status: 0,
    wanted: { ...start, INBOX: [...(start['INBOX'] ?? []), 'mine S'].sort() },
  },
  {
    title: 'APPENDUID of a message that was there before',
    change: () => deliverHere(home, 'mine'),
    lie: answers(/^APPEND/, (text) => text.replace(/\[APPENDUID (\d+) \d+\]/, '[APPENDUID $1 2]')),
    status: 0,
    wanted: { ...start, INBOX: [...(start['INBOX'] ?? []), 'mine S'].sort() },
  },
  {
    title: 'APPENDUID of another UIDVALIDITY',
    change: () => deliverHere(home, 'mine'),
    lie: answers(/^APPEND/, (text) => text.replace(/\[APPENDUID \d+/, '[APPENDUID 99')),
    status: 0,
    wanted: { ...start, INBOX: [...(start['INBOX'] ?? []), 'mine S'].sort() },
  },
  {
    title: 'a MOVE that did nothing',
    change: () => moveHere(home, 'one', 'Archive'),
    lie: instead(/^UID MOVE/, '$ OK moved\r\n'),
    status: 75,
    says: /INBOX.*said that it has moved messages.*there still/,
    wanted: {
      ...start,
      INBOX: ['five', 'four', 'six', 'three', 'two'],
      Archive: ['old', 'older', 'one'],
    },
  },
  {
    title: 'a deletion that did nothing',
    change: async () => rm(await fileOf(home, 'one')),
    lie: instead(/^UID MOVE/, '$ OK moved\r\n'),
    status: 75,
    says: /INBOX.*said that it has moved messages.*there still/,
    wanted: { ...start, INBOX: ['five', 'four', 'six', 'three', 'two'], Trash: ['one'] },
  },
  {
    title: 'NO to STORE in one folder',
    change: async () => {
      await flagOne();
      await flagHere(home, 'old', 'F', 'Archive');
    },
    lie: {
      instead: ({ text, folder }) =>
        /^UID STORE/.test(text) && folder === 'INBOX' ? '$ NO no flags today\r\n' : undefined,
    },
    status: 75,
    says: /INBOX.*no flags today/,
    wanted: { ...start, INBOX: withOneSeen, Archive: ['old F', 'older'] },
  },
  {
    title: 'keywords that are no atoms',
    change: () => flagThere(dovecot, user, 'one', 'add', '\\Seen'),
    lie: answers(/FETCH/, (text) => text.replace(/FLAGS \(/, 'FLAGS (a"b ]x %z {3 wörk ')),
    status: 0,
    wanted: { ...start, INBOX: withOneSeen },
  },
  {
    title: 'a folder that can only be read',
    change: async () => {
      await flagOne();
      await flagHere(home, 'old', 'F', 'Archive');
    },
    lie: {
      instead: ({ text, folder }) =>
        folder === 'INBOX' && /^UID (STORE|MOVE|COPY|EXPUNGE)/.test(text)
          ? '$ NO [READ-ONLY] it can only be read\r\n'
          : undefined,
      response: (text, { folder }) =>
        folder === 'INBOX'
          ? text
              .replace(/PERMANENTFLAGS \([^)]*\)/, 'PERMANENTFLAGS ()')
              .replace('[READ-WRITE]', '[READ-ONLY]')
          : undefined,
    },
    status: 0,
    after: () => flagHere(home, 'two', 'F'),
    wanted: {
      ...start,
      INBOX: ['five', 'four', 'one S', 'six', 'three', 'two F'],
      Archive: ['old F', 'older'],
    },
  },
  {
    title: 'NO [OVERQUOTA] to APPEND',
    change: async () => {
      await deliverHere(home, 'mine');
      await dovecot.deliver(user, 'INBOX', mail('seven'));
    },
    lie: instead(/^APPEND/, '$ NO [OVERQUOTA] no room for it\r\n'),
    status: 75,
    says: /INBOX.*no room for it/,
    wanted: { ...start, INBOX: [...(start['INBOX'] ?? []), 'mine S', 'seven'].sort() },
  },
  {
    title: 'NO [LIMIT] to APPEND',
    change: async () => {
      await deliverHere(home, 'mine');
      await dovecot.deliver(user, 'INBOX', mail('seven'));
    },
    lie: instead(/^APPEND/, '$ NO [LIMIT] not so fast\r\n'),
    status: 75,
    wanted: { ...start, INBOX: [...(start['INBOX'] ?? []), 'mine S', 'seven'].sort() },
  },
  ...[
    '[INUSE] mailbox in use',
    '[UNAVAILABLE] try again later',
    '[ALERT] Too many simultaneous connections. (Failure)',
    'Too many connections from your address',
  ].map((reason): Case => ({
    title: `NO ${reason} to the login`,
    change: flagOne,
    lie: instead(/^(AUTHENTICATE|LOGIN)/, `$ NO ${reason}\r\n`),
    status: 75,
    says: /work/,
    wanted: { ...start, INBOX: withOneSeen },
  })),
];

describe('the server lies about what it did', { timeout: minute }, () => {
  tellLies(cases);

  it('a pause that the server asks for is kept', async () => {
    const reason = '[UNAVAILABLE] Account exceeded limits. Suggested Backoff Time: 300000';
    const lie = instead(/^(AUTHENTICATE|LOGIN)/, `$ NO ${reason}\r\n`);
    expect(await told(lie)).toMatchObject({ status: 75 });
    let heard = 0;
    const again = await told({ instead: () => void (heard += 1) });
    expect(again).toMatchObject({ status: 75 });
    expect(again.stderr).toMatch(/^posthorn: work.*exceeded limits/);
    expect(heard).toBe(0);
  });
});
