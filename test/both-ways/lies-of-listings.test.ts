/** What is in a folder, told wrongly for one poll. */

import { describe } from 'vitest';
import {
  answers,
  both,
  count,
  dovecot,
  emptied,
  flagOne,
  halved,
  inboxStatus,
  minute,
  removeThere,
  start,
  tellLies,
  user,
  withOneSeen,
  type Case,
} from './lying-stage.ts';
import { flagThere, mail } from './sides.ts';

const cases: readonly Case[] = [
  {
    title: 'EXPUNGE in the middle, of what is there still',
    change: async () => {
      await flagThere(dovecot, user, 'two', 'add', '\\Seen');
      await dovecot.deliver(user, 'INBOX', mail('seven'));
    },
    lie: answers(/^UID FETCH/, (text) =>
      /^\* \d+ FETCH/.test(text) ? `${text}\r\n* 2 EXPUNGE` : undefined,
    ),
    status: 0,
    wanted: { ...start, INBOX: ['five', 'four', 'one', 'seven', 'six', 'three', 'two S'] },
  },
  {
    title: 'a listing cut in half, while one message is really gone',
    change: () => removeThere('six'),
    lie: answers(/SEARCH/, halved, 'INBOX'),
    status: 0,
    wanted: { ...start, INBOX: ['five', 'four', 'one', 'three', 'two'] },
  },
  {
    title: 'EXISTS that is too small',
    change: flagOne,
    lie: both(answers(/^(SELECT|EXAMINE)/, count(3)), inboxStatus(count(3))),
    status: 0,
    wanted: { ...start, INBOX: withOneSeen },
  },
  {
    title: 'EXISTS that is too large',
    change: flagOne,
    lie: answers(/^(SELECT|EXAMINE)/, count(6_000)),
    status: 0,
    wanted: { ...start, INBOX: withOneSeen },
  },
  {
    title: 'EXISTS and a listing that agree on half of it',
    change: flagOne,
    lie: both(
      answers(/^(SELECT|EXAMINE)/, count(3), 'INBOX'),
      answers(/SEARCH/, halved, 'INBOX'),
      inboxStatus(count(3)),
    ),
    status: 0,
    wanted: { ...start, INBOX: withOneSeen },
  },
  {
    title: 'STATUS that says nothing is in it',
    change: flagOne,
    lie: inboxStatus((text) => text.replace(/MESSAGES \d+/, 'MESSAGES 0')),
    status: 0,
    wanted: { ...start, INBOX: withOneSeen },
  },
  {
    title: 'STATUS that has another UIDVALIDITY and UIDNEXT than SELECT',
    change: flagOne,
    lie: inboxStatus((text) =>
      text.replace(/UIDVALIDITY \d+/, 'UIDVALIDITY 99').replace(/UIDNEXT \d+/, 'UIDNEXT 900'),
    ),
    status: 0,
    wanted: { ...start, INBOX: withOneSeen },
  },
  {
    title: 'UIDNEXT that is far too high',
    change: () => dovecot.deliver(user, 'INBOX', mail('seven')),
    lie: both(
      inboxStatus((text) => text.replace(/UIDNEXT \d+/, 'UIDNEXT 900')),
      answers(/^(SELECT|EXAMINE)/, (text) => text.replace(/UIDNEXT \d+/, 'UIDNEXT 900'), 'INBOX'),
    ),
    status: 0,
    wanted: { ...start, INBOX: [...(start['INBOX'] ?? []), 'seven'].sort() },
  },
  {
    title: 'UIDNEXT that goes back',
    change: flagOne,
    lie: both(
      inboxStatus((text) => text.replace(/UIDNEXT \d+/, 'UIDNEXT 3')),
      answers(/^(SELECT|EXAMINE)/, (text) => text.replace(/UIDNEXT \d+/, 'UIDNEXT 3'), 'INBOX'),
    ),
    status: 0,
    wanted: { ...start, INBOX: withOneSeen },
  },
  {
    title: 'VANISHED of what was never there',
    change: () => flagThere(dovecot, user, 'one', 'add', '\\Seen'),
    lie: answers(/CHANGEDSINCE/, (text) =>
      /^\S+ OK/.test(text) ? `* VANISHED (EARLIER) 100:200\r\n${text}` : undefined,
    ),
    status: 0,
    wanted: { ...start, INBOX: withOneSeen },
  },
  {
    title: 'VANISHED of what is there',
    change: () => flagThere(dovecot, user, 'one', 'add', '\\Seen'),
    lie: answers(/CHANGEDSINCE/, (text) =>
      /^\S+ OK/.test(text) ? `* VANISHED (EARLIER) 2:4\r\n${text}` : undefined,
    ),
    status: 0,
    wanted: { ...start, INBOX: withOneSeen },
  },
  {
    title: 'LIST that leaves out a folder',
    change: flagOne,
    lie: { response: (text) => (/^\* (LIST|STATUS) .*Archive/.test(text) ? '' : undefined) },
    status: 75,
    says: /Archive.*not list/,
    wanted: { ...start, INBOX: withOneSeen },
  },
  {
    title: 'LIST with a line that nobody can read',
    change: flagOne,
    lie: { response: (text) => (/^\* LIST .*Archive/.test(text) ? '* LIST (\\Has' : undefined) },
    status: 0,
    wanted: { ...start, INBOX: withOneSeen },
  },
  {
    title: 'a folder that is empty for one poll',
    change: flagOne,
    lie: emptied('INBOX'),
    status: 75,
    says: /all 6 messages are gone from the server/,
    wanted: { ...start, INBOX: withOneSeen },
  },
  {
    title: 'a folder of one message that is empty for one poll',
    change: flagOne,
    lie: emptied('Single'),
    status: 0,
    wanted: { ...start, INBOX: withOneSeen },
  },
];

describe('the server lies about what is there', { timeout: minute }, () => {
  tellLies(cases);
});
