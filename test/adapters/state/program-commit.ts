/** Commits batches of messages durably for ever and says which are done: `program-commit DIRECTORY FROM`. */

import { writeSync } from 'node:fs';
import { createStateStore } from '../../../src/adapters/state/state-store.ts';
import type { StateChange } from '../../../src/ports/state-store.ts';

const [directory = '', from = '1'] = process.argv.slice(2);
const store = createStateStore({ directory });
const accountId = 'a';
const sha = '00'.repeat(32);
const path = 'INBOX';
const folder = { path, localPath: path, role: null, uidValidity: '1', settledUid: 0 };
const account = {
  id: accountId,
  name: 'a',
  root: null,
  lastAttempt: null,
  lastSuccess: null,
  failures: 0,
  loginFailures: 0,
  failingSince: null,
  lastError: null,
  suspended: null,
};

function message(uid: number): StateChange {
  const id = String(uid);
  const known = {
    id,
    status: 'stored',
    name: id,
    wireSize: 1,
    wireSha256: sha,
    flags: [],
  } as const;
  const rest = { internalDate: null, storedAt: 1, attempts: 0, error: null };
  return { kind: 'message', accountId, folder: path, message: { ...known, ...rest } };
}

/** Ten messages to a batch, all or nothing of them. */
async function commitBatch(first: number): Promise<void> {
  const uids = Array.from({ length: 10 }, (_, index) => first + index);
  await store.commit(uids.map(message), 'durable');
  writeSync(1, `${String(first + 9)}\n`);
}

try {
  await store.commit(
    [
      { kind: 'account', account },
      { kind: 'folder', accountId, folder },
    ],
    'durable',
  );
  writeSync(1, 'ready\n');
  for (let first = Number(from); ; first += 30) {
    await Promise.all([first, first + 10, first + 20].map(commitBatch));
  }
} catch (error) {
  const { code, message: text } = error as { code?: string; message: string };
  writeSync(1, `failed ${String(code)}: ${text}\n`);
  process.exitCode = 1;
}
