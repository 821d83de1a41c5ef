/** IMAP's commands on folders: SELECT to STATUS, LIST and APPEND. */

import { parseDate } from './dates.ts';
import { answerList, answerLsub, answerStatus } from './list.ts';
import { ImapRefusal } from './refusal.ts';
import { SelectedFolder } from './selected.ts';
import { nameOf, type ImapSession } from './session.ts';
import { quote, textOf, wordsOf, type ImapValue } from './values.ts';

type Values = readonly ImapValue[];

export async function select(session: ImapSession, values: Values, readOnly: boolean) {
  session.selected = undefined;
  const folder = session.folder(values[0]);
  if (!folder.selectable) throw new ImapRefusal('NO', '[CANNOT] only holds other folders');
  const selected = new SelectedFolder(session.mailbox, folder, readOnly);
  const unseen = selected.messages().find(({ message }) => !message.flags.has('\\Seen'));
  const flags = '\\Answered \\Flagged \\Deleted \\Seen \\Draft';
  const lines = [
    `FLAGS (${flags} $Forwarded $MDNSent $Junk $NotJunk)`,
    readOnly ? 'OK [PERMANENTFLAGS ()] none' : `OK [PERMANENTFLAGS (${flags} \\*)] kept`,
    `${folder.messages.length} EXISTS`,
    '0 RECENT',
    ...(unseen === undefined ? [] : [`OK [UNSEEN ${unseen.number}] first unseen`]),
    `OK [UIDVALIDITY ${folder.uidValidity}] valid`,
    `OK [UIDNEXT ${folder.uidNext}] next`,
  ];
  for (const line of lines) await session.untagged(line);
  session.selected = selected;
  return readOnly ? 'OK [READ-ONLY] examined' : 'OK [READ-WRITE] selected';
}

/** CLOSE expunges, UNSELECT does not (RFC 3691). */
export async function close(session: ImapSession, expunge: boolean) {
  const { folder, readOnly } = session.open;
  const deleted = folder.messages.filter(({ flags }) => flags.has('\\Deleted'));
  session.selected = undefined;
  if (expunge && !readOnly && deleted.length > 0) {
    folder.remove(new Set(deleted.map(({ uid }) => uid)));
  }
  return 'OK closed';
}

export async function list(session: ImapSession, values: Values) {
  const lines = answerList(session.mailbox, values, session.has('SPECIAL-USE'));
  for (const line of lines) await session.untagged(line);
  return 'OK listed';
}

export async function lsub(session: ImapSession, values: Values) {
  for (const line of answerLsub(session.mailbox, values)) await session.untagged(line);
  return 'OK listed';
}

export async function status(session: ImapSession, values: Values) {
  await session.untagged(answerStatus(session.folder(values[0]), wordsOf(values[1])));
  return 'OK told';
}

export async function namespace(session: ImapSession) {
  await session.untagged(`NAMESPACE (("" ${quote(session.mailbox.delimiter)})) NIL NIL`);
  return 'OK told';
}

export async function create(session: ImapSession, values: Values) {
  const { mailbox } = session;
  const named = nameOf(values[0]);
  const name = named.endsWith(mailbox.delimiter) ? named.slice(0, -1) : named;
  if (mailbox.folder(name) !== undefined) {
    throw new ImapRefusal('NO', '[ALREADYEXISTS] there is one of this name');
  }
  mailbox.create(name, { subscribed: false });
  return 'OK created';
}

export async function deleteFolder(session: ImapSession, values: Values) {
  const folder = session.folder(values[0]);
  if (folder === session.mailbox.inbox) throw new ImapRefusal('NO', '[CANNOT] INBOX stays');
  session.mailbox.delete(folder.name);
  return 'OK deleted';
}

export async function rename(session: ImapSession, values: Values) {
  const folder = session.folder(values[0]);
  if (session.mailbox.folder(nameOf(values[1])) !== undefined) {
    throw new ImapRefusal('NO', '[ALREADYEXISTS] there is one of this name');
  }
  if (folder === session.mailbox.inbox) throw new ImapRefusal('NO', '[CANNOT] INBOX stays');
  session.mailbox.rename(folder.name, nameOf(values[1]));
  return 'OK renamed';
}

export async function subscribe(session: ImapSession, values: Values, subscribed: boolean) {
  session.folder(values[0]).subscribed = subscribed;
  return subscribed ? 'OK subscribed' : 'OK unsubscribed';
}

export async function append(session: ImapSession, values: Values) {
  const rest = values.slice(1);
  const flags = rest[0]?.kind === 'list' ? rest.shift() : undefined;
  const raw = rest.pop();
  if (raw?.kind !== 'string') throw new ImapRefusal('BAD', 'no message');
  const folder = session.folder(values[0], '[TRYCREATE]');
  const message = folder.append({
    raw: raw.octets,
    flags: flags?.kind === 'list' ? flags.items.map(textOf) : [],
    ...(rest[0] === undefined ? {} : { internalDate: parseDate(textOf(rest[0])) }),
  });
  const code = session.has('UIDPLUS') ? `[APPENDUID ${folder.uidValidity} ${message.uid}] ` : '';
  return `OK ${code}appended`;
}
