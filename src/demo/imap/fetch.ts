/** FETCH (RFC 3501 section 6.4.5): what a client asked for, and the octets that answer it. */

import { flagList } from './selected.ts';
import { dateTime } from './dates.ts';
import { ImapRefusal } from './refusal.ts';
import type { StoredMessage } from '../mail/mailbox.ts';

/** One item of an answer: its name and its value, which may be a literal. */
export interface FetchItem {
  /** True for BODY[] and its like without PEEK. */
  setsSeen: boolean;
  answer: (message: StoredMessage) => (string | Buffer)[];
}

/** Reads one item, e.g. `UID` or `BODY.PEEK[HEADER]<0.100>`. */
export function fetchItem(text: string): FetchItem {
  const word = text.toUpperCase();
  const simple = simpleItems[word];
  if (simple !== undefined) return { setsSeen: false, answer: (message) => [simple(message)] };
  const asBody = rfc822Items[word];
  if (asBody !== undefined) return bodyItem(word, asBody, undefined, !word.endsWith('HEADER'));
  const match = /^BODY(\.PEEK)?\[([^\]]*)\](?:<(\d+)\.(\d+)>)?$/.exec(word);
  if (match === null) throw new ImapRefusal('BAD', `this server has no ${word}`);
  const [, peek, section = '', start, length] = match;
  const part = start === undefined ? undefined : { start: Number(start), length: Number(length) };
  const name = `BODY[${section}]${part === undefined ? '' : `<${part.start}>`}`;
  return bodyItem(name, section, part, peek === undefined);
}

const simpleItems: Record<string, (message: StoredMessage) => string> = {
  UID: (message) => `UID ${message.uid}`,
  FLAGS: (message) => `FLAGS ${flagList(message)}`,
  INTERNALDATE: (message) => `INTERNALDATE "${dateTime(message.internalDate)}"`,
  'RFC822.SIZE': (message) => `RFC822.SIZE ${message.raw.length}`,
};

const rfc822Items: Record<string, string> = {
  RFC822: '',
  'RFC822.HEADER': 'HEADER',
  'RFC822.TEXT': 'TEXT',
};

function bodyItem(
  name: string,
  section: string,
  part: { start: number; length: number } | undefined,
  setsSeen: boolean,
): FetchItem {
  const octetsOf = sectionOf(section);
  return {
    setsSeen,
    answer: (message) => {
      const whole = octetsOf(message.raw);
      const octets =
        part === undefined ? whole : whole.subarray(part.start, part.start + part.length);
      return [`${name} {${octets.length}}\r\n`, octets];
    },
  };
}

function sectionOf(section: string): (raw: Buffer) => Buffer {
  if (section === '') return (raw) => raw;
  if (section === 'HEADER') return headerOf;
  if (section === 'TEXT') return (raw) => raw.subarray(headerOf(raw).length);
  const fields = /^HEADER\.FIELDS(\.NOT)? \((.*)\)$/.exec(section);
  if (fields === null) throw new ImapRefusal('BAD', `this server has no part ${section}`);
  const names = new Set((fields[2] ?? '').replaceAll('"', '').split(' '));
  const wanted = fields[1] === undefined;
  return (raw) => {
    const kept = headerFields(raw).filter((field) => names.has(fieldName(field)) === wanted);
    return Buffer.from(`${kept.join('')}\r\n`, 'latin1');
  };
}

/** The header with the empty line that ends it; all of a message that has no empty line. */
export function headerOf(raw: Buffer): Buffer {
  if (raw.subarray(0, 2).equals(Buffer.from('\r\n'))) return raw.subarray(0, 2);
  const end = raw.indexOf('\r\n\r\n');
  return end < 0 ? raw : raw.subarray(0, end + 4);
}

/** The header's fields unfolded from nothing: each with its continuation lines and line end, one character an octet. */
export function headerFields(raw: Buffer): string[] {
  const lines = headerOf(raw).toString('latin1');
  return lines.split(/(?<=\r\n)(?![ \t])/).filter((field) => field !== '\r\n' && field !== '');
}

/** In capitals, as it is compared. */
export function fieldName(field: string): string {
  return field
    .slice(0, Math.max(0, field.indexOf(':')))
    .trim()
    .toUpperCase();
}
