/** STATUS (RFC 9051, section 6.3.11), and what servers that tell too little are asked besides. */

import type { FolderStatus } from '../../../core/sync/remote.ts';
import { RefusedError } from '../../../errors.ts';
import { failure, shown } from '../answers/failure.ts';
import { readStatusData } from '../answers/list-line.ts';
import { RefusedCommand } from '../answers/refusal.ts';
import { astring, atom } from '../answers/tokens.ts';
import { UnreadableAnswer, type ImapConnection } from '../connection.ts';

/** HIGHESTMODSEQ may be asked for where it is known alone (RFC 7162, section 3.1.7): others answer with BAD. */
export function statusItems(connection: ImapConnection): string[] {
  const items = ['MESSAGES', 'UIDNEXT', 'UIDVALIDITY'];
  return connection.has('CONDSTORE') ? [...items, 'HIGHESTMODSEQ'] : items;
}

export const unknownStatus: FolderStatus = {
  uidValidity: null,
  uidNext: null,
  exists: null,
  highestModSeq: null,
};

/** Errors reach `folder`. */
export async function folderStatus(
  connection: ImapConnection,
  wire: string,
  items: readonly string[] = statusItems(connection),
): Promise<FolderStatus> {
  let status = unknownStatus;
  // Only one folder was asked for, so its name need not be compared: servers write it in ways of their own.
  const data = {
    STATUS: (line: Parameters<typeof readStatusData>[0]) => {
      status = readStatusData(line).status;
    },
  };
  try {
    await connection.run('STATUS', [astring(wire), items.map(atom)], { data });
  } catch (error) {
    throw failure(error, `the status of the folder ${shown(wire)} cannot be asked for`, 'folder');
  }
  return status;
}

/** What EXAMINE left out, as far as STATUS tells it; a refusal is no news then. */
export async function completed(
  connection: ImapConnection,
  wire: string,
  told: FolderStatus,
): Promise<FolderStatus> {
  if (told.uidValidity !== null && told.uidNext !== null && told.exists !== null) return told;
  const more = await folderStatus(connection, wire).catch(ignoreRefusal);
  return filled(told, more ?? unknownStatus);
}

/** Fills what is not known by what another answer says. */
export function filled(known: FolderStatus, more: FolderStatus): FolderStatus {
  return {
    uidValidity: known.uidValidity ?? more.uidValidity,
    uidNext: known.uidNext ?? more.uidNext,
    exists: known.exists ?? more.exists,
    highestModSeq: known.highestModSeq ?? more.highestModSeq,
  };
}

/** RFC 9051, section 6.3.2: without UIDVALIDITY the server's UIDs hold for this session alone. */
export function withoutUids(wire: string): RefusedError {
  return new RefusedError(
    `the folder ${shown(wire)} cannot be opened: the server has no lasting message numbers there`,
    {
      reach: 'folder',
      layer: 'session',
      remedy: 'Leave the folder out, or fetch the account by POP3.',
    },
  );
}

function ignoreRefusal(error: unknown): undefined {
  if (error instanceof RefusedCommand || error instanceof UnreadableAnswer) return;
  if ((error as { reach?: string }).reach !== 'folder') throw error;
}
