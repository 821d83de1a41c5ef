/** The tables of the state, as the steps that led to them. A released step is never changed: a new one follows it. */

import type { Database } from '../../../disk/sqlite.ts';
import { StorageError } from '../../../errors.ts';
import { apart } from './apart.ts';
import { bothWays } from './both-ways.ts';
import { first, moving, sending, ways } from './first-steps.ts';
import { treeStamp } from './tree-stamp.ts';

/** "phrn": tells our file from another program's (PRAGMA application_id). */
export const applicationId = 0x7068726e;

const steps: readonly string[] = [first, moving, sending, ways, apart, bothWays, treeStamp];

/** Throws StorageError for another program's database and for a state that a newer posthorn wrote; writes nothing. */
export function checkOrigin(db: Database, path: string): void {
  const version = readNumber(db, 'user_version');
  const isNew = version === 0 && readNumber(db, 'schema_version') === 0;
  if (!isNew && readNumber(db, 'application_id') !== applicationId) {
    throw new StorageError(`${path} is another program's database`, {
      reach: 'program',
      retry: 'never',
      remedy: 'Move it aside: posthorn keeps its state in a file of this name.',
    });
  }
  if (version > steps.length) {
    throw new StorageError(`${path} was written by a newer posthorn (format ${String(version)})`, {
      reach: 'program',
      retry: 'never',
      remedy: `Upgrade posthorn: this one knows formats up to ${String(steps.length)}.`,
    });
  }
}

/** Takes the database to the newest form in one transaction; safe beside another process doing it. */
export function migrate(db: Database): void {
  if (readNumber(db, 'user_version') >= steps.length) return;
  db.exec('BEGIN IMMEDIATE');
  try {
    takeSteps(db);
    db.exec('COMMIT');
  } catch (error) {
    db.exec('ROLLBACK');
    throw error;
  }
}

/** Looks again inside the transaction: another process may have been faster. */
function takeSteps(db: Database): void {
  for (const step of steps.slice(readNumber(db, 'user_version'))) db.exec(step);
  db.exec(`PRAGMA application_id = ${String(applicationId)}`);
  db.exec(`PRAGMA user_version = ${String(steps.length)}`);
}

type NumberPragma = 'user_version' | 'schema_version' | 'application_id';

function readNumber(db: Database, pragma: NumberPragma): number {
  const row = db.prepare(`PRAGMA ${pragma}`).get() as Readonly<Record<NumberPragma, number>>;
  return row[pragma];
}
