/** Makes folders: NAMESPACE (RFC 2342), CREATE (RFC 9051, section 6.3.4; USE of RFC 6154, section 3), SUBSCRIBE. */

import type { FolderRole } from '../../../core/account/account.ts';
import { failure, shown } from '../answers/failure.ts';
import { decoded, LineReader, type DataLine } from '../answers/line.ts';
import { RefusedCommand } from '../answers/refusal.ts';
import { astring, atom, type TokenNode } from '../answers/tokens.ts';
import type { ImapConnection } from '../connection.ts';

/** What folders of one's own begin with, decoded by nobody: it is put before a name for the wire. */
export async function personalPrefix(connection: ImapConnection): Promise<string> {
  if (!connection.has('NAMESPACE')) return '';
  let prefix = '';
  // `(("INBOX." ".")) NIL NIL`: the first of the personal ones.
  const take = (line: DataLine): void => {
    const personal = new LineReader(line).value();
    const first = Array.isArray(personal) ? personal[0] : undefined;
    const name = Array.isArray(first) ? first[0] : undefined;
    if (typeof name === 'string') prefix = decoded(name);
  };
  try {
    await connection.run('NAMESPACE', [], { data: { NAMESPACE: take } });
  } catch (error) {
    // A server that does not tell has no namespace that one must keep to.
    if (!(error instanceof RefusedCommand)) throw error;
  }
  return prefix;
}

/** One that is there already is no error; it is subscribed all the same. */
export async function createFolder(
  connection: ImapConnection,
  wire: string,
  role: FolderRole | null,
): Promise<void> {
  try {
    await create(connection, wire, role);
  } catch (error) {
    if (!isThere(error))
      throw failure(error, `the folder ${shown(wire)} cannot be made on the server`, 'folder');
  }
  try {
    await connection.run('SUBSCRIBE', [astring(wire)]);
  } catch (error) {
    throw failure(error, `the folder ${shown(wire)} is made, but cannot be subscribed`, 'folder');
  }
}

async function create(
  connection: ImapConnection,
  wire: string,
  role: FolderRole | null,
): Promise<void> {
  const use = useOf(connection, role);
  if (use !== null) {
    try {
      await connection.run('CREATE', [astring(wire), use]);
      return;
    } catch (error) {
      // RFC 6154, section 3: a server may know the extension and not this use; the folder is wanted all the same.
      if (!(error instanceof RefusedCommand) || isThere(error)) throw error;
    }
  }
  await connection.run('CREATE', [astring(wire)]);
}

/** `(USE (\Sent))`, where the server takes it. */
function useOf(connection: ImapConnection, role: FolderRole | null): TokenNode | null {
  if (role === null || role === 'inbox') return null;
  if (!connection.has('CREATE-SPECIAL-USE')) return null;
  return [atom('USE'), [atom(specialUse[role])]];
}

const specialUse = {
  sent: '\\Sent',
  drafts: '\\Drafts',
  trash: '\\Trash',
  spam: '\\Junk',
  archive: '\\Archive',
} as const;

/** RFC 5530, section 3. */
function isThere(error: unknown): boolean {
  return error instanceof RefusedCommand && error.refusal.code === 'ALREADYEXISTS';
}
