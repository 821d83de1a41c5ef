/** Fetches what a hostile server has, in a process of its own, and says what it came to and how large it grew. */

import { bulkFetch } from '../../../../src/adapters/imap/bulk/bulk-fetch.ts';
import type { BulkItem } from '../../../../src/adapters/imap/bulk/bulk-item.ts';
import { UidSet } from '../../../../src/core/sync/uid-set.ts';
import { peakMegabytes } from '../../../servers/peak-memory.ts';
import { enter } from './bulk-harness.ts';

const [port = '', count = '', manner = 'take'] = process.argv.slice(2);
const said = {
  messages: 0,
  octets: 0,
  unreadable: 0,
  answered: 0,
  error: '',
  peak: 0,
  readWhileHeld: 0,
  warnings: 0,
};

process.on('warning', () => (said.warnings += 1));

const connection = await enter({ port: Number(port) });

/** Whoever takes nothing more: until nothing more is read either. */
async function holdStill(): Promise<void> {
  const { socket } = connection;
  while (socket?.isPaused() === false) await new Promise((resolve) => setTimeout(resolve, 5));
  said.readWhileHeld = socket?.bytesRead ?? 0;
}

async function take(item: BulkItem): Promise<void> {
  if (item.kind === 'unreadable') said.unreadable += 1;
  else if (item.kind === 'answered') said.answered += 1;
  else if (item.body.kind === 'whole')
    for (const { length } of item.body.octets) said.octets += length;
  else for await (const { length } of item.body.chunks) said.octets += length;
  if (item.kind === 'message') said.messages += 1;
}

try {
  const uids = UidSet.ofRanges([{ from: 1, to: Number(count) }]);
  let first = true;
  for await (const batch of bulkFetch(connection, uids, { condstore: false })) {
    if (first && manner === 'hold') await holdStill();
    first = false;
    for (const item of batch) await take(item);
  }
} catch (error) {
  said.error = (error as Error).message;
}
said.peak = Math.round(peakMegabytes());
connection.flow.close();
process.stdout.write(`${JSON.stringify(said)}\n`);
