/** APPEND (RFC 9051, section 6.3.12), the octets as they are; the UID by APPENDUID (section 7.1). */

import { flagsToImap, type Flag } from '../../../core/sync/flags.ts';
import { RefusedError } from '../../../errors.ts';
import { failure, shown } from '../answers/failure.ts';
import { uidOf } from '../answers/numbers.ts';
import { RefusedCommand } from '../answers/refusal.ts';
import type { StatusLine } from '../answers/status-line.ts';
import { astring, atom } from '../answers/tokens.ts';
import type { ImapConnection } from '../connection.ts';
import { formatDateTime } from '../dates.ts';

export interface Appending {
  readonly octets: Buffer;
  readonly flags: readonly Flag[];
  /** Milliseconds since the epoch. */
  readonly internalDate: number;
}

/** A line that is slower brings nothing through before it breaks. */
const slowestOctetsPerMs = 2;

/** Null where the server does not tell the UID. */
export async function append(
  connection: ImapConnection,
  wire: string,
  { octets, flags, internalDate }: Appending,
): Promise<number | null> {
  checkLimit(connection, octets.length);
  // RFC 3516, section 4.4: NUL is allowed in a literal8 alone; a server without BINARY has to judge the plain one.
  const isLiteral8 = octets.includes(0) && connection.has('BINARY');
  const literal = { type: 'LITERAL', value: octets, isLiteral8 };
  const date = { type: 'STRING', value: formatDateTime(internalDate) };
  const attributes = [astring(wire), flagsToImap(flags).map(atom), date, literal];
  const extraMs = octets.length / slowestOctetsPerMs;
  try {
    const { line } = await connection.run('APPEND', attributes, { data: {} }, { extraMs });
    return appendedUid(line);
  } catch (error) {
    throw appendFailure(wire, error);
  }
}

/** RFC 7889: told before a large message is sent in vain. */
function checkLimit(connection: ImapConnection, size: number): void {
  const limit = connection.flow.capabilities.get('APPENDLIMIT');
  if (typeof limit !== 'number' || limit === 0 || size <= limit) return;
  throw new RefusedError(`the server takes messages of at most ${limit} octets, this has ${size}`, {
    reach: 'message',
    layer: 'session',
    remedy: 'The message stays here.',
  });
}

function appendedUid({ code, args }: StatusLine): number | null {
  if (code !== 'APPENDUID') return null;
  return uidOf(args.split(/[ \t]+/)[1]) ?? null;
}

function appendFailure(wire: string, error: unknown): unknown {
  const code = error instanceof RefusedCommand ? error.refusal.code : '';
  if (code !== 'TRYCREATE' && code !== 'NONEXISTENT')
    return failure(error, `the folder ${shown(wire)} takes no message`, 'folder');
  return new RefusedError(`the folder ${shown(wire)} does not exist on the server`, {
    reach: 'folder',
    retry: 'later',
    layer: 'session',
    remedy: 'Create it, or assign another folder to this role.',
  });
}
