/** A server that says what is not so: no message is lost or doubled, the error tells what happened, and the truth heals it. */

import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeHome, outcome, type Home, type Outcome } from '../crash/run.ts';
import { startDovecot, type Dovecot, type User } from '../servers/dovecot.ts';
import { LyingServer, type Lie } from './lying-server.ts';
import { deliverHere, fileOf, flagHere, flagThere, here, mail, moveHere, there } from './sides.ts';

const minute = 60_000;
const folders = ['INBOX', 'Archive', 'Trash', 'Single'];
const numbers = ['one', 'two', 'three', 'four', 'five', 'six'];

let dovecot: Dovecot;
let user: User;
let home: Home;
let server: LyingServer;

beforeAll(async () => {
  dovecot = await startDovecot();
  server = await LyingServer.before(dovecot.ports.imap);
}, minute);

afterAll(async () => {
  await server?.stop();
  await dovecot?.stop();
}, minute);

beforeEach(async () => {
  user = await dovecot.addUser();
  for (const folder of folders) if (folder !== 'INBOX') await dovecot.createFolder(user, folder);
  await dovecot.deliver(user, 'INBOX', numbers.map(mail));
  await dovecot.deliver(user, 'Archive', ['old', 'older'].map(mail));
  await dovecot.deliver(user, 'Single', mail('alone'));
  home = await makeHome(dovecot, user, 'imap');
  await behindTheLiar();
  server.lie = null;
  await home.sync();
}, minute);

afterEach(async () => {
  await home.remove();
});

async function behindTheLiar(): Promise<void> {
  const path = join(home.dir, 'config.yaml');
  const config = JSON.parse(await readFile(path, 'utf8')) as {
    accounts: { work: { incoming: object } };
  };
  const { incoming } = config.accounts.work;
  Object.assign(incoming, { host: '127.0.0.1', port: server.port, security: 'none' });
  await writeFile(path, JSON.stringify(config));
}

async function told(lie: Lie, ...options: string[]): Promise<Outcome> {
  server.lie = lie;
  const said = await outcome(home.start(...options));
  server.lie = null;
  return said;
}

type Mailbox = Readonly<Record<string, readonly string[]>>;

async function side(of: (folder: string) => Promise<string[]>): Promise<Mailbox> {
  const all: Record<string, string[]> = {};
  for (const folder of folders) all[folder] = await of(folder);
  return all;
}

const start: Mailbox = {
  INBOX: [...numbers].sort(),
  Archive: ['old', 'older'],
  Trash: [],
  Single: ['alone'],
};

/** What the truth comes to, in one sync or two; then nothing is transferred any more. */
async function heals(wanted: Mailbox): Promise<void> {
  const first = await outcome(home.start());
  if (first.status !== 0) await home.sync();
  const [mine, theirs] = [
    await side((folder) => here(home, folder)),
    await side((folder) => there(dovecot, user, folder)),
  ];
  expect({ here: mine, there: theirs }).toEqual({ here: wanted, there: wanted });
  const again = await home.sync();
  for (const folder of again.received ?? [])
    expect(folder).toMatchObject({
      ...{ fetched: 0, uploaded: 0, movedHere: 0, movedThere: 0, copiedThere: 0, adopted: 0 },
      ...{ flaggedHere: 0, flaggedThere: 0, deletedHere: 0, deletedThere: 0, error: null },
    });
  expect(await side((folder) => here(home, folder))).toEqual(wanted);
}

interface Case {
  readonly title: string;
  /** What is done on both sides before the lie is told. */
  readonly change?: () => Promise<unknown>;
  readonly lie: Lie;
  readonly status: number;
  /** What people read. */
  readonly says?: RegExp;
  /** What is done before the truth is told. */
  readonly after?: () => Promise<unknown>;
  readonly wanted: Mailbox;
}

/** Of one command in one folder. */
function answers(
  command: RegExp,
  change: (text: string) => string | undefined,
  folder?: string,
): Lie {
  return {
    response: (text, asked) =>
      command.test(asked.text) && (folder === undefined || asked.folder === folder)
        ? change(text)
        : undefined,
  };
}

function instead(command: RegExp, answer: string): Lie {
  return { instead: ({ text }) => (command.test(text) ? answer : undefined) };
}

const flagOne = () => flagHere(home, 'one', 'S');
const removeThere = (subject: string, folder = 'INBOX') =>
  dovecot.doveadm('expunge', '-u', user.address, 'mailbox', folder, 'SUBJECT', subject);

const withOneSeen = ['five', 'four', 'one S', 'six', 'three', 'two'];

/** Makes a listing of UIDs half as long, in either form of the answer. */
function halved(text: string): string | undefined {
  if (/^\* SEARCH/.test(text)) return '* SEARCH 1 2 3';
  if (/^\* ESEARCH/.test(text)) return text.replace(/ALL [\d:,]+/, 'ALL 1:3');
  return undefined;
}

const count = (exists: number) => (text: string) =>
  text
    .replace(/^\* \d+ EXISTS/, `* ${String(exists)} EXISTS`)
    .replace(/MESSAGES \d+/, `MESSAGES ${String(exists)}`);

function both(...lies: readonly Lie[]): Lie {
  return {
    instead: (command) =>
      lies.map((each) => each.instead?.(command)).find((said) => said !== undefined),
    response: (text, command) => {
      let now = text;
      for (const each of lies) now = each.response?.(now, command) ?? now;
      return now;
    },
  };
}

const inboxStatus = (change: (text: string) => string | undefined): Lie => ({
  response: (text) => (/^\* STATUS "?INBOX"? /.test(text) ? change(text) : undefined),
});

const emptied = (folder: string): Lie =>
  both(
    {
      response: (text) =>
        new RegExp(`^\\* STATUS "?${folder}"? `).test(text) ? count(0)(text) : undefined,
    },
    {
      response: (text, command) => {
        if (command.folder !== folder) return undefined;
        if (/^\* \d+ FETCH/.test(text)) return '';
        if (/^\* SEARCH/.test(text)) return '* SEARCH';
        if (/^\* ESEARCH/.test(text)) return text.replace(/ ALL [\d:,]+/, '');
        return count(0)(text);
      },
    },
  );

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

describe('the server lies for one poll', { timeout: minute }, () => {
  it.each(cases)('$title', async ({ change, lie, status, says, after, wanted }) => {
    await change?.();
    const said = await told(lie);
    expect(said).toMatchObject({ status });
    if (says !== undefined) expect(said.stderr).toMatch(says);
    await after?.();
    await heals(wanted);
  });

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
