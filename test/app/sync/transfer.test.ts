/** What transfer owes the session: every body that it was given is ended, also where nothing could be written. */

import { expect, it } from 'vitest';
import { transfer } from '../../../src/app/sync/transfer.ts';
import { emptyFolderReport } from '../../../src/app/sync/report.ts';
import type { RemoteMessage } from '../../../src/core/sync/message.ts';
import { StorageError } from '../../../src/errors.ts';
import type { IncomingMessage, MailboxSession } from '../../../src/ports/mailbox-source.ts';
import type { MailTree } from '../../../src/ports/mail-store.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';
import { createMemoryStateStore } from '../../fakes/memory-state-store.ts';

const message: RemoteMessage = { id: 'u1', size: 9, internalDate: null, flags: [] };

it('a body is ended that the disk would not even begin to take', async () => {
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  const body: IncomingMessage['body'] = {
    [Symbol.asyncIterator]: () => ({
      next: () => Promise.resolve({ done: true, value: undefined }),
      return: () => {
        end();
        return Promise.resolve({ done: true, value: undefined });
      },
    }),
  };
  const tree = {
    stage: () => Promise.reject(new StorageError('no space is left')),
    discard: () => Promise.resolve(),
  } as unknown as MailTree;
  // As POP3 does it: while a body lies unread, nothing else comes through.
  async function* fetch(): AsyncGenerator<IncomingMessage> {
    yield { message, body };
    await ended;
  }
  const operation = { kind: 'fetch', message, known: null } as const;
  const work = transfer({ fetch } as unknown as MailboxSession, [operation], {
    accountId: 'abcdef',
    tree,
    state: createMemoryStateStore(),
    clock: createManualClock(),
    folder: { path: 'INBOX', localPath: 'INBOX', role: null, uidValidity: '', settledUid: 0 },
    watermark: null,
    onBrokenOff: () => undefined,
    report: emptyFolderReport('INBOX'),
    progress: () => undefined,
  });
  await expect(work).rejects.toThrow('no space is left');
}, 5_000);
