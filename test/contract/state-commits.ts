/** Batches: whole or not at all, in order, and only by whoever has the lock. */

import { describe, expect, test } from 'vitest';
import type { StateChange } from '../../src/ports/state-store.ts';
import {
  accountState,
  agreedFolder,
  agreeing,
  forgetting,
  knownMail,
  refusedTrouble,
  setUp,
  uidsOf,
} from './state-samples.ts';
import type { StoreOfTest } from './state-store.ts';

const folderless = { accountId: 'a', path: 'Sent' } as const;
const nobody = { accountId: 'nobody' } as const;

/** Changes whose subject is not known, though it would have to be. */
const impossible: readonly StateChange[] = [
  { kind: 'root', ...nobody, root: '/x' },
  { kind: 'folder-begun', ...nobody, folder: agreedFolder('INBOX') },
  { kind: 'folder-role', ...folderless, role: null },
  { kind: 'folder-advanced', ...folderless, settledUid: 1, status: null },
  { kind: 'folder-endpoint', ...folderless, endpoint: 'u@h' },
  { kind: 'folder-renumbered', ...folderless, endpoint: 'u@h', uidValidity: '2' },
  agreeing('a', 'Sent', [1]),
  { kind: 'messages-status', ...folderless, uids: Uint32Array.of(1), status: 'both' },
  { kind: 'messages-renamed', ...folderless, uid: Uint32Array.of(1), name: ['x'] },
  { kind: 'folder-renamed', ...folderless, to: 'x', localPath: 'x' },
  { kind: 'folder-stamped', ...folderless, stamp: null },
  { kind: 'intents', ...folderless, intents: [] },
  { kind: 'trouble', ...folderless, trouble: refusedTrouble('1') },
  {
    kind: 'maildrop',
    ...nobody,
    maildrop: { localPath: 'INBOX', identity: null },
  },
  { kind: 'mail-known', ...nobody, mail: [knownMail('x')] },
  { kind: 'mail-status', ...nobody, ids: ['x'], status: 'gone' },
  { kind: 'mail-trouble', ...nobody, trouble: refusedTrouble('x') },
];

/** Changes that have nothing to do there. */
const idle: readonly StateChange[] = [
  { kind: 'account-removed', ...nobody },
  { kind: 'former-dropped', ...folderless },
  forgetting('a', 'Sent', [1]),
  { kind: 'folder-forgotten', ...folderless },
  { kind: 'intents-over', ...folderless, names: ['x'] },
  { kind: 'trouble-over', ...folderless, id: '1' },
  { kind: 'mail-forgotten', ...nobody, ids: ['x'] },
  { kind: 'mail-trouble-over', ...nobody, id: 'x' },
];

export function commitTests(store: StoreOfTest): void {
  describe('commits', () => {
    test('what is not known is refused, and with it all of its batch', async () => {
      await store().commit(setUp('a', 'INBOX'), 'durable');
      for (const change of impossible) {
        const batch = [agreeing('a', 'INBOX', [1]), change, agreeing('a', 'INBOX', [2])];
        const refused = store().commit(batch, 'durable');
        await expect(refused, change.kind).rejects.toMatchObject({ code: 'internal' });
        expect(await uidsOf(store(), 'a', 'INBOX'), change.kind).toEqual([]);
      }
      await store().commit([agreeing('a', 'INBOX', [3])], 'durable');
      expect(await uidsOf(store(), 'a', 'INBOX')).toEqual([3]);
    });

    test('what ends or is forgotten may be gone before', async () => {
      await store().commit([...setUp('a', 'INBOX'), ...idle], 'durable');
      expect(await store().folders('a')).toHaveLength(1);
    });

    test('a batch that fails takes no other down with it', async () => {
      await store().commit(setUp('a', 'INBOX'), 'durable');
      const outcomes = await Promise.allSettled([
        store().commit([agreeing('a', 'INBOX', [1])], 'durable'),
        store().commit([agreeing('a', 'INBOX', [2]), agreeing('a', 'Sent', [2])], 'durable'),
        store().commit([agreeing('a', 'INBOX', [3])], 'relaxed'),
      ]);
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(await uidsOf(store(), 'a', 'INBOX')).toEqual([1, 3]);
    });

    test('commits that are not awaited take effect in the order of the calls', async () => {
      await store().commit(setUp('a', 'INBOX'), 'durable');
      const commits = Array.from({ length: 50 }, (_, index) => {
        const account = accountState('a', { failures: index });
        return store().commit(
          [{ kind: 'account', account }],
          index % 7 === 0 ? 'durable' : 'relaxed',
        );
      });
      await Promise.all(commits);
      expect((await store().account('a'))?.failures).toBe(49);
    });

    test('an empty batch is no work', async () => {
      await store().commit([], 'durable');
      expect(await store().accounts()).toEqual([]);
    });

    test('closing waits for the commits under way', async () => {
      const commit = store().commit(setUp('a'), 'durable');
      await store().close();
      await commit;
    });
  });

  describe('fence', () => {
    const by = (
      number: number,
    ): [StateChange[], 'durable', { accountId: string; number: number }] => [
      [agreeing('a', 'INBOX', [number])],
      'durable',
      { accountId: 'a', number },
    ];

    test('whoever came before the last one is refused, and nothing of his is written', async () => {
      await store().commit([...setUp('a', 'INBOX'), ...setUp('b', 'INBOX')], 'durable');
      await store().commit(...by(3));
      await store().commit(...by(5));
      await expect(store().commit(...by(4))).rejects.toMatchObject({
        code: 'locked',
        exitStatus: 75,
      });
      await store().commit(...by(5));
      expect(await uidsOf(store(), 'a', 'INBOX')).toEqual([3, 5]);
      expect((await store().account('a'))?.fence).toBe(5);
      expect((await store().account('b'))?.fence).toBe(0);
    });

    test('neither an account nor a binding takes it back', async () => {
      await store().commit(setUp('a', 'INBOX'), 'durable');
      await store().commit(...by(5));
      await store().commit(setUp('a', 'INBOX'), 'durable');
      const [bound] = await store().bind([{ name: 'other', id: 'a', freshId: 'x' }], new Set());
      expect(bound?.fence).toBe(5);
      await expect(store().commit(...by(4))).rejects.toMatchObject({ code: 'locked' });
    });

    test('a batch that fails for another reason raises none', async () => {
      await store().commit(setUp('a', 'INBOX'), 'durable');
      const failing = store().commit([agreeing('a', 'Sent', [1])], 'durable', {
        accountId: 'a',
        number: 9,
      });
      await expect(failing).rejects.toMatchObject({ code: 'internal' });
      expect((await store().account('a'))?.fence).toBe(0);
    });

    test('where many commit at once each is judged by what came before it', async () => {
      await store().commit(setUp('a', 'INBOX'), 'durable');
      const outcomes = await Promise.allSettled(
        [1, 4, 2, 4, 3, 6].map((number) => store().commit(...by(number))),
      );
      const written = outcomes.map(({ status }) => status === 'fulfilled');
      expect(written).toEqual([true, true, false, true, false, true]);
      expect(await uidsOf(store(), 'a', 'INBOX')).toEqual([1, 4, 6]);
    });
  });
}
