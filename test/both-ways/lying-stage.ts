/** The stage for a server that says what is not so: no message is lost or doubled, the error tells what happened, and the truth heals it. */

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { makeHome, outcome, type Home, type Outcome } from '../crash/run.ts';
import { startDovecot, type Dovecot, type User } from '../servers/dovecot.ts';
import { LyingServer, type Lie } from './lying-server.ts';
import { flagHere, here, mail, there } from './sides.ts';

export const minute = 60_000;
const folders = ['INBOX', 'Archive', 'Trash', 'Single'];
const numbers = ['one', 'two', 'three', 'four', 'five', 'six'];

export let dovecot: Dovecot;
export let user: User;
export let home: Home;
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

export async function told(lie: Lie, ...options: string[]): Promise<Outcome> {
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

export const start: Mailbox = {
  INBOX: [...numbers].sort(),
  Archive: ['old', 'older'],
  Trash: [],
  Single: ['alone'],
};

/** What the truth comes to, in one sync or two; then nothing is transferred any more. */
async function heals(wanted: Mailbox): Promise<void> {
  const first = await outcome(home.start());
  // What went to the trash there is fetched by the sync behind it.
  if (first.status !== 0 || wanted['Trash']?.length !== 0) await home.sync();
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

export interface Case {
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
export function answers(
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

export function instead(command: RegExp, answer: string): Lie {
  return { instead: ({ text }) => (command.test(text) ? answer : undefined) };
}

export const flagOne = () => flagHere(home, 'one', 'S');
export const removeThere = (subject: string, folder = 'INBOX') =>
  dovecot.doveadm('expunge', '-u', user.address, 'mailbox', folder, 'SUBJECT', subject);

export const withOneSeen = ['five', 'four', 'one S', 'six', 'three', 'two'];

/** Makes a listing of UIDs half as long, in either form of the answer. */
export function halved(text: string): string | undefined {
  if (/^\* SEARCH/.test(text)) return '* SEARCH 1 2 3';
  if (/^\* ESEARCH/.test(text)) return text.replace(/ALL [\d:,]+/, 'ALL 1:3');
  return undefined;
}

export const count = (exists: number) => (text: string) =>
  text
    .replace(/^\* \d+ EXISTS/, `* ${String(exists)} EXISTS`)
    .replace(/MESSAGES \d+/, `MESSAGES ${String(exists)}`);

export function both(...lies: readonly Lie[]): Lie {
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

export const inboxStatus = (change: (text: string) => string | undefined): Lie => ({
  response: (text) => (/^\* STATUS "?INBOX"? /.test(text) ? change(text) : undefined),
});

export const emptied = (folder: string): Lie =>
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

export function tellLies(cases: readonly Case[]): void {
  it.each(cases)('$title', async ({ change, lie, status, says, after, wanted }) => {
    await change?.();
    const said = await told(lie);
    expect(said).toMatchObject({ status });
    if (says !== undefined) expect(said.stderr).toMatch(says);
    await after?.();
    await heals(wanted);
  });
}
