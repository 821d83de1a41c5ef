/** Fetches messages in numbers: two windows on the wire, read by bytes from the socket that imapflow lends meanwhile. */

import { TemporaryError } from '../../../errors.ts';
import type { UidSet } from '../../../core/sync/uid-set.ts';
import type { ImapConnection } from '../connection.ts';
import { BorrowedSocket } from './borrowed-socket.ts';
import type { BulkItem, BulkOptions } from './bulk-item.ts';
import { collectSoon } from './thrifty-heap.ts';
import { Transfer, type TransferOptions } from './transfer.ts';

const defaults = {
  withFlags: true,
  factsFirst: false,
  window: 500,
  octetsInFlight: 1024 * 1024,
  heldOctets: 8 * 1024 * 1024,
  wholeOctets: 256 * 1024,
  stallMs: 60_000,
  floorOctets: 768,
  floorMs: 180_000,
};

/**
 * Batches as they arrive; a stream is always the last item of its batch, and is passed over once the next batch is asked
 * for. After a refusal no further window is asked for, so that the rest of `uids` may be left: what was not answered was not
 * asked for. Throws lossError() after what came before it. No command may run on the connection meanwhile; afterwards it is
 * as if this had been one. Whoever leaves early has dropped the connection.
 */
export async function* bulkFetch(
  connection: ImapConnection,
  uids: UidSet,
  options: BulkOptions,
): AsyncGenerator<readonly BulkItem[]> {
  if (uids.isEmpty) return;
  const settings: TransferOptions = { ...defaults, ...options };
  if (uids.size > settings.window) collectSoon();
  const transfer = new Transfer(connection, await BorrowedSocket.take(connection), uids, settings);
  try {
    for (;;) {
      const batch = await transfer.next();
      if (batch === null) return;
      yield batch;
    }
  } finally {
    if (!transfer.isOver) connection.drop(leftEarly());
    transfer.end();
  }
}

function leftEarly(): TemporaryError {
  return new TemporaryError('the messages were not taken to their end', {
    layer: 'session',
    remedy: 'It is tried again at the next sync.',
  });
}
