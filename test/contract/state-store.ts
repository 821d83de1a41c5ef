/** What every state store must do, whatever stands behind it. */

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { StateChange, StateStore } from '../../src/ports/state-store.ts';
import {
  accountState,
  forgetting,
  idsOf,
  knownFolder,
  knownMessage,
  messagesOf,
  setUp,
  storing,
} from './state-samples.ts';

/** `make` gives an empty store each time. */
export function describeStateStore(name: string, make: () => StateStore): void {
  describe(name, () => {
    let store: StateStore;
    beforeEach(() => {
      store = make();
    });
    afterEach(async () => {
      await store.close();
    });

    test('an empty store knows nothing', async () => {
      expect(await store.accounts()).toEqual([]);
      expect(await store.account('a')).toBeNull();
      expect(await store.accountNamed('a')).toBeNull();
      expect(await store.folders('a')).toEqual([]);
      expect(await store.quarantined('a', 'INBOX')).toEqual([]);
      expect(await idsOf(store, 'a', 'INBOX')).toEqual([]);
    });

    test('an account comes back with every field', async () => {
      const account = accountState('a', {
        name: 'work',
        root: '/mail/ä',
        lastAttempt: 1_700_000_000_000,
        lastSuccess: 1_600_000_000_000,
        failures: 3,
        loginFailures: 2,
        failingSince: 1_650_000_000_000,
        lastError: { code: 'credentials', message: 'refused', at: 1_700_000_000_000 },
        suspended: { since: 1_700_000_000_001, why: 'too often' },
        failingWay: 'cbf29ce484222325',
      });
      await store.commit([{ kind: 'account', account }], 'durable');
      expect(await store.account('a')).toEqual(account);
      expect(await store.accounts()).toEqual([account]);
    });

    test('logins for sending are remembered apart, and good ones leave no trace', async () => {
      const account = accountState('a', { failures: 3 });
      await store.commit([{ kind: 'account', account }], 'durable');
      const suspended = { since: 1_700_000_000_000, why: 'refused' };
      const sending = { loginFailures: 3, suspended, failingWay: 'cbf29ce484222325' };
      await store.commit([{ kind: 'sending', accountId: 'a', sending }], 'relaxed');
      await store.commit([{ kind: 'sending', accountId: 'nobody', sending }], 'relaxed');
      await store.commit([{ kind: 'account', account: accountState('a') }], 'relaxed');
      expect(await store.accounts()).toEqual([{ ...accountState('a'), sending }]);
      const good = { loginFailures: 0, suspended: null };
      await store.commit([{ kind: 'sending', accountId: 'a', sending: good }], 'durable');
      expect(await store.account('a')).toEqual(accountState('a'));
    });

    test('an account replaces what was known of it, its folders stay', async () => {
      await store.commit(setUp('a', 'INBOX'), 'durable');
      const renamed = accountState('a', { name: 'other', lastSuccess: 5 });
      await store.commit([{ kind: 'account', account: renamed }], 'relaxed');
      expect(await store.accounts()).toEqual([renamed]);
      expect(await store.folders('a')).toHaveLength(1);
      expect(await store.accountNamed('name-of-a')).toBeNull();
    });

    test('accounts are listed in the order in which they were first seen', async () => {
      for (const id of ['c', 'a', 'b']) await store.commit(setUp(id), 'relaxed');
      await store.commit(setUp('a'), 'relaxed');
      expect((await store.accounts()).map(({ id }) => id)).toEqual(['c', 'a', 'b']);
    });

    test('of two accounts that bore a name the one first seen last is found by it', async () => {
      for (const id of ['a', 'b'])
        await store.commit(
          [{ kind: 'account', account: accountState(id, { name: 'n' }) }],
          'relaxed',
        );
      expect((await store.accountNamed('n'))?.id).toBe('b');
      expect((await store.accountNamed('n', new Set(['b'])))?.id).toBe('a');
      expect(await store.accountNamed('n', new Set(['a', 'b']))).toBeNull();
    });

    test('a folder comes back with every field, and is replaced', async () => {
      const folder = knownFolder('Projekte/Straße', {
        localPath: 'Projekte/Stra%c3',
        role: 'archive',
        uidValidity: '4294967295',
        settledUid: 4294967295,
      });
      await store.commit([...setUp('a'), { kind: 'folder', accountId: 'a', folder }], 'durable');
      expect(await store.folders('a')).toEqual([folder]);
      const next = { ...folder, role: null, settledUid: 7 };
      await store.commit([{ kind: 'folder', accountId: 'a', folder: next }], 'durable');
      expect(await store.folders('a')).toEqual([next]);
    });

    test('a folder that is replaced keeps its messages', async () => {
      await store.commit([...setUp('a', 'INBOX'), ...storing('a', 'INBOX', ['1'])], 'durable');
      const folder = knownFolder('INBOX', { settledUid: 1 });
      await store.commit([{ kind: 'folder', accountId: 'a', folder }], 'durable');
      expect(await idsOf(store, 'a', 'INBOX')).toEqual(['1']);
    });

    test('a message comes back with every field', async () => {
      const whole = knownMessage('1', { flags: ['D', 'F', 'P', 'R', 'S', 'T'] });
      const bare = knownMessage('2', {
        status: 'quarantined',
        name: null,
        wireSize: null,
        wireSha256: null,
        flags: [],
        internalDate: null,
        storedAt: null,
        attempts: 3,
        error: 'the server gave "NO"\r\n',
      });
      const changes = [whole, bare].map((message): StateChange => ({
        kind: 'message',
        accountId: 'a',
        folder: 'INBOX',
        message,
      }));
      await store.commit([...setUp('a', 'INBOX'), ...changes], 'durable');
      expect(await messagesOf(store, 'a', 'INBOX')).toEqual([whole, bare]);
      expect(await store.quarantined('a', 'INBOX')).toEqual([bare]);
    });

    test('a message that is replaced leaves the quarantine', async () => {
      const failed = knownMessage('9', { status: 'quarantined', name: null });
      await store.commit(
        [
          ...setUp('a', 'INBOX'),
          { kind: 'message', accountId: 'a', folder: 'INBOX', message: failed },
        ],
        'durable',
      );
      await store.commit(storing('a', 'INBOX', ['9']), 'durable');
      expect(await store.quarantined('a', 'INBOX')).toEqual([]);
      expect(await messagesOf(store, 'a', 'INBOX')).toEqual([knownMessage('9')]);
    });

    test('UIDs are ordered as numbers, over several pages', async () => {
      const uids = Array.from({ length: 2_345 }, (_, index) => index * 3 + 1);
      const shuffled = uids.map(String).sort();
      await store.commit([...setUp('a', 'INBOX'), ...storing('a', 'INBOX', shuffled)], 'durable');
      expect(await idsOf(store, 'a', 'INBOX')).toEqual(uids.map(String));
    });

    test.each([
      { above: -1, ids: ['0', '9', '10', '100', '4294967295', '007', 'x'] },
      { above: 0, ids: ['9', '10', '100', '4294967295', '007', 'x'] },
      { above: 9, ids: ['10', '100', '4294967295', '007', 'x'] },
      { above: 4294967295, ids: ['007', 'x'] },
    ])('above UID $above: the greater UIDs, then all that is no UID', async ({ above, ids }) => {
      const all = ['x', '100', '007', '9', '0', '4294967295', '10'];
      await store.commit([...setUp('a', 'INBOX'), ...storing('a', 'INBOX', all)], 'durable');
      expect(await idsOf(store, 'a', 'INBOX', above)).toEqual(ids);
    });

    test('UIDLs are told apart to the last sign', async () => {
      const ids = [
        '!',
        '01',
        '1',
        '1.',
        '12345678901234567890',
        '12345678901234567891',
        'A',
        'a',
        '~',
      ];
      await store.commit([...setUp('a', 'INBOX'), ...storing('a', 'INBOX', ids)], 'durable');
      expect(new Set(await idsOf(store, 'a', 'INBOX'))).toEqual(new Set(ids));
      await store.commit([forgetting('a', 'INBOX', '12345678901234567890')], 'durable');
      expect(await idsOf(store, 'a', 'INBOX')).toContain('12345678901234567891');
      expect(await idsOf(store, 'a', 'INBOX')).toHaveLength(ids.length - 1);
    });

    test('pages go on where they were while messages come and go', async () => {
      const ids = Array.from({ length: 2_000 }, (_, index) => String(index + 1));
      await store.commit([...setUp('a', 'INBOX'), ...storing('a', 'INBOX', ids)], 'durable');
      const seen: string[] = [];
      for await (const page of store.messages('a', 'INBOX', -1)) {
        if (seen.length === 0) {
          await store.commit(
            [forgetting('a', 'INBOX', '1'), ...storing('a', 'INBOX', ['0', '2001'])],
            'relaxed',
          );
        }
        seen.push(...page.map(({ id }) => id));
      }
      expect(seen).toEqual([...ids, '2001']);
    });

    test('folders and accounts of the same names keep their messages apart', async () => {
      await store.commit(
        [
          ...setUp('a', 'INBOX', 'Sent'),
          ...setUp('b', 'INBOX'),
          ...storing('a', 'INBOX', ['1']),
          ...storing('a', 'Sent', ['1', '2']),
          ...storing('b', 'INBOX', ['3']),
          forgetting('a', 'INBOX', '1'),
        ],
        'durable',
      );
      expect(await idsOf(store, 'a', 'INBOX')).toEqual([]);
      expect(await idsOf(store, 'a', 'Sent')).toEqual(['1', '2']);
      expect(await idsOf(store, 'b', 'INBOX')).toEqual(['3']);
    });

    test('an account that is removed takes all of its own with it', async () => {
      const mine = (id: string): StateChange[] => [
        ...setUp(id, 'INBOX'),
        ...storing(id, 'INBOX', ['1', '2']),
      ];
      await store.commit([...mine('a'), ...mine('b')], 'durable');
      await store.commit([{ kind: 'account-removed', accountId: 'a' }], 'durable');
      expect((await store.accounts()).map(({ id }) => id)).toEqual(['b']);
      await store.commit(setUp('a', 'INBOX'), 'durable');
      expect(await idsOf(store, 'a', 'INBOX')).toEqual([]);
      expect(await idsOf(store, 'b', 'INBOX')).toEqual(['1', '2']);
    });

    test('to remove or forget what is not there is no error', async () => {
      await store.commit(
        [
          { kind: 'account-removed', accountId: 'nobody' },
          forgetting('nobody', 'INBOX', '1'),
          ...setUp('a', 'INBOX'),
          forgetting('a', 'INBOX', '1'),
        ],
        'durable',
      );
      expect(await store.folders('a')).toHaveLength(1);
    });

    test.each<{ what: string; change: StateChange }>([
      {
        what: 'a folder of an unknown account',
        change: setUp('nobody', 'INBOX')[1] as StateChange,
      },
      {
        what: 'a message of an unknown folder',
        change: storing('a', 'Sent', ['1'])[0] as StateChange,
      },
    ])('$what is refused, and with it all of its batch', async ({ change }) => {
      await store.commit(setUp('a', 'INBOX'), 'durable');
      const batch = [...storing('a', 'INBOX', ['1']), change, ...storing('a', 'INBOX', ['2'])];
      await expect(store.commit(batch, 'durable')).rejects.toMatchObject({ code: 'internal' });
      expect(await idsOf(store, 'a', 'INBOX')).toEqual([]);
      await store.commit(storing('a', 'INBOX', ['3']), 'durable');
      expect(await idsOf(store, 'a', 'INBOX')).toEqual(['3']);
    });

    test('a batch that fails takes no other down with it', async () => {
      await store.commit(setUp('a', 'INBOX'), 'durable');
      const outcomes = await Promise.allSettled([
        store.commit(storing('a', 'INBOX', ['1']), 'durable'),
        store.commit([...storing('a', 'INBOX', ['2']), ...storing('a', 'Sent', ['2'])], 'durable'),
        store.commit(storing('a', 'INBOX', ['3']), 'relaxed'),
      ]);
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(await idsOf(store, 'a', 'INBOX')).toEqual(['1', '3']);
    });

    test('commits that are not awaited take effect in the order of the calls', async () => {
      await store.commit(setUp('a', 'INBOX'), 'durable');
      const commits = Array.from({ length: 50 }, (_, index) => {
        const account = accountState('a', { failures: index });
        return store.commit(
          [{ kind: 'account', account }],
          index % 7 === 0 ? 'durable' : 'relaxed',
        );
      });
      await Promise.all(commits);
      expect((await store.account('a'))?.failures).toBe(49);
    });

    test('a reader sees a batch whole or not at all', async () => {
      await store.commit(setUp('a', 'INBOX'), 'durable');
      const batches = Array.from({ length: 20 }, (_, batch) => [`${batch + 1}1`, `${batch + 1}2`]);
      const written = batches.map((ids) => store.commit(storing('a', 'INBOX', ids), 'relaxed'));
      const counts = await Promise.all(
        batches.map(async () => {
          // Each page is one look: with a single one the count is that of one moment.
          for await (const page of store.messages('a', 'INBOX', 0)) return Math.min(page.length, 6);
          return 0;
        }),
      );
      await Promise.all(written);
      expect(counts.filter((count) => count % 2 === 1)).toEqual([]);
    });

    test('an empty batch is no work', async () => {
      await store.commit([], 'durable');
      expect(await store.accounts()).toEqual([]);
    });
  });
}
