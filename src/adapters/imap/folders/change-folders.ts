/** RENAME, DELETE and SUBSCRIBE (RFC 9051, sections 6.3.4 to 6.3.8), subscriptions kept in step with the names. */

import { RefusedError } from '../../../errors.ts';
import { failure, shown, targetFailure } from '../answers/failure.ts';
import type { DataLine } from '../answers/line.ts';
import { readListLine, type ListLine } from '../answers/list-line.ts';
import { RefusedCommand } from '../answers/refusal.ts';
import { astring, atom, type TokenNode } from '../answers/tokens.ts';
import type { ImapConnection } from '../connection.ts';

/** Errors reach `folder`. */
export async function subscribe(
  connection: ImapConnection,
  wire: string,
  subscribed: boolean,
): Promise<void> {
  try {
    await connection.run(subscribed ? 'SUBSCRIBE' : 'UNSUBSCRIBE', [astring(wire)]);
  } catch (error) {
    const what = subscribed ? 'subscribed' : 'unsubscribed';
    throw targetFailure(error, `the folder ${shown(wire)} cannot be ${what}`, wire);
  }
}

/** One that is gone already is no error. Errors reach `folder`. */
export async function deleteFolder(connection: ImapConnection, wire: string): Promise<void> {
  assertOther(wire, 'deleted');
  try {
    await connection.run('DELETE', [astring(wire)]);
  } catch (error) {
    if (!(await isGone(connection, wire, error)))
      throw failure(error, `the folder ${shown(wire)} cannot be deleted on the server`, 'folder');
  }
  // A subscription outlives its folder; some servers hold none for what is not there.
  await connection.run('UNSUBSCRIBE', [astring(wire)]).catch(ignoreRefusal);
}

/** Those below it go with it. Errors reach `folder`. */
export async function renameFolder(
  connection: ImapConnection,
  from: string,
  to: string,
  delimiter: string | null,
): Promise<void> {
  assertOther(from, 'renamed');
  const before = (await subscriptions(connection, from, delimiter)).map(({ wire }) => wire);
  try {
    await connection.run('RENAME', [astring(from), astring(to)]);
  } catch (error) {
    throw targetFailure(error, `the folder ${shown(from)} cannot be renamed on the server`, from);
  }
  for (const wire of before) {
    await connection.run('SUBSCRIBE', [astring(to + wire.slice(from.length))]).catch(ignoreRefusal);
    await connection.run('UNSUBSCRIBE', [astring(wire)]).catch(ignoreRefusal);
  }
}

/** Deleting it is forbidden, and RENAME would move all its mail (RFC 9051, section 6.3.6). */
function assertOther(wire: string, what: string): void {
  if (wire.toUpperCase() !== 'INBOX') return;
  throw new RefusedError(`INBOX cannot be ${what}`, { reach: 'folder', layer: 'session' });
}

/** By the server's code (RFC 5530, section 3), else by LIST. */
async function isGone(connection: ImapConnection, wire: string, error: unknown): Promise<boolean> {
  if (!(error instanceof RefusedCommand)) return false;
  if (error.refusal.code !== '') return error.refusal.code === 'NONEXISTENT';
  const found = await list(connection, 'LIST', [], wire);
  return !found.some((line) => line.wire === wire && !line.attributes.includes('\\nonexistent'));
}

/** Of the folder, and of those below it. */
async function subscriptions(
  connection: ImapConnection,
  wire: string,
  delimiter: string | null,
): Promise<ListLine[]> {
  const extended = connection.has('LIST-EXTENDED');
  const [command, selection] = extended ? ['LIST', [[atom('SUBSCRIBED')]]] : ['LSUB', []];
  const own = await list(connection, command, selection, wire);
  const below =
    delimiter === null ? [] : await list(connection, command, selection, `${wire}${delimiter}*`);
  // The names may hold the signs of a pattern.
  const isOf = ({ wire: name }: ListLine): boolean =>
    name === wire || (delimiter !== null && name.startsWith(wire + delimiter));
  return [...own, ...below].filter(isOf);
}

async function list(
  connection: ImapConnection,
  command: string,
  selection: readonly TokenNode[],
  pattern: string,
): Promise<ListLine[]> {
  const found: ListLine[] = [];
  const take = (line: DataLine): void => {
    found.push(readListLine(line));
  };
  const reference = { type: 'STRING', value: '' };
  const attributes = [...selection, reference, astring(pattern)];
  await connection
    .run(command, attributes, { data: { LIST: take, LSUB: take } })
    .catch(ignoreRefusal);
  return found;
}

function ignoreRefusal(error: unknown): void {
  if (!(error instanceof RefusedCommand)) throw error;
}
