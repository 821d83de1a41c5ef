/** SEARCH (RFC 3501 section 6.4.4): search keys into a test of one message. */

import { parseDate } from './dates.ts';
import { fieldName, headerFields, headerOf } from './fetch.ts';
import { ImapRefusal } from './refusal.ts';
import { isSet, type Numbered, type SelectedFolder } from './selected.ts';
import { textOf, type ImapValue } from './values.ts';

export type SearchTest = (entry: Numbered) => boolean;

/** All keys must hold. A CHARSET is taken as UTF-8, which holds US-ASCII. */
export function searchTest(values: readonly ImapValue[], selected: SelectedFolder): SearchTest {
  const queue = [...values];
  if (queue[0]?.kind === 'atom' && queue[0].text.toUpperCase() === 'CHARSET') queue.splice(0, 2);
  const tests: SearchTest[] = [];
  while (queue.length > 0) tests.push(nextKey(queue, selected));
  if (tests.length === 0) throw new ImapRefusal('BAD', 'nothing to search for');
  return (entry) => tests.every((test) => test(entry));
}

/** Takes one key with its arguments from the front of the queue. */
function nextKey(queue: ImapValue[], selected: SelectedFolder): SearchTest {
  const value = queue.shift();
  if (value?.kind === 'list') return searchTest(value.items, selected);
  const word = textOf(value).toUpperCase();
  const argument = () => textOf(queue.shift());
  if (isSet(word)) return memberOf(selected, word, false);
  const flag = flagKey(word);
  if (flag !== undefined) return flag;
  switch (word) {
    case 'ALL':
      return () => true;
    case 'UID':
      return memberOf(selected, argument(), true);
    case 'NOT': {
      const test = nextKey(queue, selected);
      return (entry) => !test(entry);
    }
    case 'OR': {
      const [first, second] = [nextKey(queue, selected), nextKey(queue, selected)];
      return (entry) => first(entry) || second(entry);
    }
    default:
      return argumentKey(word, argument);
  }
}

function argumentKey(word: string, argument: () => string): SearchTest {
  switch (word) {
    case 'KEYWORD':
      return hasFlag(argument());
    case 'UNKEYWORD':
      return not(hasFlag(argument()));
    case 'HEADER':
      return inField(argument(), argument());
    case 'SUBJECT':
    case 'FROM':
    case 'TO':
    case 'CC':
    case 'BCC':
      return inField(word, argument());
    case 'TEXT':
      return containing(argument(), (raw) => raw);
    case 'BODY':
      return containing(argument(), (raw) => raw.subarray(headerOf(raw).length));
    case 'LARGER':
      return ofSize(argument(), (size, limit) => size > limit);
    case 'SMALLER':
      return ofSize(argument(), (size, limit) => size < limit);
    case 'SINCE':
      return ofDay(argument(), (day, limit) => day >= limit);
    case 'BEFORE':
      return ofDay(argument(), (day, limit) => day < limit);
    case 'ON':
      return ofDay(argument(), (day, limit) => day === limit);
    default:
      throw new ImapRefusal('BAD', `this server has no search for ${word}`);
  }
}

function flagKey(word: string): SearchTest | undefined {
  const match = /^(UN)?(SEEN|ANSWERED|FLAGGED|DELETED|DRAFT)$/.exec(word);
  if (match === null) return undefined;
  const test = hasFlag(`\\${match[2]}`);
  return match[1] === undefined ? test : not(test);
}

function not(test: SearchTest): SearchTest {
  return (entry) => !test(entry);
}

function hasFlag(name: string): SearchTest {
  const wanted = name.toUpperCase();
  return ({ message }) => [...message.flags].some((flag) => flag.toUpperCase() === wanted);
}

function memberOf(selected: SelectedFolder, set: string, byUid: boolean): SearchTest {
  const members = new Set(selected.find(set, byUid).map(({ message }) => message));
  return ({ message }) => members.has(message);
}

/** An empty text finds every message that has the field. */
function inField(name: string, text: string): SearchTest {
  const [field, wanted] = [name.toUpperCase(), text.toLowerCase()];
  return ({ message }) =>
    headerFields(message.raw).some(
      (line) => fieldName(line) === field && unfolded(line).toLowerCase().includes(wanted),
    );
}

function unfolded(field: string): string {
  return Buffer.from(field.slice(field.indexOf(':') + 1), 'latin1')
    .toString()
    .replaceAll('\r\n', '');
}

function containing(text: string, octetsOf: (raw: Buffer) => Buffer): SearchTest {
  const wanted = text.toLowerCase();
  return ({ message }) => octetsOf(message.raw).toString().toLowerCase().includes(wanted);
}

function ofSize(limit: string, holds: (size: number, limit: number) => boolean): SearchTest {
  return ({ message }) => holds(message.raw.length, Number(limit));
}

function ofDay(date: string, holds: (day: number, limit: number) => boolean): SearchTest {
  const dayOf = (time: Date) => Math.floor(time.getTime() / 86_400_000);
  const limit = dayOf(parseDate(date));
  return ({ message }) => holds(dayOf(message.internalDate), limit);
}
