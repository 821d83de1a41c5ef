/** The step that gives IMAP and POP3 tables of their own, and takes over what stood in one. */

/**
 * `folder` in trouble: 0 is the maildrop. Codes of `status` are places in agreedStatuses and mailStatuses (core), so those lists
 * only ever grow at their end. Numbers of 64 bits are read and written by halves, without BigInts.
 */
const tables = `
  CREATE TABLE folder (
    key INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES account (key) ON DELETE CASCADE,
    path TEXT NOT NULL,
    local_path TEXT NOT NULL,
    role TEXT,
    endpoint TEXT,
    uid_validity TEXT NOT NULL,
    settled_uid INTEGER NOT NULL,
    uid_next INTEGER,
    "exists" INTEGER,
    highest_modseq TEXT,
    UNIQUE (account, path)
  ) STRICT;
  CREATE TABLE message (
    folder INTEGER NOT NULL REFERENCES folder (key) ON DELETE CASCADE,
    uid INTEGER NOT NULL,
    name TEXT NOT NULL,
    flags INTEGER NOT NULL,
    keywords TEXT NOT NULL,
    mod_seq INTEGER,
    wire_size INTEGER NOT NULL,
    wire_sha256 BLOB NOT NULL,
    message_id_hash INTEGER,
    internal_date INTEGER,
    stored_at INTEGER NOT NULL,
    status INTEGER NOT NULL,
    PRIMARY KEY (folder, uid)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE former (
    folder INTEGER NOT NULL REFERENCES folder (key) ON DELETE CASCADE,
    name TEXT NOT NULL,
    wire_sha256 BLOB NOT NULL,
    stored_at INTEGER NOT NULL,
    PRIMARY KEY (folder, name)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE maildrop (
    account INTEGER PRIMARY KEY REFERENCES account (key) ON DELETE CASCADE,
    local_path TEXT NOT NULL,
    identity TEXT
  ) STRICT;
  CREATE TABLE mail (
    account INTEGER NOT NULL REFERENCES account (key) ON DELETE CASCADE,
    id TEXT NOT NULL,
    status INTEGER NOT NULL,
    name TEXT NOT NULL,
    wire_size INTEGER NOT NULL,
    wire_sha256 BLOB NOT NULL,
    listed_size INTEGER,
    message_id_hash INTEGER,
    stored_at INTEGER NOT NULL,
    PRIMARY KEY (account, id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE trouble (
    account INTEGER NOT NULL REFERENCES account (key) ON DELETE CASCADE,
    folder INTEGER NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    tries INTEGER NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (account, folder, id)
  ) STRICT, WITHOUT ROWID;
`;

/** POP3 had the maildrop's owner where IMAP has UIDVALIDITY, or nothing before that was noted. */
const isMaildrop = `(uid_validity = '' OR instr(uid_validity, '@') > 0)`;

/** Letters of Maildir as bits, in the order of allFlags (core/sync/flags). */
const flagBits = ['D', 'F', 'P', 'R', 'S', 'T']
  .map((letter, bit) => `(instr(flags, '${letter}') > 0) * ${String(2 ** bit)}`)
  .join(' + ');

const folders = `
  INSERT INTO folder (key, account, path, local_path, role, uid_validity, settled_uid)
    SELECT key, account, path, local_path, role, uid_validity, settled_uid FROM old_folder WHERE NOT ${isMaildrop};
  INSERT INTO message
    SELECT folder, uid, name, ${flagBits}, '', NULL, coalesce(wire_size, 0), coalesce(wire_sha256, zeroblob(32)), NULL,
      internal_date, coalesce(stored_at, 0), 0
    FROM old_message WHERE status = 'stored' AND name IS NOT NULL AND uid BETWEEN 1 AND 4294967295
      AND folder IN (SELECT key FROM folder);
  INSERT INTO trouble
    SELECT f.account, f.key, m.id, 'refused', m.attempts, coalesce(m.error, '')
    FROM old_message m JOIN folder f ON f.key = m.folder WHERE m.status = 'quarantined';
`;

/** What went missing on the server before it was ever fetched is new when it comes back. */
const maildrops = `
  INSERT OR IGNORE INTO maildrop
    SELECT account, local_path, nullif(uid_validity, '') FROM old_folder WHERE ${isMaildrop} ORDER BY key;
  INSERT OR IGNORE INTO mail
    SELECT f.account, m.id, iif(m.status = 'stored', 0, 2), m.name, coalesce(m.wire_size, 0),
      coalesce(m.wire_sha256, zeroblob(32)), NULL, NULL, coalesce(m.stored_at, 0)
    FROM old_message m JOIN old_folder f ON f.key = m.folder
    WHERE ${isMaildrop} AND m.status IN ('stored', 'absent') AND m.name IS NOT NULL ORDER BY f.key;
  INSERT OR IGNORE INTO trouble
    SELECT f.account, 0, m.id, 'refused', m.attempts, coalesce(m.error, '')
    FROM old_message m JOIN old_folder f ON f.key = m.folder WHERE ${isMaildrop} AND m.status = 'quarantined';
`;

export const apart = `
  ALTER TABLE account DROP COLUMN moving_to;
  ALTER TABLE account ADD COLUMN not_before INTEGER;
  ALTER TABLE account ADD COLUMN fence INTEGER NOT NULL DEFAULT 0;
  DROP INDEX message_quarantined;
  ALTER TABLE message RENAME TO old_message;
  ALTER TABLE folder RENAME TO old_folder;
  ${tables}
  ${folders}
  ${maildrops}
  DROP TABLE old_message;
  DROP TABLE old_folder;
`;
