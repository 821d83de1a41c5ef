/** UIDNEXT of a folder that a message is to be filed into: where the search for it begins afterwards. */

import { failure } from '../answers/failure.ts';
import { atom, sequence } from '../answers/tokens.ts';
import type { ImapConnection } from '../connection.ts';
import { search } from '../folder/search.ts';
import { examine } from './examine.ts';
import { folderStatus, unknownStatus } from './folder-status.ts';

/**
 * By STATUS, else as EXAMINE or what is there says (`examine` is told first that another folder will be open). A number that is
 * too small does no harm: more is looked through then.
 */
export async function uidNextOf(
  connection: ImapConnection,
  wire: string,
  onExamine: () => void,
): Promise<number> {
  const { uidNext } = await folderStatus(connection, wire, ['UIDNEXT']).catch(ofFolder);
  if (uidNext !== null) return uidNext;
  onExamine();
  const opened = await examine(connection, wire);
  if (opened.uidNext !== null) return opened.uidNext;
  if (opened.exists === 0) return 1;
  try {
    const { uids } = await search(connection, [atom('UID'), sequence('*')]);
    return (uids.last ?? 0) + 1;
  } catch (error) {
    throw failure(error, 'the folder cannot be searched', 'folder');
  }
}

/** A refusal of STATUS is not the last word: EXAMINE says whether the folder is there. */
function ofFolder(error: unknown): typeof unknownStatus {
  if ((error as { reach?: string }).reach !== 'folder') throw error;
  return unknownStatus;
}
