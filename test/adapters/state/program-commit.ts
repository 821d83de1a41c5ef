/** Commits batches of messages durably for ever and says which are done: `program-commit DIRECTORY FROM`. */

import { writeSync } from 'node:fs';
import { createStateStore } from '../../../src/adapters/state/state-store.ts';
import type { AgreedMessage } from '../../../src/core/sync/agreed.ts';

const [directory = '', from = '1'] = process.argv.slice(2);
const store = createStateStore({ directory });
const accountId = 'a';
const path = 'INBOX';

const folder = {
  ...{ path, localPath: path, role: null, endpoint: 'u@h', uidValidity: '1', settledUid: 0 },
  ...{ uidNext: null, exists: null, highestModSeq: null, stamp: null },
};

function message(uid: number): AgreedMessage {
  return {
    ...{ uid, name: String(uid), flags: 0, keywords: [], modSeq: null, messageIdHash: null },
    ...{
      wireSize: 1,
      wireSha256: '00'.repeat(32),
      internalDate: null,
      storedAt: 1,
      status: 'both',
    },
  };
}

/** Ten messages to a batch, all or nothing of them. */
async function commitBatch(first: number): Promise<void> {
  const uids = Array.from({ length: 10 }, (_, index) => first + index);
  const messages = uids.map(message);
  await store.commit([{ kind: 'messages-agreed', accountId, path, messages }], 'durable');
  writeSync(1, `${String(first + 9)}\n`);
}

try {
  await store.bind([{ name: 'a', id: accountId, freshId: '' }], new Set());
  await store.commit([{ kind: 'folder-begun', accountId, folder }], 'durable');
  writeSync(1, 'ready\n');
  for (let first = Number(from); ; first += 30) {
    await Promise.all([first, first + 10, first + 20].map(commitBatch));
  }
} catch (error) {
  const { code, message: text } = error as { code?: string; message: string };
  writeSync(1, `failed ${String(code)}: ${text}\n`);
  process.exitCode = 1;
}
