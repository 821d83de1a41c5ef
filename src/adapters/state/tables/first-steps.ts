/** The first steps of the tables, when one kind of message stood for IMAP and POP3 alike. */

/**
 * Messages are keyed by their number first, so that a folder's pages lie side by side and new mail is appended at the end;
 * an id that is no UID sorts behind every UID, under the number 4294967296.
 */
export const first = `
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
export const moving = 'ALTER TABLE account ADD COLUMN moving_to TEXT';

/** Logins for sending, counted apart from polls. */
export const sending = `
  ALTER TABLE account ADD COLUMN send_login_failures INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE account ADD COLUMN send_suspended_since INTEGER;
  ALTER TABLE account ADD COLUMN send_suspended_why TEXT;
`;

/** The ways to the servers that failures were counted on. */
export const ways = `
  ALTER TABLE account ADD COLUMN failing_way TEXT;
  ALTER TABLE account ADD COLUMN send_failing_way TEXT;
`;
