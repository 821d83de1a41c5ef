/** IMAP: folders, messages of a former numbering, troubles. */

import { describe, expect, test } from 'vitest';
import type { StateChange, StateStore } from '../../src/ports/state-store.ts';
import {
  agreedFolder,
  agreedMessage,
  agreeing,
  intentOf,
  refusedTrouble,
  setUp,
  uidsOf,
} from './state-samples.ts';
import type { StoreOfTest } from './state-store.ts';

const accountId = 'a';
const path = 'INBOX';
const everything = { accountId, path } as const;

const whole = agreedFolder('Projekte/Straße', {
  localPath: 'Projekte/Stra%C3%9Fe',
  role: 'archive',
  uidValidity: '4294967295',
  settledUid: 4_294_967_295,
  uidNext: 4_294_967_295,
  exists: 3,
  highestModSeq: '9223372036854775807',
  stamp: '1,2,3,4;1,5,6,7',
});

async function folder(store: StateStore, wanted = path): Promise<unknown> {
  return (await store.folders(accountId)).find((each) => each.path === wanted);
}

export function folderTests(store: StoreOfTest): void {
  describe('folders', () => {
    test('a folder comes back with every field, in the order of the first meeting', async () => {
      const bare = agreedFolder('INBOX', { endpoint: null });
      const begun = [whole, bare].map((each): StateChange => ({
        kind: 'folder-begun',
        accountId,
        folder: each,
      }));
      await store().commit([...setUp(accountId), ...begun], 'durable');
      expect(await store().folders(accountId)).toEqual([whole, bare]);
    });

    test.each<{ what: string; change: StateChange; after: object }>([
      {
        what: 'a role',
        change: { kind: 'folder-role', ...everything, role: 'sent' },
        after: { role: 'sent' },
      },
      {
        what: 'an endpoint',
        change: { kind: 'folder-endpoint', ...everything, endpoint: 'u@h' },
        after: { endpoint: 'u@h' },
      },
      {
        what: 'progress without a status',
        change: { kind: 'folder-advanced', ...everything, settledUid: 7, status: null },
        after: { settledUid: 7 },
      },
      {
        what: 'progress with one',
        change: {
          kind: 'folder-advanced',
          ...everything,
          settledUid: 7,
          status: { uidNext: 8, exists: null, highestModSeq: '12' },
        },
        after: { settledUid: 7, uidNext: 8, exists: null, highestModSeq: '12' },
      },
      {
        what: 'another name',
        change: { kind: 'folder-renamed', ...everything, to: path, localPath: 'Neu' },
        after: { localPath: 'Neu' },
      },
      {
        what: 'a stamp',
        change: { kind: 'folder-stamped', ...everything, stamp: '8,9;8,9' },
        after: { stamp: '8,9;8,9' },
      },
      {
        what: 'a stamp that is taken back',
        change: { kind: 'folder-stamped', ...everything, stamp: null },
        after: { stamp: null },
      },
    ])('$what replaces nothing else', async ({ change, after }) => {
      const before = { ...whole, path };
      await store().commit(
        [
          ...setUp(accountId, 'Sent'),
          { kind: 'folder-begun', accountId, folder: before },
          agreeing(accountId, path, [1]),
        ],
        'durable',
      );
      await store().commit([change], 'durable');
      expect(await folder(store())).toEqual({ ...before, ...after });
      expect(await folder(store(), 'Sent')).toEqual(agreedFolder('Sent'));
      expect(await uidsOf(store(), accountId, path)).toEqual([1]);
    });

    test('numbered anew, what was agreed is former, no trouble and no intent is left, and nothing is settled', async () => {
      const before = { ...whole, path };
      await store().commit(
        [
          ...setUp(accountId),
          { kind: 'folder-begun', accountId, folder: before },
          agreeing(accountId, path, [1, 2]),
          { kind: 'trouble', ...everything, trouble: refusedTrouble('3') },
          { kind: 'intents', ...everything, intents: [intentOf(path, 'x')] },
        ],
        'durable',
      );
      const endpoint = 'user@other.example.org';
      await store().commit(
        [{ kind: 'folder-renumbered', ...everything, endpoint, uidValidity: '5' }],
        'durable',
      );
      const { localPath, role } = whole;
      expect(await folder(store())).toEqual(
        agreedFolder(path, { localPath, role, endpoint, uidValidity: '5' }),
      );
      expect(await uidsOf(store(), accountId, path)).toEqual([]);
      expect(await store().troubles(accountId, path)).toEqual([]);
      expect(await store().intents(accountId)).toEqual([]);
      const former = [1, 2].map((uid) => {
        const { name, wireSha256, storedAt } = agreedMessage(uid);
        return { name, wireSha256, storedAt };
      });
      expect(await store().former(accountId, path)).toEqual(former);
    });

    test('what is met again stays former until that is said to be over', async () => {
      const renumbered: StateChange = {
        kind: 'folder-renumbered',
        ...everything,
        endpoint: 'u@h',
        uidValidity: '5',
      };
      await store().commit(
        [...setUp(accountId, path), agreeing(accountId, path, [1, 2]), renumbered],
        'durable',
      );
      const again = agreedMessage(9, { name: 'name.1', storedAt: 5 });
      await store().commit(
        [{ kind: 'messages-agreed', ...everything, messages: [again] }],
        'durable',
      );
      expect((await store().former(accountId, path)).map(({ name }) => name)).toEqual([
        'name.1',
        'name.2',
      ]);
      await store().commit([{ ...renumbered, uidValidity: '6' }], 'durable');
      const twice = await store().former(accountId, path);
      expect(twice.map(({ name, storedAt }) => [name, storedAt])).toEqual([
        ['name.1', 5],
        ['name.2', agreedMessage(2).storedAt],
      ]);
      await store().commit([{ kind: 'former-dropped', ...everything }], 'durable');
      expect(await store().former(accountId, path)).toEqual([]);
    });
  });

  describe('troubles of a folder', () => {
    const trouble = (id: string, kind: 'refused' | 'short' | 'held', tries = 1): StateChange => ({
      kind: 'trouble',
      ...everything,
      trouble: refusedTrouble(id, { kind, tries }),
    });

    test('they come back, are replaced, and end', async () => {
      const begun = [
        ...setUp(accountId, path, 'Sent'),
        trouble('7', 'refused'),
        trouble('', 'held'),
      ];
      await store().commit(begun, 'durable');
      await store().commit([trouble('7', 'refused', 2), trouble('10', 'short')], 'durable');
      const all = await store().troubles(accountId, path);
      expect(all.toSorted((a, b) => a.id.length - b.id.length)).toEqual([
        refusedTrouble('', { kind: 'held' }),
        refusedTrouble('7', { tries: 2 }),
        refusedTrouble('10', { kind: 'short' }),
      ]);
      expect(await store().troubles(accountId, 'Sent')).toEqual([]);
      expect(await store().troubles(accountId, null)).toEqual([]);
      const over = ['7', '10', '', 'never'].map((id): StateChange => ({
        kind: 'trouble-over',
        ...everything,
        id,
      }));
      await store().commit(
        [...over, { kind: 'trouble-over', accountId, path: 'Nowhere', id: '1' }],
        'durable',
      );
      expect(await store().troubles(accountId, path)).toEqual([]);
    });

    test('a message that is agreed ends its trouble, but stays short', async () => {
      const troubles = [
        trouble('7', 'refused'),
        trouble('8', 'short'),
        trouble('9', 'refused'),
        trouble('', 'held'),
      ];
      await store().commit([...setUp(accountId, path), ...troubles], 'durable');
      await store().commit([agreeing(accountId, path, [7, 8])], 'durable');
      const left = (await store().troubles(accountId, path)).map(({ id }) => id);
      expect(left.toSorted()).toEqual(['', '8', '9']);
    });
  });
}
