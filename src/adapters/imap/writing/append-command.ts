/** One APPEND on its way (RFC 9051, section 6.3.12): its words, and its literal as the server takes it (RFC 7888, RFC 3516). */

import { TemporaryError, RefusedError, type PosthornError } from '../../../errors.ts';
import type { Upload } from '../../../ports/receiving/mailbox-source.ts';
import { shown } from '../answers/failure.ts';
import type { StatusLine } from '../answers/status-line.ts';
import type { ImapConnection } from '../connection.ts';
import { formatDateTime } from '../dates.ts';
import { appendable } from './flag-names.ts';
import type { Octets } from './message-octets.ts';

/** The octets broke off within the literal, which can't be taken back; never leaves this adapter. */
export class CutShort extends Error {
  readonly why: PosthornError;
  constructor(why: PosthornError) {
    super(why.message, { cause: why });
    this.why = why;
  }
}

/** RFC 7888, section 5. */
const mostOfLiteralMinus = 4_096;

const lineEnd = Buffer.from('\r\n');

type Sendable = Exclude<Octets, { kind: 'unsent' }>;

/** Resolves once all is written, with the answer to come in a box. Throws CutShort, lossError(). The octets are let go of. */
export async function sendAppend(
  connection: ImapConnection,
  wire: string,
  upload: Upload,
  octets: Sendable,
): Promise<{ readonly answer: Promise<StatusLine> }> {
  try {
    return await send(connection, wire, upload, octets);
  } finally {
    if (octets.kind === 'stream') await octets.rest.return?.().catch(() => {});
  }
}

async function send(
  connection: ImapConnection,
  wire: string,
  upload: Upload,
  octets: Sendable,
): Promise<{ readonly answer: Promise<StatusLine> }> {
  const { own } = connection;
  const waits = !goesUnasked(connection, octets);
  const answer = own.send(
    words(connection, wire, upload, literalOf(connection, octets, upload, waits)),
  );
  if (waits && !(await own.isAskedFor(answer))) {
    if ((await answer).status === 'OK') throw new CutShort(unasked());
    return { answer };
  }
  if (octets.kind === 'whole') await own.write(Buffer.concat([octets.octets, lineEnd]));
  else await writeStream(connection, octets, upload.size);
  return { answer };
}

function words(
  connection: ImapConnection,
  wire: string,
  { flags, keywords, internalDate }: Upload,
  literal: string,
): string {
  const names = appendable({ flags, keywords }).join(' ');
  return `APPEND ${mailbox(connection, wire)} (${names}) "${formatDateTime(internalDate)}" ${literal}`;
}

/** A large one waits to be asked for, so that a server that does not want it can say so before it is sent. */
function goesUnasked(connection: ImapConnection, octets: Sendable): boolean {
  if (octets.kind === 'stream') return false;
  if (connection.has('LITERAL+')) return true;
  return connection.has('LITERAL-') && octets.octets.length <= mostOfLiteralMinus;
}

/** RFC 3516, section 4.4: NUL is allowed in a literal8 alone; a server without BINARY has to judge the plain one. */
function literalOf(
  connection: ImapConnection,
  octets: Sendable,
  { size }: Upload,
  waits: boolean,
): string {
  const isBinary = octets.kind === 'whole' && octets.octets.includes(0) && connection.has('BINARY');
  return `${isBinary ? '~' : ''}{${size}${waits ? '' : '+'}}`;
}

/** A quoted string; what may not stand in one is a literal, where that needs no asking. One character an octet. */
function mailbox(connection: ImapConnection, wire: string): string {
  const octets = Buffer.from(wire).toString('latin1');
  const isPlain = /^[\x01-\x09\x0b\x0c\x0e-\x7f]*$/.test(octets);
  const takesLiterals = connection.has('LITERAL+') || connection.has('LITERAL-');
  if (!isPlain && takesLiterals) return `{${octets.length}+}\r\n${octets}`;
  if (/[\r\n\0]/.test(octets)) throw unwritable(wire);
  return `"${octets.replaceAll(/["\\]/g, '\\$&')}"`;
}

async function writeStream(
  { own }: ImapConnection,
  { first, rest }: Extract<Sendable, { kind: 'stream' }>,
  size: number,
): Promise<void> {
  let left = size;
  for (let piece = first; ;) {
    if (piece.length > left) throw new CutShort(changed());
    left -= piece.length;
    await own.write(piece);
    const next = await rest.next().catch((error: unknown) => {
      throw new CutShort(changed(error));
    });
    if (next.done === true) break;
    piece = next.value;
  }
  if (left > 0) throw new CutShort(changed());
  await own.write(lineEnd);
}

function changed(cause?: unknown): TemporaryError {
  return new TemporaryError('the file of a message changed while it was sent', {
    cause,
    retry: 'now',
    layer: 'session',
    remedy: 'It is tried again at the next sync.',
  });
}

function unasked(): TemporaryError {
  return new TemporaryError('the server said yes to a message that it had not been sent', {
    layer: 'session',
    remedy: 'It is tried again at the next sync.',
  });
}

function unwritable(wire: string): RefusedError {
  return new RefusedError(`the name of the folder ${shown(wire)} cannot be sent to the server`, {
    reach: 'folder',
    layer: 'session',
    remedy: 'Rename the folder on the server.',
  });
}
