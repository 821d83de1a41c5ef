/** The maildrop's listing: numbers, unique ids and sizes (RFC 1939 section 7, UIDL; section 5, LIST). */

import type { RemoteMessage } from '../../core/sync/message.ts';
import { RefusedError } from '../../errors.ts';
import { printable } from '../../wire/printable.ts';
import type { Pop3Connection } from './connection.ts';
import { refusal, said, type Reply } from './reply.ts';

/** RFC 1939 says 70; longer ones are met. */
const longestUidl = 1000;
/** A listing beyond that is a server gone mad, not a maildrop. */
const mostMessages = 2_000_000;
const pageSize = 1000;

/** All of it in pages, in the order of the server. */
export async function* listMessages(
  connection: Pop3Connection,
  pipelining: boolean,
): AsyncGenerator<readonly RemoteMessage[]> {
  connection.send(pipelining ? ['UIDL', 'LIST'] : ['UIDL']);
  const uidls = await readUidls(connection);
  if (!pipelining) connection.send(['LIST']);
  const sizes = await readSizes(connection);
  const messages = identified(uidls);
  for (let at = 0; at < messages.length; at += pageSize) {
    const page = messages.slice(at, at + pageSize);
    yield page.map((message) => ({ ...message, size: sizes.get(message.number) ?? null }));
  }
}

interface Numbered {
  readonly number: number;
  readonly uidl: string;
}

async function readUidls(connection: Pop3Connection): Promise<Numbered[]> {
  const reply = await connection.reply('slow');
  if (reply.kind !== 'ok') throw withoutUidl(reply);
  const found: Numbered[] = [];
  const seen = new Set<number>();
  for await (const line of connection.lines()) {
    const entry = uidlLine(line);
    if (seen.has(entry.number) || found.length === mostMessages) throw malformed(line);
    seen.add(entry.number);
    found.push(entry);
  }
  return found;
}

function withoutUidl(reply: Reply): Error {
  if (reply.code !== null) return refusal('to list the messages (UIDL)', reply);
  return new RefusedError(`the server has no unique ids for its messages (UIDL)${said(reply)}`, {
    layer: 'session',
    remedy: 'Without them nobody can tell new mail from old: use IMAP, or another server.',
  });
}

/** `NUMBER UIDL`. Octets beyond ASCII are against the RFC, but an identity all the same. */
function uidlLine(line: string): Numbered {
  const [, digits = '', uidl = ''] =
    /^\s*([1-9]\d{0,8})\s+([\x21-\x7e\xa1-\xff]+)\s*$/.exec(line) ?? [];
  if (uidl === '' || uidl.length > longestUidl) throw malformed(line);
  return { number: Number(digits), uidl };
}

function malformed(line: string): RefusedError {
  return new RefusedError(`the server's listing (UIDL) makes no sense: ${printable(line, 60)}`, {
    layer: 'session',
    remedy: 'Tell the provider; until it is repaired, its mail cannot be told apart.',
  });
}

/** Sizes are good for planning alone, so whatever is wrong with them is left out. */
async function readSizes(connection: Pop3Connection): Promise<Map<number, number>> {
  const sizes = new Map<number, number>();
  const reply = await connection.reply('slow');
  if (reply.kind !== 'ok') return sizes;
  for await (const line of connection.lines()) {
    const [, digits, octets] = /^\s*(\d{1,9})\s+(\d{1,15})/.exec(line) ?? [];
    if (digits !== undefined && sizes.size < mostMessages)
      sizes.set(Number(digits), Number(octets));
  }
  return sizes;
}

type Listed = RemoteMessage & { readonly number: number };

/**
 * A UIDL that stands there more than once names none of its messages: each gets an id of its own, `UIDL#1` and on, which is
 * never the UIDL itself. So one that is alone with the UIDL later is not taken for any of them.
 */
function identified(uidls: readonly Numbered[]): Listed[] {
  const counts = new Map<string, number>();
  for (const { uidl } of uidls) counts.set(uidl, (counts.get(uidl) ?? 0) + 1);
  const taken = new Set(counts.keys());
  return uidls.map(({ number, uidl }) => {
    const message = { number, size: null, internalDate: null, flags: [] };
    if (counts.get(uidl) === 1) return { id: uidl, ...message };
    return { id: freeId(uidl, taken), ...message, sharedUidl: uidl };
  });
}

function freeId(uidl: string, taken: Set<string>): string {
  let copy = 1;
  while (taken.has(`${uidl}#${copy}`)) copy += 1;
  const id = `${uidl}#${copy}`;
  taken.add(id);
  return id;
}
