/** IMAP: what sync in both directions changes of agreed messages, and what it is about to upload. */

import { describe, expect, test } from 'vitest';
import type { AgreedMessage } from '../../src/core/sync/agreed.ts';
import type { StateChange, StateStore } from '../../src/ports/state-store.ts';
import {
  agreedFolder,
  agreedMessage,
  agreeing,
  intentOf,
  messagesIn,
  refusedTrouble,
  setUp,
  sha256Of,
} from './state-samples.ts';
import type { StoreOfTest } from './state-store.ts';

const accountId = 'a';
const path = 'INBOX';
const everything = { accountId, path } as const;

async function agreed(store: StateStore, wanted = path): Promise<AgreedMessage[]> {
  return messagesIn(await store.agreed(accountId, wanted));
}

export function bothWaysTests(store: StoreOfTest): void {
  test('the stamp of a tree is kept with its account', async () => {
    expect(await store().tree(accountId)).toBeNull();
    await store().commit([{ kind: 'tree', accountId, stamp: '{}' }], 'durable');
    expect(await store().tree(accountId)).toBeNull();
    await store().commit(setUp(accountId, path), 'durable');
    await store().commit([{ kind: 'tree', accountId, stamp: '{"é":1}' }], 'relaxed');
    expect(await store().tree(accountId)).toBe('{"é":1}');
    await store().commit([{ kind: 'tree', accountId, stamp: null }], 'relaxed');
    expect(await store().tree(accountId)).toBeNull();
  });

  describe('known messages that change', () => {
    const rich = agreedMessage(2, { keywords: ['$Junk'], modSeq: '5', status: 'placeholder' });

    async function begin(): Promise<void> {
      const messages = [agreedMessage(1), rich, agreedMessage(3)];
      await store().commit(
        [
          ...setUp(accountId, path, 'Sent'),
          { kind: 'messages-agreed', ...everything, messages },
          agreeing(accountId, 'Sent', [2]),
        ],
        'durable',
      );
    }

    test('flags, keywords and MODSEQ are replaced, and nothing else', async () => {
      await begin();
      const change: StateChange = {
        ...{ kind: 'messages-flagged', ...everything, uid: Uint32Array.of(2, 3, 99) },
        flags: Uint8Array.of(63, 0, 1),
        keywords: ['', 'Straße work', 'x'],
        modSeq: BigUint64Array.of(9_223_372_036_854_775_807n, 0n, 1n),
      };
      await store().commit([change], 'durable');
      expect(await agreed(store())).toEqual([
        agreedMessage(1),
        { ...rich, flags: 63, keywords: [], modSeq: '9223372036854775807' },
        agreedMessage(3, { flags: 0, keywords: ['Straße', 'work'], modSeq: null }),
      ]);
      expect(await agreed(store(), 'Sent')).toEqual([agreedMessage(2)]);
    });

    test('another name of the folder takes all of it along', async () => {
      await begin();
      const trouble = refusedTrouble('9');
      await store().commit(
        [
          { kind: 'trouble', ...everything, trouble },
          { kind: 'intents', ...everything, intents: [intentOf(path, 'x')] },
        ],
        'durable',
      );
      const to = 'Straße';
      const [before] = await store().folders(accountId);
      await store().commit(
        [{ kind: 'folder-renamed', ...everything, to, localPath: 'Gasse' }],
        'durable',
      );
      const [after, other] = await store().folders(accountId);
      expect(after).toEqual({ ...before, path: to, localPath: 'Gasse' });
      expect(other?.path).toBe('Sent');
      expect(await agreed(store(), to)).toEqual([agreedMessage(1), rich, agreedMessage(3)]);
      expect(await agreed(store())).toEqual([]);
      expect(await store().troubles(accountId, to)).toEqual([trouble]);
      expect((await store().intents(accountId)).map((each) => each.path)).toEqual([to]);
    });

    test('another base name, or status, leaves the rest', async () => {
      await begin();
      await store().commit(
        [
          {
            ...{ kind: 'messages-renamed', ...everything },
            ...{ uid: Uint32Array.of(3, 2, 99), name: ['Ä', 'other', 'x'] },
          },
          {
            ...{ kind: 'messages-status', ...everything },
            ...{ uids: Uint32Array.of(1, 3, 99), status: 'here-alone' },
          },
        ],
        'durable',
      );
      expect(await agreed(store())).toEqual([
        agreedMessage(1, { status: 'here-alone' }),
        { ...rich, name: 'other' },
        agreedMessage(3, { name: 'Ä', status: 'here-alone' }),
      ]);
      expect(await agreed(store(), 'Sent')).toEqual([agreedMessage(2)]);
    });

    test('what is handed over may be changed afterwards, and stays usable', async () => {
      await begin();
      const uid = Uint32Array.of(1);
      const names = ['other'];
      const commit = store().commit(
        [
          { kind: 'messages-renamed', ...everything, uid, name: names },
          { kind: 'messages-status', ...everything, uids: uid, status: 'there-alone' },
        ],
        'durable',
      );
      uid[0] = 3;
      names[0] = 'wrong';
      await commit;
      expect(uid).toEqual(Uint32Array.of(3));
      const [first] = await agreed(store());
      expect(first).toEqual(agreedMessage(1, { name: 'other', status: 'there-alone' }));
    });

    test('thousands at once', async () => {
      const uids = Array.from({ length: 5_000 }, (_, index) => index + 1);
      await store().commit([...setUp(accountId, path), agreeing(accountId, path, uids)], 'durable');
      const change: StateChange = {
        ...{ kind: 'messages-flagged', ...everything, uid: Uint32Array.from(uids) },
        flags: Uint8Array.from(uids, (uid) => uid % 64),
        keywords: uids.map((uid) => (uid % 2 === 0 ? 'even' : '')),
        modSeq: BigUint64Array.from(uids, BigInt),
      };
      await store().commit([change], 'durable');
      const { flags, keywords, modSeq } = await store().agreed(accountId, path);
      expect({ flags, keywords, modSeq }).toEqual({
        ...{ flags: change.flags, keywords: change.keywords, modSeq: change.modSeq },
      });
    });
  });

  describe('messages elsewhere in the account', () => {
    test('by name or by content, in every folder of this account alone', async () => {
      const copy = agreedMessage(7, {
        ...{ name: 'copied', wireSha256: sha256Of('2'), keywords: ['a', 'b'], modSeq: '3' },
        ...{ messageIdHash: null, internalDate: null, status: 'awaiting-expunge' },
      });
      await store().commit(
        [
          ...setUp(accountId, path, 'Sent'),
          ...setUp('b', path),
          agreeing(accountId, path, [1, 2, 3]),
          { kind: 'messages-agreed', accountId, path: 'Sent', messages: [copy] },
          agreeing('b', path, [1, 2]),
        ],
        'durable',
      );
      const find = async (names: string[], wireSha256: string[]): Promise<unknown> =>
        (await store().agreedElsewhere(accountId, { names, wireSha256 })).toSorted(
          (a, b) => a.message.uid - b.message.uid,
        );
      const [one, two, seven] = [
        { path, message: agreedMessage(1) },
        { path, message: agreedMessage(2) },
        { path: 'Sent', message: copy },
      ];
      expect(await find(['name.1', 'never', "'"], [])).toEqual([one]);
      expect(await find([], [sha256Of('2'), sha256Of('never')])).toEqual([two, seven]);
      expect(await find(['name.1', 'name.2'], [sha256Of('2')])).toEqual([one, two, seven]);
      expect(await find([], [])).toEqual([]);
    });
  });

  describe('a folder that is gone on both sides', () => {
    test('goes with all that hangs on it, and may begin again', async () => {
      await store().commit(
        [
          ...setUp(accountId, path, 'Sent'),
          agreeing(accountId, path, [1]),
          { kind: 'folder-renumbered', ...everything, endpoint: 'u@h', uidValidity: '2' },
          agreeing(accountId, path, [2]),
          agreeing(accountId, 'Sent', [3]),
          { kind: 'trouble', ...everything, trouble: refusedTrouble('9') },
          { kind: 'intents', ...everything, intents: [intentOf(path, 'x')] },
        ],
        'durable',
      );
      await store().commit([{ kind: 'folder-forgotten', ...everything }], 'durable');
      expect(await store().folders(accountId)).toEqual([agreedFolder('Sent')]);
      const again = agreedFolder(path);
      await store().commit([{ kind: 'folder-begun', accountId, folder: again }], 'durable');
      expect(await store().folders(accountId)).toEqual([agreedFolder('Sent'), again]);
      expect(await agreed(store())).toEqual([]);
      expect(await store().former(accountId, path)).toEqual([]);
      expect(await store().troubles(accountId, path)).toEqual([]);
      expect(await store().intents(accountId)).toEqual([]);
      expect(await agreed(store(), 'Sent')).toEqual([agreedMessage(3)]);
    });
  });

  describe('intents', () => {
    const sorted = async (id = accountId): Promise<unknown> =>
      (await store().intents(id)).toSorted((a, b) => (a.name < b.name ? -1 : 1));

    test('they come back with every field, are replaced, and end', async () => {
      const whole = intentOf(path, 'Ä', {
        ...{ uidValidity: '4294967295', uidNext: 4_294_967_295, wireSize: 2 ** 40 },
        ...{ messageIdHash: null, tries: 3, at: 1 },
      });
      const first = intentOf(path, 'a');
      const sent = intentOf('Sent', 'b');
      await store().commit(
        [
          ...setUp(accountId, path, 'Sent'),
          ...setUp('b', path),
          { kind: 'intents', ...everything, intents: [whole, first] },
          { kind: 'intents', accountId, path: 'Sent', intents: [sent] },
          { kind: 'intents', accountId: 'b', path, intents: [first] },
        ],
        'durable',
      );
      expect(await sorted()).toEqual([first, sent, whole]);
      const again = { ...first, tries: 2, uidNext: 9 };
      await store().commit([{ kind: 'intents', ...everything, intents: [again] }], 'durable');
      expect(await sorted()).toEqual([again, sent, whole]);
      await store().commit(
        [{ kind: 'intents-over', ...everything, names: ['a', 'b', 'never'] }],
        'durable',
      );
      expect(await sorted()).toEqual([sent, whole]);
      await store().commit([{ kind: 'account-removed', accountId }], 'durable');
      expect(await sorted()).toEqual([]);
      expect(await sorted('b')).toEqual([first]);
    });
  });
}
