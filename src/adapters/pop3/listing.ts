/** The maildrop's listing: numbers, unique ids and sizes (RFC 1939 section 7, UIDL; section 5, LIST and STAT). */

import { RefusedError } from '../../errors.ts';
import type { MaildropListing } from '../../ports/receiving/maildrop-source.ts';
import { printable } from '../../wire/printable.ts';
import type { Pop3Connection } from './connection.ts';
import { identified, type Numbered } from './ids.ts';
import { refusal, said, type Reply } from './reply.ts';

/** RFC 1939 says 70; longer ones are met. */
const longestUidl = 1000;
/** A listing beyond either is a server gone mad, not a maildrop: it is held in memory. */
const mostMessages = 500_000;
const mostOctets = 40 * 1024 * 1024;

/** With `pipelining` all three commands go in one packet. */
export async function listMail(
  connection: Pop3Connection,
  pipelining: boolean,
): Promise<MaildropListing> {
  connection.send(pipelining ? ['STAT', 'UIDL', 'LIST'] : ['STAT']);
  const count = readCount(await connection.reply('slow'));
  if (!pipelining && count === 0) return { mail: [], complete: true };
  if (!pipelining) connection.send(['UIDL']);
  const numbered = await readUidls(connection, count);
  if (!pipelining) connection.send(['LIST']);
  await readSizes(connection, numbered);
  const mail = identified(numbered);
  return { mail, complete: mail.length >= count };
}

function readCount(reply: Reply): number {
  const count = /^(\d{1,9})\b/.exec(reply.text)?.[1];
  if (reply.kind === 'ok' && count !== undefined) return Number(count);
  throw refusal('to count the messages (STAT)', reply, { layer: 'session' });
}

/** Ascending. What can't be read is left out: STAT's count tells that it is missing. */
async function readUidls(connection: Pop3Connection, count: number): Promise<Numbered[]> {
  const reply = await connection.reply('slow');
  // Some servers refuse UIDL on an empty maildrop.
  if (reply.kind !== 'ok' && count === 0) return [];
  if (reply.kind !== 'ok') throw withoutUidl(reply);
  const found: Numbered[] = [];
  let octets = 0;
  const unreadable: Buffer[] = [];
  await connection.lines((line) => {
    octets += line.length;
    const entry = uidlLine(line);
    if (found.length === mostMessages || octets > mostOctets) throw tooLong();
    if (entry !== null) found.push(entry);
    else if (unreadable.length === 0) unreadable.push(Buffer.from(line));
  });
  if (unreadable[0] !== undefined && found.length === 0) throw malformed(unreadable[0]);
  return ascending(found);
}

function withoutUidl(reply: Reply): Error {
  if (reply.code !== null) return refusal('to list the messages (UIDL)', reply);
  return new RefusedError(`the server has no unique ids for its messages (UIDL)${said(reply)}`, {
    layer: 'session',
    remedy: 'Without them nobody can tell new mail from old: use IMAP, or another server.',
  });
}

/** `NUMBER UIDL`. Octets beyond ASCII, and blanks within, are against the RFC, but an identity all the same. */
function uidlLine(line: Buffer): Numbered | null {
  const text = line.toString('latin1');
  const [, digits, uidl] =
    /^\s*([1-9]\d{0,8})\s+([\x21-\x7e\xa1-\xff](?:[ -\x7e\xa1-\xff]*[\x21-\x7e\xa1-\xff])?)\s*$/.exec(
      text,
    ) ?? [];
  if (digits === undefined || uidl === undefined || uidl.length > longestUidl) return null;
  return { id: flat(uidl), number: Number(digits), size: null };
}

/** A part of a string keeps the whole of it in memory. */
function flat(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}

function ascending(found: Numbered[]): Numbered[] {
  if (found.some((each, at) => each.number < (found[at - 1]?.number ?? 0)))
    found.sort((one, other) => one.number - other.number);
  const twice = found.find((each, at) => each.number === found[at - 1]?.number);
  if (twice !== undefined) throw malformed(Buffer.from(`${twice.number} ${twice.id}`, 'latin1'));
  return found;
}

function malformed(line: Buffer): RefusedError {
  return new RefusedError(`the server's listing (UIDL) makes no sense: ${printable(line, 60)}`, {
    layer: 'session',
    remedy: 'Tell the provider; until it is repaired, its mail cannot be told apart.',
  });
}

function tooLong(): RefusedError {
  return new RefusedError(
    `the server lists more than ${mostMessages} messages, or ids without end: nothing of it is taken`,
    {
      layer: 'session',
      remedy: 'Where they are real, move old mail out of the mailbox on the server.',
    },
  );
}

/** Good for planning, and to tell where a message ends where the server breaks the rules; whatever is wrong with them is left out. */
async function readSizes(connection: Pop3Connection, messages: readonly Numbered[]): Promise<void> {
  const reply = await connection.reply('slow');
  if (reply.kind !== 'ok') return;
  let at = 0;
  let lines = 0;
  await connection.lines((line) => {
    lines += 1;
    if (lines > 2 * mostMessages) throw tooLong();
    const [, digits, octets] = /^\s*(\d{1,9})\s+(\d{1,15})/.exec(line.toString('latin1')) ?? [];
    if (digits === undefined) return;
    const number = Number(digits);
    at = placeOf(messages, number, at);
    const message = messages[at];
    if (message?.number === number) message.size = Number(octets);
  });
}

/** The index of a number in ascending messages, mostly the one behind `near`. */
function placeOf(messages: readonly Numbered[], number: number, near: number): number {
  for (const at of [near, near + 1]) if (messages[at]?.number === number) return at;
  let low = 0;
  let high = messages.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((messages[middle]?.number ?? 0) < number) low = middle + 1;
    else high = middle;
  }
  return low;
}
