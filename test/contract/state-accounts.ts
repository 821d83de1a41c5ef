/** Accounts: how they fared, by which NAME they are known, and who worked on them last. */

import { describe, expect, test } from 'vitest';
import type { Binding, StateChange } from '../../src/ports/state-store.ts';
import {
  accountState,
  agreeing,
  learning,
  mailIds,
  refusedTrouble,
  setUp,
  uidsOf,
} from './state-samples.ts';
import type { StoreOfTest } from './state-store.ts';

const fullHistory = {
  lastAttempt: 1_700_000_000_000,
  lastSuccess: 1_600_000_000_000,
  failures: 3,
  loginFailures: 2,
  failingSince: 1_650_000_000_000,
  lastError: { code: 'credentials', message: 'refused', at: 1_700_000_000_000 },
  suspended: { since: 1_700_000_000_001, why: 'too often' },
  failingWay: 'cbf29ce484222325',
};

export function accountTests(store: StoreOfTest): void {
  describe('accounts', () => {
    test('an account comes back with every field', async () => {
      const account = accountState('a', { name: 'work', root: '/mail/ä', ...fullHistory });
      await store().commit([{ kind: 'account', account }], 'durable');
      expect(await store().account('a')).toEqual(account);
      expect(await store().accounts()).toEqual([account]);
    });

    test('an account replaces what was known of it, its folders stay', async () => {
      await store().commit(setUp('a', 'INBOX'), 'durable');
      const renamed = accountState('a', { name: 'other', lastSuccess: 5 });
      await store().commit([{ kind: 'account', account: renamed }], 'relaxed');
      expect(await store().accounts()).toEqual([renamed]);
      expect(await store().folders('a')).toHaveLength(1);
      expect(await store().accountNamed('name-of-a')).toBeNull();
    });

    test('accounts are listed in the order in which they were first seen', async () => {
      for (const id of ['c', 'a', 'b']) await store().commit(setUp(id), 'relaxed');
      await store().commit(setUp('a'), 'relaxed');
      expect((await store().accounts()).map(({ id }) => id)).toEqual(['c', 'a', 'b']);
    });

    test('of several accounts with one NAME the newest is meant that is not taken', async () => {
      const account = (id: string): StateChange => ({
        kind: 'account',
        account: accountState(id, { name: 'n' }),
      });
      await store().commit(['a', 'b', 'c'].map(account), 'durable');
      expect((await store().accountNamed('n'))?.id).toBe('c');
      expect((await store().accountNamed('n', new Set(['c', 'x'])))?.id).toBe('b');
      expect(await store().accountNamed('n', new Set(['a', 'b', 'c']))).toBeNull();
    });

    test('a poll changes the history and the pause, and nothing else', async () => {
      const account = accountState('a', { name: 'work', root: '/mail' });
      const sending = { loginFailures: 3, suspended: null };
      await store().commit(
        [
          { kind: 'account', account },
          { kind: 'sending', accountId: 'a', sending },
        ],
        'durable',
      );
      const polled: StateChange = {
        kind: 'polled',
        accountId: 'a',
        history: fullHistory,
        notBefore: 1_800_000_000_000,
      };
      await store().commit([polled, { ...polled, accountId: 'nobody' }], 'relaxed');
      const after = { ...account, ...fullHistory, notBefore: 1_800_000_000_000, sending };
      expect(await store().accounts()).toEqual([after]);
      const { failingWay: _good, ...rest } = fullHistory;
      await store().commit([{ ...polled, history: rest, notBefore: null }], 'relaxed');
      const { failingWay: _gone, ...good } = after;
      expect(await store().account('a')).toEqual({ ...good, notBefore: null });
    });

    test('a new root leaves the rest as it is', async () => {
      const account = accountState('a', fullHistory);
      await store().commit([{ kind: 'account', account }], 'durable');
      await store().commit([{ kind: 'root', accountId: 'a', root: '/mail/b' }], 'durable');
      expect(await store().account('a')).toEqual({ ...account, root: '/mail/b' });
    });

    test('logins for sending are remembered apart, and good ones leave no trace', async () => {
      const account = accountState('a', { failures: 3 });
      await store().commit([{ kind: 'account', account }], 'durable');
      const suspended = { since: 1_700_000_000_000, why: 'refused' };
      const sending = { loginFailures: 3, suspended, failingWay: 'cbf29ce484222325' };
      await store().commit([{ kind: 'sending', accountId: 'a', sending }], 'relaxed');
      await store().commit([{ kind: 'sending', accountId: 'nobody', sending }], 'relaxed');
      await store().commit([{ kind: 'account', account: accountState('a') }], 'relaxed');
      expect(await store().accounts()).toEqual([{ ...accountState('a'), sending }]);
      const good = { loginFailures: 0, suspended: null };
      await store().commit([{ kind: 'sending', accountId: 'a', sending: good }], 'durable');
      expect(await store().account('a')).toEqual(accountState('a'));
    });

    test('an account that is removed takes all of its own with it', async () => {
      const mine = (accountId: string): StateChange[] => [
        ...setUp(accountId, 'INBOX', 'Old'),
        agreeing(accountId, 'INBOX', [1, 2]),
        { kind: 'trouble', accountId, path: 'INBOX', trouble: refusedTrouble('3') },
        agreeing(accountId, 'Old', [1]),
        { kind: 'folder-renumbered', accountId, path: 'Old', endpoint: 'u@h', uidValidity: '2' },
        {
          kind: 'maildrop',
          accountId,
          maildrop: { localPath: 'INBOX', identity: 'u@h' },
        },
        learning(accountId, ['x']),
        { kind: 'mail-trouble', accountId, trouble: refusedTrouble('y') },
      ];
      await store().commit([...mine('a'), ...mine('b')], 'durable');
      await store().commit([{ kind: 'account-removed', accountId: 'a' }], 'durable');
      expect((await store().accounts()).map(({ id }) => id)).toEqual(['b']);
      await store().commit(setUp('a', 'INBOX', 'Old'), 'durable');
      expect(await uidsOf(store(), 'a', 'INBOX')).toEqual([]);
      expect(await store().former('a', 'Old')).toEqual([]);
      expect(await store().troubles('a', 'INBOX')).toEqual([]);
      expect(await store().troubles('a', null)).toEqual([]);
      expect(await store().maildrop('a')).toBeNull();
      expect(await mailIds(store(), 'a')).toEqual([]);
      expect(await uidsOf(store(), 'b', 'INBOX')).toEqual([1, 2]);
      expect(await mailIds(store(), 'b')).toEqual(['x']);
    });
  });

  describe('binding', () => {
    const none: ReadonlySet<string> = new Set();
    const binding = (name: string, freshId: string, id?: string): Binding => ({
      name,
      id,
      freshId,
    });

    test('an account that was never met begins, by its id or by a fresh one', async () => {
      const states = await store().bind([binding('one', 'f1'), binding('two', 'f2', 'mine')], none);
      expect(states).toEqual([
        accountState('f1', { name: 'one' }),
        accountState('mine', { name: 'two' }),
      ]);
      expect(await store().accounts()).toEqual(states);
    });

    test('one that is known keeps all that is known of it', async () => {
      const known = accountState('a', { name: 'work', root: '/mail', ...fullHistory });
      await store().commit([{ kind: 'account', account: known }], 'durable');
      expect(await store().bind([binding('work', 'fresh')], none)).toEqual([known]);
      expect(await store().bind([binding('work', 'fresh', 'a')], none)).toEqual([known]);
      expect(await store().accounts()).toEqual([known]);
    });

    test('a new NAME is noted', async () => {
      await store().bind([binding('old', 'f', 'a')], none);
      expect(await store().bind([binding('new', 'f', 'a')], none)).toEqual([
        accountState('a', { name: 'new' }),
      ]);
      expect(await store().accountNamed('old')).toBeNull();
      expect((await store().accountNamed('new'))?.id).toBe('a');
    });

    test('no NAME leads to an id that the file gives to another account', async () => {
      await store().bind([binding('work', 'f', 'a')], none);
      const [bound] = await store().bind([binding('work', 'fresh')], new Set(['a']));
      expect(bound?.id).toBe('fresh');
      expect((await store().accounts()).map(({ id }) => id)).toEqual(['a', 'fresh']);
    });

    test('a fresh id that another account has is not given a second time', async () => {
      await store().bind([binding('work', 'f')], none);
      const refused = store().bind([binding('other', 'f')], none);
      await expect(refused).rejects.toMatchObject({ code: 'internal' });
      expect((await store().accounts()).map(({ name }) => name)).toEqual(['work']);
    });

    test('accounts that are met many times at once begin once', async () => {
      const names = Array.from({ length: 300 }, (_, index) => `account-${String(index)}`);
      const calls = [1, 2].flatMap((round) =>
        names.map((name) => store().bind([binding(name, `${name}-${String(round)}`)], none)),
      );
      const ids = (await Promise.all(calls)).flat().map(({ id }) => id);
      expect(ids.slice(300)).toEqual(ids.slice(0, 300));
      expect(await store().accounts()).toHaveLength(300);
    });

    test('it takes effect in the order of the calls, before and after commits that are not awaited', async () => {
      const calls = [
        store().bind([binding('a', 'a')], none),
        store().commit([{ kind: 'root', accountId: 'a', root: '/one' }], 'durable'),
        store().bind([binding('a', 'b')], none),
        store().commit([{ kind: 'account-removed', accountId: 'a' }], 'durable'),
        store().bind([binding('a', 'b')], none),
      ];
      const [first, , second, , third] = await Promise.all(calls);
      const roots = [first, second, third].map((states) =>
        states?.map(({ id, root }) => [id, root]),
      );
      expect(roots).toEqual([[['a', null]], [['a', '/one']], [['b', null]]]);
    });
  });
}
