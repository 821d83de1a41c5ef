/** What a sync did, told to people: some lines for each account. */

import { readFromServerText } from '../../app/accounts/read-from-server.ts';
import type { AccountJson, ErrorJson, FolderJson, SentJson } from '../../app/sync/report-json.ts';
import { oneLine, type Output } from '../terminal/output.ts';
import { printable } from '../../printable.ts';
import { localTime, plural, size } from '../terminal/text.ts';

/** info: for those who look. note: what a person should know even with nobody looking. error: what went wrong. */
export interface AccountLine {
  readonly level: 'info' | 'note' | 'error';
  readonly text: string;
  readonly detail: string | null;
}

export function printAccount(output: Output, report: AccountJson): void {
  for (const line of accountLines(report)) printLine(output, line);
}

function printLine(output: Output, { level, text, detail }: AccountLine): void {
  if (level === 'info') output.say(text);
  else if (level === 'note') output.note(text);
  else if (!output.json) output.failure(text, detail);
}

/** The report line by line: what was sent, what came, what went wrong. */
export function accountLines(report: AccountJson): AccountLine[] {
  const { account, received, sent, error, skipped, suspended, created, warnings, live } = report;
  const lines = (sent ?? []).map((message) => sentLine(account, message));
  if (skipped !== null && error === null) lines.unshift(skippedLine(account, skipped, suspended));
  if (live) lines.push(info(readFromServerText(account)));
  for (const folder of created)
    lines.push(info(`${account}: made the folder ${printable(folder)}`));
  for (const warning of warnings) lines.push(note(`${account}: ${printable(warning)}`));
  const news = received === null ? null : receivedText(received);
  if (news !== null) lines.push(info(`${account}: ${news}`));
  else if (received !== null && error === null) lines.push(info(`${account}: nothing new`));
  for (const folder of received ?? []) lines.push(...troubles(account, folder));
  if (error !== null) lines.push(failureLine(account, error));
  if (skipped === null && suspended !== null) lines.push(suspendedLine(account, suspended));
  return lines;
}

function skippedLine(account: string, skipped: string, suspended: string | null): AccountLine {
  const why = suspended === null ? '' : ` (${printable(suspended)})`;
  const remedy = suspended === null ? '' : `; to go on: posthorn account enable ${account}`;
  return note(`${account}: ${skipped}${why}, skipped${remedy}`);
}

/** An error, for it must be seen with --quiet too: nothing more will be heard of this account. */
function suspendedLine(account: string, why: string): AccountLine {
  const text = oneLine({
    account,
    message: `it is suspended from now on: ${printable(why)}`,
    code: 'temporary',
    remedy: `Once that is mended, run: posthorn account enable ${account}`,
  });
  return { level: 'error', text, detail: null };
}

function info(text: string): AccountLine {
  return { level: 'info', text, detail: null };
}

function note(text: string): AccountLine {
  return { level: 'note', text, detail: null };
}

function failureLine(whom: string, error: ErrorJson): AccountLine {
  const { message, code, detail } = error;
  const text = oneLine({ account: whom, message, code, remedy: error.remedy ?? undefined });
  return { level: 'error', text, detail };
}

/** Null where nothing came and nothing went. */
function receivedText(folders: readonly FolderJson[]): string | null {
  const sum = (of: (folder: FolderJson) => number): number =>
    folders.reduce((all, folder) => all + of(folder), 0);
  const fetched = sum((folder) => folder.fetched);
  const done = [
    fetched === 0
      ? ''
      : `${plural(fetched, 'new message')}, ${size(sum((folder) => folder.octets))}`,
    ...deeds.map(({ of, text }) => (sum(of) === 0 ? '' : text(sum(of)))),
  ].filter((text) => text !== '');
  if (done.length === 0) return null;
  if (fetched === 0) done.unshift('nothing new');
  const where = folders
    .filter((folder) => folder.fetched > 0)
    .map((folder) => `${printable(folder.folder)} ${String(folder.fetched)}`)
    .join(', ');
  return `${done.join(', ')}${where === '' ? '' : ` (${where})`}`;
}

interface Deed {
  readonly of: (folder: FolderJson) => number;
  readonly text: (count: number) => string;
}

/** What else a sync does, in the order in which it is told. */
const deeds: readonly Deed[] = [
  { of: ({ uploaded }) => uploaded, text: (count) => `${String(count)} uploaded` },
  {
    of: ({ movedHere, movedThere }) => movedHere + movedThere,
    text: (count) => `${String(count)} moved`,
  },
  { of: ({ copiedThere }) => copiedThere, text: (count) => `${String(count)} copied` },
  {
    of: ({ flaggedHere, flaggedThere }) => flaggedHere + flaggedThere,
    text: (count) => `flags of ${String(count)}`,
  },
  { of: ({ deletedHere }) => deletedHere, text: (count) => `${String(count)} deleted here` },
  {
    of: ({ deleted, deletedThere }) => deleted + deletedThere,
    text: (count) => `${String(count)} deleted on the server`,
  },
];

export function printSent(output: Output, account: string, message: SentJson): void {
  printLine(output, sentLine(account, message));
}

function sentLine(account: string, message: SentJson): AccountLine {
  const subject = `"${printable(message.subject)}"`;
  const reason = message.reason === null ? '' : `: ${printable(message.reason)}`;
  const next =
    message.nextAttempt === null ? '' : ` (next attempt ${localTime(message.nextAttempt)})`;
  switch (message.result) {
    case 'sent':
      return info(`${account}: sent ${subject}`);
    case 'unfiled':
      return note(`${account}: sent ${subject}, its copy is not filed yet${reason}${next}`);
    case 'deferred':
    case 'uncertain':
      return note(`${account}: ${subject} waits in the outbox${reason}${next}`);
    case 'failed':
      return refusedLine(
        account,
        `${subject} was refused and stays in the outbox${reason}`,
        message,
      );
  }
}

/** An error, for it must be seen with --quiet too: nobody will try again by himself. */
function refusedLine(account: string, message: string, { id }: SentJson): AccountLine {
  const remedy = `Try again by posthorn outbox retry ${id}, or drop it by posthorn outbox cancel ${id}`;
  return {
    level: 'error',
    text: oneLine({ account, message, code: 'refused', remedy }),
    detail: null,
  };
}

function troubles(account: string, folder: FolderJson): AccountLine[] {
  const where = `${account}, ${printable(folder.folder)}`;
  const error = folder.error === null ? [] : [failureLine(where, folder.error)];
  const failed = folder.failed.map((each) =>
    note(`${where}, message ${printable(each.id)}: ${printable(each.error.message)}`),
  );
  const collided = folder.collided.map((name) =>
    note(`${where}: the server gave one id to two messages; the second is ${name}`),
  );
  const notes = folder.notes.map((each) => note(`${where}, ${printable(each)}`));
  return [...error, ...failed, ...collided, ...notes];
}
