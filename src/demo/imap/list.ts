/** LIST with selection and return options (RFC 5258, 6154, 5819), LSUB, and the items of STATUS. */

import { decodeName, encodeName, matchesPattern } from './names.ts';
import { ImapRefusal } from './refusal.ts';
import { listOf, quote, textOf, wordsOf, type ImapValue } from './values.ts';
import type { Folder, Mailbox } from '../mail/mailbox.ts';

interface ListQuery {
  select: string[];
  patterns: string[];
  returns: string[];
  /** STATUS items wanted for each folder. */
  status: string[];
}

/** The untagged lines that answer LIST. `specialUse` false: as a server without SPECIAL-USE. */
export function answerList(
  mailbox: Mailbox,
  values: readonly ImapValue[],
  specialUse: boolean,
): string[] {
  const query = readQuery(values);
  // RFC 3501 section 6.3.8: an empty pattern asks for the delimiter alone.
  if (query.patterns.every((pattern) => pattern === '')) {
    return [`LIST (\\Noselect) ${quote(mailbox.delimiter)} ""`];
  }
  const found = mailbox.folders.filter((folder) =>
    query.patterns.some((pattern) => matchesPattern(folder.name, pattern, mailbox.delimiter)),
  );
  return found.flatMap((folder) => linesOf(mailbox, folder, query, specialUse));
}

export function answerLsub(mailbox: Mailbox, values: readonly ImapValue[]): string[] {
  const pattern = readName(values[0]) + readName(values[1]);
  return mailbox.folders
    .filter(
      (folder) => folder.subscribed && matchesPattern(folder.name, pattern, mailbox.delimiter),
    )
    .map((folder) => `LSUB () ${nameAndDelimiter(mailbox, folder)}`);
}

export function answerStatus(folder: Folder, items: readonly string[]): string {
  const values = items.map((item) => `${item} ${statusItem(folder, item)}`);
  return `STATUS ${wireName(folder)} (${values.join(' ')})`;
}

function readQuery(values: readonly ImapValue[]): ListQuery {
  const rest = [...values];
  const select = rest[0]?.kind === 'list' ? wordsOf(rest.shift()) : [];
  const reference = readName(rest.shift());
  const pattern = rest.shift();
  const patterns = pattern?.kind === 'list' ? pattern.items : [pattern];
  const options = rest.length > 0 ? listOf(rest[1]) : [];
  const status = options.flatMap((option) => (option.kind === 'list' ? wordsOf(option) : []));
  const returns = options.flatMap((option) =>
    option.kind === 'list' ? [] : [textOf(option).toUpperCase()],
  );
  return { select, patterns: patterns.map((one) => reference + readName(one)), returns, status };
}

function readName(value: ImapValue | undefined): string {
  return decodeName(textOf(value));
}

function linesOf(
  mailbox: Mailbox,
  folder: Folder,
  query: ListQuery,
  specialUse: boolean,
): string[] {
  const below = mailbox.folders.filter((other) =>
    other.name.startsWith(folder.name + mailbox.delimiter),
  );
  const { select, returns } = query;
  if (select.includes('SPECIAL-USE') && folder.specialUse === undefined) return [];
  const childInfo = select.includes('RECURSIVEMATCH') && below.some((child) => child.subscribed);
  if (select.includes('SUBSCRIBED') && !folder.subscribed && !childInfo) return [];
  const attributes = [
    ...(folder.selectable ? [] : ['\\Noselect']),
    below.length > 0 ? '\\HasChildren' : '\\HasNoChildren',
    ...(specialUse && folder.specialUse !== undefined ? [folder.specialUse] : []),
    ...(folder.subscribed && [...select, ...returns].includes('SUBSCRIBED')
      ? ['\\Subscribed']
      : []),
  ];
  const extended = childInfo ? ' ("CHILDINFO" ("SUBSCRIBED"))' : '';
  const line = `LIST (${attributes.join(' ')}) ${nameAndDelimiter(mailbox, folder)}${extended}`;
  const withStatus = returns.includes('STATUS') && folder.selectable;
  return withStatus ? [line, answerStatus(folder, query.status)] : [line];
}

function nameAndDelimiter(mailbox: Mailbox, folder: Folder): string {
  return `${quote(mailbox.delimiter)} ${wireName(folder)}`;
}

function wireName(folder: Folder): string {
  return quote(encodeName(folder.name));
}

function statusItem(folder: Folder, item: string): number {
  const without = (flag: string) => folder.messages.filter(({ flags }) => !flags.has(flag)).length;
  switch (item) {
    case 'MESSAGES':
      return folder.messages.length;
    case 'UIDNEXT':
      return folder.uidNext;
    case 'UIDVALIDITY':
      return folder.uidValidity;
    case 'UNSEEN':
      return without('\\Seen');
    case 'RECENT':
      return 0;
    default:
      throw new ImapRefusal('BAD', `this server has no ${item}`);
  }
}
