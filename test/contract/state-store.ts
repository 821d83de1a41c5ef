/** What every state store must do, whatever stands behind it. */

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { highestUid, UidSet } from '../../src/core/sync/uid-set.ts';
import type { StateStore } from '../../src/ports/state-store.ts';
import { accountTests } from './state-accounts.ts';
import { bothWaysTests } from './state-both-ways.ts';
import { commitTests } from './state-commits.ts';
import { folderTests } from './state-folders.ts';
import { interleavingTests } from './state-interleavings.ts';
import { mailTests } from './state-mail.ts';
import { messageTests } from './state-messages.ts';

/** The store of the test that runs. */
export type StoreOfTest = () => StateStore;

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
      expect(await store.agreedUids('a', 'INBOX', 1)).toEqual(UidSet.empty);
      expect((await store.agreed('a', 'INBOX')).uid).toEqual(new Uint32Array(0));
      const all = UidSet.ofRanges([{ from: 1, to: highestUid }]);
      expect((await store.agreed('a', 'INBOX', all)).name).toEqual([]);
      const sought = { names: ['x'], wireSha256: ['00'.repeat(32)] };
      expect(await store.agreedElsewhere('a', sought)).toEqual([]);
      expect(await store.intents('a')).toEqual([]);
      expect(await store.former('a', 'INBOX')).toEqual([]);
      expect(await store.troubles('a', 'INBOX')).toEqual([]);
      expect(await store.troubles('a', null)).toEqual([]);
      expect(await store.maildrop('a')).toBeNull();
      expect((await store.knownMail('a')).id).toEqual([]);
      expect(await store.mailOf('a', ['x'])).toEqual([]);
    });

    test('a store that is closed refuses', async () => {
      await store.close();
      await expect(store.accounts()).rejects.toMatchObject({ code: 'internal' });
      const commit = store.commit([{ kind: 'account-removed', accountId: 'a' }], 'durable');
      await expect(commit).rejects.toMatchObject({ code: 'internal' });
      store = make();
    });

    const current: StoreOfTest = () => store;
    accountTests(current);
    folderTests(current);
    messageTests(current);
    bothWaysTests(current);
    mailTests(current);
    commitTests(current);
    interleavingTests(make);
  });
}
