/** IMAP: agreed messages. */

import { describe, expect, test } from 'vitest';
import { agreedStatuses } from '../../src/core/sync/agreed.ts';
import { highestUid, UidSet } from '../../src/core/sync/uid-set.ts';
import type { StateChange, StateStore } from '../../src/ports/state-store.ts';
import { agreedMessage, agreeing, forgetting, messagesIn, setUp, uidsOf } from './state-samples.ts';
import type { StoreOfTest } from './state-store.ts';

const accountId = 'a';
const path = 'INBOX';
const everything = { accountId, path } as const;

async function agreed(store: StateStore, uids?: UidSet): Promise<unknown> {
  return messagesIn(await store.agreed(accountId, path, uids));
}

export function messageTests(store: StoreOfTest): void {
  describe('agreed messages', () => {
    test('a message comes back with every field', async () => {
      const messages = [
        agreedMessage(1, {
          keywords: ['$Junk', 'NonJunk', 'Straße'],
          modSeq: '9223372036854775807',
        }),
        agreedMessage(2, {
          flags: 63,
          modSeq: '4294967296',
          messageIdHash: 'ffffffffffffffff',
          name: 'Ä/ö',
        }),
        agreedMessage(3, {
          flags: 0,
          modSeq: '1',
          messageIdHash: null,
          internalDate: null,
          wireSize: 0,
        }),
        agreedMessage(4, {
          wireSize: 2 ** 40,
          messageIdHash: '0000000000000001',
          internalDate: -1,
        }),
        ...agreedStatuses.map((status, index) => agreedMessage(5 + index, { status })),
        agreedMessage(highestUid, { modSeq: '9007199254740993' }),
      ];
      const change: StateChange = { kind: 'messages-agreed', ...everything, messages };
      await store().commit([...setUp(accountId, path), change], 'durable');
      expect(await agreed(store())).toEqual(messages);
    });

    test('columns are ascending and of one length', async () => {
      await store().commit(
        [...setUp(accountId, path), agreeing(accountId, path, [30, 4, 100, 1])],
        'durable',
      );
      const columns = await store().agreed(accountId, path);
      const { wireSha256, ...others } = columns;
      expect(columns.uid).toEqual(Uint32Array.of(1, 4, 30, 100));
      expect(Object.values(others).map((column) => column.length)).toEqual(Array(10).fill(4));
      expect(wireSha256).toHaveLength(4 * 32);
      expect(wireSha256.subarray(32, 64)).toEqual(
        Uint8Array.from(Buffer.from(agreedMessage(4).wireSha256, 'hex')),
      );
      expect(others).toMatchObject({ keywords: ['', '', '', ''], modSeq: new BigUint64Array(4) });
    });

    test('one that is agreed anew is replaced', async () => {
      await store().commit(
        [...setUp(accountId, path), agreeing(accountId, path, [1, 2])],
        'durable',
      );
      const other = agreedMessage(2, {
        name: 'other',
        flags: 0,
        keywords: ['x'],
        modSeq: '7',
        status: 'placeholder',
      });
      await store().commit(
        [{ kind: 'messages-agreed', ...everything, messages: [other] }],
        'relaxed',
      );
      expect(await agreed(store())).toEqual([agreedMessage(1), other]);
    });

    test('those that are asked for, and no others, over many ranges and pages', async () => {
      const uids = Array.from({ length: 5_432 }, (_, index) => index * 3 + 1);
      await store().commit(
        [...setUp(accountId, path), agreeing(accountId, path, uids.toReversed())],
        'durable',
      );
      expect(await uidsOf(store(), accountId, path)).toEqual(uids);
      expect(Array.from((await store().agreed(accountId, path)).uid)).toEqual(uids);
      const asked = UidSet.of([1, 2, 3, 7, 8, 9_000, 9_001, 9_002, 16_294, 4_000_000_000]);
      expect(Array.from((await store().agreed(accountId, path, asked)).uid)).toEqual([
        1, 7, 9_001, 16_294,
      ]);
      expect((await store().agreed(accountId, path, UidSet.empty)).uid).toHaveLength(0);
    });

    test.each([
      { from: 0, uids: [1, 2, 3, 10, highestUid] },
      { from: 2, uids: [2, 3, 10, highestUid] },
      { from: 4, uids: [10, highestUid] },
      { from: highestUid, uids: [highestUid] },
    ])('UIDs from $from on, as ranges', async ({ from, uids }) => {
      await store().commit(
        [...setUp(accountId, path), agreeing(accountId, path, [highestUid, 10, 3, 2, 1])],
        'durable',
      );
      expect(await store().agreedUids(accountId, path, from)).toEqual(UidSet.of(uids));
    });

    test('what is forgotten is gone, and what was never known is no error', async () => {
      await store().commit(
        [...setUp(accountId, path), agreeing(accountId, path, [1, 2, 3])],
        'durable',
      );
      await store().commit(
        [forgetting(accountId, path, [2, 9]), forgetting('nobody', path, [1])],
        'durable',
      );
      expect(await uidsOf(store(), accountId, path)).toEqual([1, 3]);
    });

    test('folders and accounts of the same names keep their messages apart', async () => {
      await store().commit(
        [
          ...setUp('a', 'INBOX', 'Sent'),
          ...setUp('b', 'INBOX'),
          agreeing('a', 'INBOX', [1]),
          agreeing('a', 'Sent', [1, 2]),
          agreeing('b', 'INBOX', [3]),
          forgetting('a', 'INBOX', [1]),
        ],
        'durable',
      );
      expect(await uidsOf(store(), 'a', 'INBOX')).toEqual([]);
      expect(await uidsOf(store(), 'a', 'Sent')).toEqual([1, 2]);
      expect(await uidsOf(store(), 'b', 'INBOX')).toEqual([3]);
    });

    test('what is handed over may be changed afterwards, and stays usable', async () => {
      await store().commit(
        [...setUp(accountId, path), agreeing(accountId, path, [1, 2, 3])],
        'durable',
      );
      const uids = Uint32Array.of(2);
      const messages = [agreedMessage(7)];
      const commit = store().commit(
        [
          { kind: 'messages-forgotten', ...everything, uids },
          { kind: 'messages-agreed', ...everything, messages },
        ],
        'durable',
      );
      uids[0] = 3;
      messages.length = 0;
      await commit;
      expect(uids).toEqual(Uint32Array.of(3));
      expect(await uidsOf(store(), accountId, path)).toEqual([1, 3, 7]);
    });
  });
}
