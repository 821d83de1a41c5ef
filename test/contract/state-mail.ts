/** POP3: the maildrop, and what is known of its mail. */

import { describe, expect, test } from 'vitest';
import { mailStatuses } from '../../src/core/maildrop/maildrop.ts';
import type { StateChange } from '../../src/ports/state-store.ts';
import { knownMail, learning, mailIds, refusedTrouble, setUp } from './state-samples.ts';
import type { StoreOfTest } from './state-store.ts';

const accountId = 'a';

/** UIDLs are told apart to the last sign (RFC 1939, section 7), whatever they look like. */
const odd = [
  '!',
  '01',
  '1',
  '1.',
  '12345678901234567890',
  '12345678901234567891',
  'A',
  'a',
  '~',
  'ä b',
];

export function mailTests(store: StoreOfTest): void {
  describe('maildrop', () => {
    test('it is what was said of it last', async () => {
      const maildrop = { localPath: 'INBOX', identity: null };
      await store().commit(
        [...setUp(accountId), { kind: 'maildrop', accountId, maildrop }],
        'durable',
      );
      expect(await store().maildrop(accountId)).toEqual(maildrop);
      const later = { localPath: 'In', identity: 'User@pop.example.org' };
      await store().commit(
        [learning(accountId, ['x']), { kind: 'maildrop', accountId, maildrop: later }],
        'durable',
      );
      expect(await store().maildrop(accountId)).toEqual(later);
      expect(await mailIds(store(), accountId)).toEqual(['x']);
      expect(await store().folders(accountId)).toEqual([]);
    });

    test('mail comes back with every field, and what planning needs in columns', async () => {
      const mail = [
        ...mailStatuses.map((status) =>
          knownMail(`is-${status}`, { status, name: `name of ${status}` }),
        ),
        knownMail('bare', { listedSize: null, messageIdHash: null, wireSize: 0 }),
        knownMail('large', {
          listedSize: 2 ** 40,
          wireSize: 2 ** 40,
          messageIdHash: 'ffffffff00000000',
        }),
      ];
      await store().commit(
        [...setUp(accountId), { kind: 'mail-known', accountId, mail }],
        'durable',
      );
      const ids = mail.map(({ id }) => id);
      expect(await store().mailOf(accountId, ['nobody', ...ids])).toEqual(mail);
      const columns = await store().knownMail(accountId);
      const rows = columns.id.map((id, at) => {
        const [status = 0, listed = 0] = [columns.status[at], columns.listedSize[at]];
        return {
          id,
          status: mailStatuses[status],
          listedSize: Number.isNaN(listed) ? null : listed,
          storedAt: columns.storedAt[at],
        };
      });
      const expected = mail.map(({ id, status, listedSize, storedAt }) => ({
        id,
        status,
        listedSize,
        storedAt,
      }));
      expect(rows.toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual(
        expected.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
      );
      expect(columns.status).toBeInstanceOf(Uint8Array);
    });

    test('mail that is known anew is replaced', async () => {
      await store().commit([...setUp(accountId), learning(accountId, ['x', 'y'])], 'durable');
      const other = knownMail('x', {
        status: 'deleting',
        name: 'other',
        listedSize: null,
        storedAt: 7,
      });
      await store().commit([{ kind: 'mail-known', accountId, mail: [other] }], 'relaxed');
      expect(await store().mailOf(accountId, ['x', 'y'])).toEqual([other, knownMail('y')]);
    });

    test('a status changes for those that are named, and what is forgotten is gone', async () => {
      await store().commit([...setUp(accountId), learning(accountId, odd)], 'durable');
      const gone = ['1', 'a', '12345678901234567890', 'unknown'];
      await store().commit(
        [{ kind: 'mail-status', accountId, ids: gone, status: 'gone' }],
        'durable',
      );
      const mail = await store().mailOf(accountId, odd);
      expect(mail.filter(({ status }) => status === 'gone').map(({ id }) => id)).toEqual([
        '1',
        '12345678901234567890',
        'a',
      ]);
      expect(mail.map((each) => ({ ...each, status: 'stored' }))).toEqual(
        odd.map((id) => knownMail(id)),
      );
      await store().commit(
        [{ kind: 'mail-forgotten', accountId, ids: ['01', 'A', 'unknown'] }],
        'durable',
      );
      expect(await mailIds(store(), accountId)).toEqual(
        odd.filter((id) => id !== '01' && id !== 'A').sort(),
      );
    });

    test('accounts keep their mail apart', async () => {
      await store().commit(
        [...setUp('a'), ...setUp('b'), learning('a', ['x', 'y']), learning('b', ['x'])],
        'durable',
      );
      await store().commit([{ kind: 'mail-forgotten', accountId: 'a', ids: ['x'] }], 'durable');
      expect(await mailIds(store(), 'a')).toEqual(['y']);
      expect(await mailIds(store(), 'b')).toEqual(['x']);
    });

    test('many ids come back as they are', async () => {
      const ids = Array.from(
        { length: 4_321 },
        (_, index) => `UID${String(index * 7)}-${'x'.repeat(index % 60)}`,
      );
      await store().commit([...setUp(accountId), learning(accountId, ids)], 'durable');
      expect(await mailIds(store(), accountId)).toEqual(ids.toSorted());
    });

    test('troubles come back, and end with the mail or by themselves', async () => {
      const trouble = (id: string, kind: 'refused' | 'short'): StateChange => ({
        kind: 'mail-trouble',
        accountId,
        trouble: refusedTrouble(id, { kind }),
      });
      await store().commit(
        [
          ...setUp(accountId, 'INBOX'),
          trouble('x', 'refused'),
          trouble('y', 'short'),
          trouble('z', 'refused'),
        ],
        'durable',
      );
      const all = await store().troubles(accountId, null);
      expect(all.toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual([
        refusedTrouble('x'),
        refusedTrouble('y', { kind: 'short' }),
        refusedTrouble('z'),
      ]);
      expect(await store().troubles(accountId, 'INBOX')).toEqual([]);
      await store().commit([learning(accountId, ['x', 'y'])], 'durable');
      expect(await store().troubles(accountId, null)).toEqual([refusedTrouble('z')]);
      await store().commit([{ kind: 'mail-trouble-over', accountId, id: 'z' }], 'durable');
      expect(await store().troubles(accountId, null)).toEqual([]);
    });
  });
}
