/** The tables of the state, as the steps that led to them. A released step is never changed: a new one follows it. */

import { StorageError } from '../../errors.ts';
import type { Database } from '../../disk/sqlite.ts';

/** "phrn": tells our file from another program's (PRAGMA application_id). */
export const applicationId = 0x7068726e;

/**
 * Messages are keyed by their number first, so that a folder's pages lie side by side and new mail is appended at the end;
 * an id that is no UID sorts behind every UID, under the number 4294967296.
 */
const first = `
  CREATE TABLE account (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    root TEXT,
    last_attempt INTEGER,
    last_success INTEGER,
    failures INTEGER NOT NULL,
    login_failures INTEGER NOT NULL,
    failing_since INTEGER,
    error_code TEXT,
    error_message TEXT,
    error_at INTEGER,
    suspended_since INTEGER,
    suspended_why TEXT
  ) STRICT;
  CREATE INDEX account_name ON account (name);
  CREATE TABLE folder (
    key INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES account (key) ON DELETE CASCADE,
    path TEXT NOT NULL,
    local_path TEXT NOT NULL,
    role TEXT,
    uid_validity TEXT NOT NULL,
    settled_uid INTEGER NOT NULL,
    UNIQUE (account, path)
  ) STRICT;
  CREATE TABLE message (
    folder INTEGER NOT NULL REFERENCES folder (key) ON DELETE CASCADE,
    uid INTEGER NOT NULL,
    id TEXT NOT NULL,
    status TEXT NOT NULL,
    name TEXT,
    wire_size INTEGER,
    wire_sha256 BLOB,
    flags TEXT NOT NULL,
    internal_date INTEGER,
    stored_at INTEGER,
    attempts INTEGER NOT NULL,
    error TEXT,
    PRIMARY KEY (folder, uid, id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX message_quarantined ON message (folder, uid, id) WHERE status = 'quarantined';
`;

/** An account's mail that is on its way to another root. */
const moving = 'ALTER TABLE account ADD COLUMN moving_to TEXT';

/** Logins for sending, counted apart from polls. */
const sending = `
  ALTER TABLE account ADD COLUMN send_login_failures INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE account ADD COLUMN send_suspended_since INTEGER;
  ALTER TABLE account ADD COLUMN send_suspended_why TEXT;
`;

/** The ways to the servers that failures were counted on. */
const ways = `
  ALTER TABLE account ADD COLUMN failing_way TEXT;
  ALTER TABLE account ADD COLUMN send_failing_way TEXT;
`;

const steps: readonly string[] = [first, moving, sending, ways];

/** Throws StorageError for another program's database and for a state that a newer posthorn wrote; writes nothing. */
export function checkOrigin(db: Database, path: string): void {
  const version = readNumber(db, 'user_version');
  const isNew = version === 0 && readNumber(db, 'schema_version') === 0;
  if (!isNew && readNumber(db, 'application_id') !== applicationId) {
    throw new StorageError(`${path} is another program's database`, {
      retry: 'never',
      remedy: 'Move it aside: posthorn keeps its state in a file of this name.',
    });
  }
  if (version > steps.length) {
    throw new StorageError(`${path} was written by a newer posthorn (format ${String(version)})`, {
      retry: 'never',
      remedy: `Upgrade posthorn: this one knows formats up to ${String(steps.length)}.`,
    });
  }
}

/** Takes the database to the newest form, each step in a transaction of its own; safe beside another process doing it. */
export function migrate(db: Database): void {
  while (readNumber(db, 'user_version') < steps.length) {
    db.exec('BEGIN IMMEDIATE');
    try {
      takeStep(db);
      db.exec('COMMIT');
    } catch (error) {
      db.exec('ROLLBACK');
      throw error;
    }
  }
}

/** Looks again inside the transaction: another process may have been faster. */
function takeStep(db: Database): void {
  const version = readNumber(db, 'user_version');
  const step = steps[version];
  if (step === undefined) return;
  db.exec(step);
  db.exec(`PRAGMA application_id = ${String(applicationId)}`);
  db.exec(`PRAGMA user_version = ${String(version + 1)}`);
}

type NumberPragma = 'user_version' | 'schema_version' | 'application_id';

function readNumber(db: Database, pragma: NumberPragma): number {
  const row = db.prepare(`PRAGMA ${pragma}`).get() as Readonly<Record<NumberPragma, number>>;
  return row[pragma];
}
