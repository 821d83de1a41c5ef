import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkState } from '../../../src/adapters/state/check-state.ts';
import { connectHere } from '../../../src/adapters/state/connect.ts';
import { createStateStore } from '../../../src/adapters/state/state-store.ts';
import { apart } from '../../../src/adapters/state/tables/apart.ts';
import { first, moving, sending, ways } from '../../../src/adapters/state/tables/first-steps.ts';
import { applicationId } from '../../../src/adapters/state/tables/schema.ts';
import type { AgreedMessage } from '../../../src/core/sync/agreed.ts';
import { openSqlite, type Database, type SqlValue } from '../../../src/disk/sqlite.ts';
import type { StateStore } from '../../../src/ports/state-store.ts';
import {
  accountState,
  agreedFolder,
  intentOf,
  knownMail,
  mailIds,
  messagesIn,
  refusedTrouble,
  sha256Of,
} from '../../contract/state-samples.ts';
import { useScratch } from './scratch.ts';

const scratch = useScratch();
const steps = [first, moving, sending, ways, apart];
const many = 7_000;

/** A database of an older posthorn in a new folder, which `fill` puts rows into. */
function older(format: number, fill: (db: Database) => void): string {
  const directory = scratch();
  const db = openSqlite(join(directory, 'state.db'));
  db.exec('PRAGMA journal_mode = WAL');
  for (const step of steps.slice(0, format)) db.exec(step);
  db.exec(`PRAGMA application_id = ${String(applicationId)}`);
  db.exec(`PRAGMA user_version = ${String(format)}`);
  db.exec('BEGIN');
  fill(db);
  db.exec('COMMIT');
  db.close();
  return directory;
}

function addAccount(db: Database, key: number, id: string): void {
  const sql = `INSERT INTO account (key, id, name, root, last_attempt, failures, login_failures) VALUES (?, ?, ?, ?, 5, 2, 1)`;
  db.prepare(sql).run(key, id, `name-of-${id}`, `/mail/${id}`);
}

function addFolder(
  db: Database,
  key: number,
  account: number,
  path: string,
  uidValidity: string,
): void {
  const sql = `INSERT INTO folder VALUES (?, ?, ?, ?, 'inbox', ?, 7000)`;
  db.prepare(sql).run(key, account, path, `local/${path}`, uidValidity);
}

type Status = 'stored' | 'absent' | 'quarantined';

/** Adds rows of one folder; name and digest only where it was ever fetched. */
function messagesOf(
  db: Database,
  folder: number,
): (id: string, status: Status, flags?: string) => void {
  const insert = db.prepare('INSERT INTO message VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  return (id, status, flags = '') => {
    const isNumber = /^[1-9][0-9]*$/.test(id) && Number(id) < 2 ** 32;
    const key = [folder, isNumber ? Number(id) : 2 ** 32, id, status] as const;
    const content: SqlValue[] =
      status === 'quarantined'
        ? [null, null, null]
        : [`name.${id}`, 1234, Buffer.from(sha256Of(id), 'hex')];
    const times =
      status === 'quarantined'
        ? [null, null, 3, 'no']
        : [1_700_000_000_000, 1_700_000_001_000, 0, null];
    insert.run(...key, ...content, flags, ...times);
  };
}

async function takenOver<T>(
  directory: string,
  look: (store: StateStore) => Promise<T>,
): Promise<T> {
  const store = createStateStore({ directory, connect: connectHere });
  try {
    return await look(store);
  } finally {
    await store.close();
  }
}

const takenMessage = (uid: number, flags: number): AgreedMessage => ({
  ...{ uid, name: `name.${String(uid)}`, flags, keywords: [], modSeq: null, wireSize: 1234 },
  ...{ wireSha256: sha256Of(String(uid)), messageIdHash: null, internalDate: 1_700_000_000_000 },
  ...{ storedAt: 1_700_000_001_000, status: 'both' },
});

const taken = accountState('a', { root: '/mail/a', lastAttempt: 5, failures: 2, loginFailures: 1 });

describe.each([1, 2, 3, 4])('a state in format %i is taken over', (format) => {
  test('IMAP: folders, messages by the thousand, what could not be fetched', async () => {
    const directory = older(format, (db) => {
      addAccount(db, 1, 'a');
      addFolder(db, 10, 1, 'INBOX', '4294967295');
      addFolder(db, 11, 1, 'Sent', '7');
      const add = messagesOf(db, 10);
      for (let uid = 1; uid <= many; uid += 1)
        add(String(uid), 'stored', uid % 2 === 0 ? 'S' : 'DFPRST');
      add('7001', 'quarantined');
      messagesOf(db, 11)('4294967295', 'stored');
    });
    await takenOver(directory, async (store) => {
      expect(await store.accounts()).toEqual([taken]);
      const settled = { role: 'inbox', endpoint: null, settledUid: 7000 } as const;
      expect(await store.folders('a')).toEqual([
        agreedFolder('INBOX', { ...settled, localPath: 'local/INBOX', uidValidity: '4294967295' }),
        agreedFolder('Sent', { ...settled, localPath: 'local/Sent', uidValidity: '7' }),
      ]);
      const messages = Array.from({ length: many }, (_, index) =>
        takenMessage(index + 1, index % 2 === 0 ? 63 : 16),
      );
      expect(messagesIn(await store.agreed('a', 'INBOX'))).toEqual(messages);
      expect(messagesIn(await store.agreed('a', 'Sent'))).toEqual([takenMessage(4294967295, 0)]);
      const trouble = refusedTrouble('7001', { tries: 3, reason: 'no' });
      expect(await store.troubles('a', 'INBOX')).toEqual([trouble]);
      expect(await store.maildrop('a')).toBeNull();
    });
  });

  test('POP3: the maildrop and its mail, by what became of it', async () => {
    const ids = Array.from({ length: many }, (_, index) =>
      index % 2 ? String(index) : `uidl-${String(index)}`,
    );
    const directory = older(format, (db) => {
      addAccount(db, 1, 'a');
      addFolder(db, 10, 1, 'INBOX', 'User@pop.example.org');
      const add = messagesOf(db, 10);
      for (const id of ids) add(id, 'stored');
      add('gone', 'absent');
      add('held', 'quarantined');
      // It went missing before it was ever fetched.
      db.exec(
        `INSERT INTO message VALUES (10, 4294967296, 'lost', 'absent', NULL, NULL, NULL, '', NULL, NULL, 2, 'no')`,
      );
    });
    await takenOver(directory, async (store) => {
      expect(await store.folders('a')).toEqual([]);
      const maildrop = {
        localPath: 'local/INBOX',
        identity: 'User@pop.example.org',
      };
      expect(await store.maildrop('a')).toEqual(maildrop);
      expect(await mailIds(store, 'a')).toEqual([...ids, 'gone'].sort());
      const bare = { listedSize: null, messageIdHash: null };
      const mail = await store.mailOf('a', ['gone', ...ids]);
      expect(mail[0]).toEqual(knownMail('gone', { ...bare, name: 'name.gone', status: 'gone' }));
      expect(mail.slice(1)).toEqual(
        ids.map((id) => knownMail(id, { ...bare, name: `name.${id}` })),
      );
      const trouble = refusedTrouble('held', { tries: 3, reason: 'no' });
      expect(await store.troubles('a', null)).toEqual([trouble]);
    });
  });
});

test('a state in format 5 keeps its messages, and takes stamps and intents from then on', async () => {
  const directory = older(5, (db) => {
    addAccount(db, 1, 'a');
    db.exec(
      `INSERT INTO folder VALUES (10, 1, 'INBOX', 'local/INBOX', 'inbox', 'u@h', '7', 3, 4, 3, '99')`,
    );
    const insert = db.prepare(
      `INSERT INTO message VALUES (10, ?, ?, 18, '$Junk', 98, 1234, ?, NULL, 1700000000000, 1700000001000, 3)`,
    );
    for (let uid = 1; uid <= many; uid += 1)
      insert.run(uid, `name.${String(uid)}`, Buffer.from(sha256Of(String(uid)), 'hex'));
    db.exec(`INSERT INTO trouble VALUES (1, 10, '9', 'refused', 3, 'no')`);
  });
  const before = agreedFolder('INBOX', {
    ...{ localPath: 'local/INBOX', role: 'inbox', endpoint: 'u@h', uidValidity: '7' },
    ...{ settledUid: 3, uidNext: 4, exists: 3, highestModSeq: '99' },
  });
  const place = { accountId: 'a', path: 'INBOX' } as const;
  const intents = [intentOf('INBOX', 'x')];
  await takenOver(directory, async (store) => {
    expect(await store.folders('a')).toEqual([before]);
    expect(await store.intents('a')).toEqual([]);
    const messages = messagesIn(await store.agreed('a', 'INBOX'));
    expect(messages).toHaveLength(many);
    const kept = { keywords: ['$Junk'], modSeq: '98', status: 'unrestorable' } as const;
    expect(messages[1]).toEqual({ ...takenMessage(2, 18), ...kept });
    expect(await store.troubles('a', 'INBOX')).toEqual([
      refusedTrouble('9', { tries: 3, reason: 'no' }),
    ]);
    await store.commit(
      [
        { kind: 'folder-stamped', ...place, stamp: 's' },
        { kind: 'intents', ...place, intents },
      ],
      'durable',
    );
  });
  await takenOver(directory, async (store) => {
    expect(await store.folders('a')).toEqual([{ ...before, stamp: 's' }]);
    expect(await store.intents('a')).toEqual(intents);
  });
});

test('a maildrop whose owner was not noted yet is taken over without one', async () => {
  const directory = older(4, (db) => {
    addAccount(db, 1, 'a');
    addFolder(db, 10, 1, 'INBOX', '');
    messagesOf(db, 10)('x', 'stored');
  });
  await takenOver(directory, async (store) => {
    const maildrop = { localPath: 'local/INBOX', identity: null };
    expect(await store.maildrop('a')).toEqual(maildrop);
    expect(await mailIds(store, 'a')).toEqual(['x']);
  });
});

test('what is taken over is changed like all else, and goes with its account', async () => {
  const directory = older(4, (db) => {
    for (const [key, id] of [
      [1, 'a'],
      [2, 'b'],
    ] as const) {
      addAccount(db, key, id);
      addFolder(db, key * 10, key, 'INBOX', '7');
      messagesOf(db, key * 10)('1', 'stored');
    }
    db.exec(
      `UPDATE account SET moving_to = '/mail/new', send_login_failures = 2, failing_way = 'w' WHERE key = 2`,
    );
  });
  await takenOver(directory, async (store) => {
    await store.commit([{ kind: 'account-removed', accountId: 'a' }], 'durable');
    await store.commit(
      [{ kind: 'folder-endpoint', accountId: 'b', path: 'INBOX', endpoint: 'u@h' }],
      'durable',
    );
  });
  await takenOver(directory, async (store) => {
    const sending = { loginFailures: 2, suspended: null };
    const [only, ...others] = await store.accounts();
    expect(others).toEqual([]);
    expect(only).toMatchObject({ id: 'b', failingWay: 'w', sending });
    expect(await store.folders('b')).toMatchObject([{ endpoint: 'u@h' }]);
    expect((await store.agreed('b', 'INBOX')).name).toEqual(['name.1']);
  });
});

test('doctor finds it good before and after, and changes nothing', async () => {
  const directory = older(4, (db) => {
    addAccount(db, 1, 'a');
    addFolder(db, 10, 1, 'INBOX', '7');
    messagesOf(db, 10)('1', 'stored');
  });
  const path = join(directory, 'state.db');
  const good = {
    problem: null,
    remedy: null,
    accounts: [
      {
        id: 'a',
        name: 'name-of-a',
        root: '/mail/a',
        suspended: null,
        failures: 2,
        lastError: null,
        troubles: [],
      },
    ],
  };
  expect(checkState(path)).toEqual(good);
  expect(formatOf(path)).toBe(4);
  await takenOver(directory, (store) => store.accounts());
  expect(checkState(path)).toEqual(good);
  expect(formatOf(path)).toBe(7);
});

function formatOf(path: string): number {
  const db = openSqlite(path);
  const { user_version: format } = db.prepare('PRAGMA user_version').get() as {
    user_version: number;
  };
  db.close();
  return format;
}
