/** What OfflineIMAP remembers of one folder: UIDs with their flags, in a table of SQLite or in lines. */

import { parseFileName, type Flag } from '../../../core/sync/flags.ts';
import { openReadOnly } from '../../../disk/sqlite.ts';
import { DataError } from '../../../errors.ts';

export interface StatusEntry {
  readonly uid: number;
  readonly flags: readonly Flag[];
}

/** Versions 1 and 2 of its table agree in what is read here. */
export function readStatusTable(path: string): StatusEntry[] {
  try {
    const database = openReadOnly(path);
    try {
      const rows = database.prepare('SELECT id, flags FROM status ORDER BY id').all();
      return (rows as { id: number; flags: string | null }[]).map(({ id, flags }) =>
        entryOf(String(id), flags ?? ''),
      );
    } finally {
      database.close();
    }
  } catch (cause) {
    if (cause instanceof DataError) throw cause;
    throw new DataError(`${path} is no status of OfflineIMAP that can be read`, {
      cause,
      remedy: 'Run offlineimap once to its end, and import then.',
    });
  }
}

const heading = /^OFFLINEIMAP LocalStatus CACHE DATA - DO NOT MODIFY - FORMAT [12]$/;

/** `uid:flags`, or `uid|flags|mtime|labels` in format 2. */
export function readStatusLines(text: string, path: string): StatusEntry[] {
  const [first = '', ...lines] = text.split('\n');
  if (!heading.test(first)) throw new DataError(`${path} is no status of OfflineIMAP`);
  return lines
    .filter((line) => line !== '')
    .map((line) => {
      const [uid = '', flags = ''] = line.split(/[:|]/);
      return entryOf(uid, flags);
    });
}

function entryOf(uid: string, flags: string): StatusEntry {
  if (!/^\d{1,10}$/.test(uid.trim()))
    throw new DataError(
      `a status of OfflineIMAP holds the UID ${JSON.stringify(uid.slice(0, 40))}`,
    );
  return { uid: Number(uid), flags: parseFileName(`:2,${flags}`).flags };
}
