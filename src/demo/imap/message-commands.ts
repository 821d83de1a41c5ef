/** IMAP's commands on the messages of the selected folder: FETCH, STORE, SEARCH, COPY, MOVE, EXPUNGE. */

import { fetchItem, type FetchItem } from './fetch.ts';
import { ImapRefusal } from './refusal.ts';
import { searchTest } from './search.ts';
import { flagList, type Numbered } from './selected.ts';
import type { ImapSession } from './session.ts';
import { textOf, wordsOf, type ImapValue } from './values.ts';
import type { Folder } from '../mail/mailbox.ts';

type Values = readonly ImapValue[];

const fast = ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE'];

export async function fetch(session: ImapSession, values: Values, byUid: boolean) {
  const words = wordsOf(values[1]).flatMap((word) => (word === 'FAST' ? fast : [word]));
  if (byUid && !words.includes('UID')) words.unshift('UID');
  const items = words.map(fetchItem);
  const marks = !session.open.readOnly && items.some((item) => item.setsSeen);
  for (const entry of session.open.find(textOf(values[0]), byUid)) {
    if (marks) session.open.folder.setFlags(entry.message, [...entry.message.flags, '\\Seen']);
    await session.untagged(...answerOf(entry, items));
  }
  return 'OK fetched';
}

function answerOf({ number, message }: Numbered, items: readonly FetchItem[]) {
  const answers = items.flatMap((item, index) => {
    return index === 0 ? item.answer(message) : [' ', ...item.answer(message)];
  });
  return [`${number} FETCH (`, ...answers, ')'];
}

export async function store(session: ImapSession, values: Values, byUid: boolean) {
  const selected = session.writable;
  const action = /^([+-]?)FLAGS(\.SILENT)?$/.exec(textOf(values[1]).toUpperCase());
  if (action === null) throw new ImapRefusal('BAD', 'no such STORE');
  const named = values.slice(2).flatMap((value) => (value.kind === 'list' ? value.items : [value]));
  const flags = named.map(textOf);
  for (const { number, message } of selected.find(textOf(values[0]), byUid)) {
    selected.folder.setFlags(message, merged(message.flags, action[1] ?? '', flags));
    selected.shown(message);
    if (action[2] !== undefined) continue;
    const uid = byUid ? `UID ${message.uid} ` : '';
    await session.untagged(`${number} FETCH (${uid}FLAGS ${flagList(message)})`);
  }
  return 'OK stored';
}

/** Flags are compared in any case (RFC 3501 section 2.3.2). */
function merged(present: ReadonlySet<string>, sign: string, named: readonly string[]): string[] {
  const upper = new Set(named.map((flag) => flag.toUpperCase()));
  const others = [...present].filter((flag) => !upper.has(flag.toUpperCase()));
  if (sign === '-') return others;
  return sign === '+' ? [...others, ...named] : [...named];
}

export async function search(session: ImapSession, values: Values, byUid: boolean) {
  const test = searchTest(values, session.open);
  const found = session.open.messages().filter(test);
  const numbers = found.map(({ number, message }) => (byUid ? message.uid : number));
  await session.untagged(['SEARCH', ...numbers].join(' '));
  return 'OK searched';
}

export async function copy(session: ImapSession, values: Values, byUid: boolean) {
  const entries = session.open.find(textOf(values[0]), byUid);
  const target = session.folder(values[1], '[TRYCREATE]');
  const code = copyInto(session, entries, target);
  return `OK ${code}copied`;
}

/** RFC 6851: COPYUID comes untagged, before the expunges. */
export async function move(session: ImapSession, values: Values, byUid: boolean) {
  if (!session.has('MOVE')) throw new ImapRefusal('BAD', 'unknown command');
  const { folder } = session.writable;
  const entries = session.open.find(textOf(values[0]), byUid);
  const code = copyInto(session, entries, session.folder(values[1], '[TRYCREATE]'));
  if (code !== '') await session.untagged(`OK ${code}moved`);
  folder.remove(new Set(entries.map(({ message }) => message.uid)));
  return 'OK moved';
}

/** The response code COPYUID of UIDPLUS (RFC 4315 section 3), or nothing. */
function copyInto(session: ImapSession, entries: readonly Numbered[], target: Folder): string {
  const copies = entries.map(({ message }) => target.append(message));
  if (!session.has('UIDPLUS') || copies.length === 0) return '';
  const uids = (messages: readonly { uid: number }[]) => messages.map(({ uid }) => uid).join(',');
  const sources = uids(entries.map(({ message }) => message));
  return `[COPYUID ${target.uidValidity} ${sources} ${uids(copies)}] `;
}

/** EXPUNGE of all that is marked, or with UIDPLUS of what is named too (RFC 4315 section 2.1). */
export async function expunge(session: ImapSession, values: Values, byUid: boolean) {
  if (byUid && !session.has('UIDPLUS')) throw new ImapRefusal('BAD', 'unknown command');
  const { folder } = session.writable;
  const entries = byUid ? session.open.find(textOf(values[0]), true) : session.open.messages();
  const marked = entries.filter(({ message }) => message.flags.has('\\Deleted'));
  if (marked.length > 0) folder.remove(new Set(marked.map(({ message }) => message.uid)));
  return 'OK expunged';
}
