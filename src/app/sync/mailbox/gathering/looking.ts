/** Small words of gathering: what a folder is like of which little is known. */

import type { KnownMessages } from '../../../../core/sync/known-messages.ts';
import type { LocalNews } from '../../../../core/sync/plan/views.ts';
import type { FolderStatus } from '../../../../core/sync/remote.ts';
import { DataError } from '../../../../errors.ts';

/** Of a folder that the server does not have. */
export const nothing: FolderStatus = {
  uidValidity: null,
  uidNext: null,
  exists: null,
  highestModSeq: null,
};

export function levels(path: string, delimiter: string | null): string[] {
  return delimiter === null ? [path] : path.split(delimiter);
}

/** Whether a file of a known message is not where it was. */
export function isAnyGone(here: LocalNews | null, known: KnownMessages | null): boolean {
  if (here === null || known === null) return false;
  for (let at = 0; at < known.size; at += 1)
    if (known.isHere(at) && !here.files.has(known.name(at))) return true;
  return false;
}

export function taken(path: string, owner: string): DataError {
  return new DataError(
    `the folder ${JSON.stringify(path)} would have the Maildir folder of ${JSON.stringify(owner)}, so it is left alone`,
    {
      reach: 'folder',
      remedy: 'Rename one of them on the server, or leave one out by sync.folders.exclude.',
    },
  );
}
