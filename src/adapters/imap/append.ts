/** APPEND (RFC 9051, section 6.3.12), the octets as they are; the UID by APPENDUID (section 7.1). */

import { flagsToImap, type Flag } from '../../core/sync/flags.ts';
import { RefusedError } from '../../errors.ts';
import type { ImapConnection } from './connection.ts';
import { formatDateTime } from './dates.ts';
import { commandFailure, RefusedCommand, type Refusal } from './failures.ts';
import { shown } from './folders.ts';
import { astring, atom, numberOf, responseCode } from './tokens.ts';

export interface Appending {
  readonly octets: Buffer;
  readonly flags: readonly Flag[];
  /** Milliseconds since the epoch. */
  readonly internalDate: number;
}

/** Null where the server does not tell the UID. */
export async function append(
  connection: ImapConnection,
  wire: string,
  { octets, flags, internalDate }: Appending,
): Promise<number | null> {
  checkLimit(connection, octets.length);
  // RFC 3516, section 4.4: NUL is allowed in a literal8 alone; a server without BINARY has to judge the plain one.
  const isLiteral8 = octets.includes(0) && connection.flow.capabilities.has('BINARY');
  const literal = { type: 'LITERAL', value: octets, isLiteral8 };
  const date = { type: 'STRING', value: formatDateTime(internalDate) };
  const send = async (names: readonly string[]) =>
    await connection.run('APPEND', [astring(wire), names.map(atom), date, literal]);
  try {
    return appendedUid(await send(flagsToImap(flags)));
  } catch (error) {
    if (!(error instanceof RefusedCommand)) throw error;
    throw appendFailure(wire, error.refusal);
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

function appendedUid(answer: Parameters<typeof responseCode>[0]): number | null {
  const code = responseCode(answer);
  return code?.name === 'APPENDUID' ? (numberOf(code.values[1]) ?? null) : null;
}

function appendFailure(wire: string, refusal: Refusal): Error {
  const what = `the folder ${shown(wire)} takes no message`;
  if (refusal.code === 'TRYCREATE' || refusal.code === 'NONEXISTENT') {
    return new RefusedError(`the folder ${shown(wire)} does not exist on the server`, {
      reach: 'folder',
      retry: 'later',
      layer: 'session',
      remedy: 'Create it, or assign another folder to this role.',
    });
  }
  return commandFailure(what, refusal, 'folder');
}
