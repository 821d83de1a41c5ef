/** The step that sync in both directions asks for: how a folder stood here, and what is about to be uploaded. */

export const bothWays = `
  ALTER TABLE folder ADD COLUMN stamp TEXT;
  CREATE TABLE intent (
    folder INTEGER NOT NULL REFERENCES folder (key) ON DELETE CASCADE,
    name TEXT NOT NULL,
    uid_validity TEXT NOT NULL,
    uid_next INTEGER NOT NULL,
    wire_size INTEGER NOT NULL,
    wire_sha256 TEXT NOT NULL,
    message_id_hash TEXT,
    tries INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (folder, name)
  ) STRICT, WITHOUT ROWID;
`;
