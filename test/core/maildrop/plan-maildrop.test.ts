/** What a sync of a POP3 maildrop fetches, notes and deletes. */

import { describe, expect, it } from 'vitest';
import type { LeaveOnServer } from '../../../src/core/account/account.ts';
import type { ListedMail, MailStatus } from '../../../src/core/maildrop/maildrop.ts';
import {
  doubtful,
  planDeletions,
  planMaildrop,
  type KnownById,
  type MaildropOperation,
} from '../../../src/core/maildrop/plan-maildrop.ts';
import type { Trouble } from '../../../src/core/sync/agreed.ts';

const usual = { maxTries: 3, full: false };
const day = 86_400_000;
const now = 1_800_000_000_000;

function listed(id: string, more: Partial<ListedMail> = {}): ListedMail {
  return { id, number: 1, size: 10, ...more };
}

function known(entries: Readonly<Record<string, MailStatus>>, storedAt = 0): KnownById {
  return new Map(Object.entries(entries).map(([id, status]) => [id, { status, storedAt }]));
}

function refused(id: string, tries: number): Trouble {
  return { id, kind: 'refused', tries, reason: 'no' };
}

function short(operation: MaildropOperation): string {
  if (operation.kind === 'fetch')
    return `fetch ${operation.mail.id}${operation.contentDecides ? '?' : ''}`;
  return `${operation.kind} ${operation.ids.join()}`;
}

interface Case {
  readonly title: string;
  readonly listing: readonly string[];
  readonly known?: Readonly<Record<string, MailStatus>>;
  readonly troubles?: readonly Trouble[];
  readonly returned?: readonly string[];
  readonly complete?: boolean;
  readonly full?: boolean;
  readonly plan: readonly string[];
}

const cases: readonly Case[] = [
  { title: 'new', listing: ['a', 'b'], plan: ['fetch a', 'fetch b'] },
  { title: 'stored: left alone', listing: ['a'], known: { a: 'stored' }, plan: [] },
  {
    title: 'stored, gone: noted',
    listing: ['b'],
    known: { a: 'stored' },
    plan: ['fetch b', 'note-gone a'],
  },
  {
    title: 'gone, back, proven: noted, not fetched',
    listing: ['a'],
    known: { a: 'gone' },
    returned: ['a'],
    plan: ['note-return a'],
  },
  {
    title: 'gone, back, not proven: its content decides',
    listing: ['a'],
    known: { a: 'gone' },
    plan: ['fetch a?'],
  },
  {
    title: 'was to be deleted, is still there, proven',
    listing: ['a'],
    known: { a: 'deleting' },
    returned: ['a'],
    plan: ['note-return a'],
  },
  {
    title: 'was to be deleted, its id is another one’s, perhaps',
    listing: ['a'],
    known: { a: 'deleting' },
    plan: ['fetch a?'],
  },
  {
    title: 'was to be deleted, and was',
    listing: ['b'],
    known: { a: 'deleting', b: 'stored' },
    plan: ['note-gone a'],
  },
  {
    title: 'of another server: its content decides',
    listing: ['a'],
    known: { a: 'former' },
    plan: ['fetch a?'],
  },
  {
    title: 'a listing that leaves out: nothing is gone',
    listing: [],
    known: { a: 'stored' },
    complete: false,
    plan: [],
  },
  {
    title: 'failed once: tried again',
    listing: ['a'],
    troubles: [refused('a', 1)],
    plan: ['fetch a'],
  },
  {
    title: 'failed three times: left alone',
    listing: ['a'],
    troubles: [refused('a', 3)],
    plan: [],
  },
  {
    title: 'failed three times, full',
    listing: ['a'],
    troubles: [refused('a', 3)],
    full: true,
    plan: ['fetch a'],
  },
  {
    title: 'failed, gone: its id is new',
    listing: ['b'],
    known: { b: 'stored' },
    troubles: [refused('a', 3)],
    plan: ['end-trouble a'],
  },
  {
    title: 'gone long since: nothing new',
    listing: ['b'],
    known: { a: 'gone', b: 'stored' },
    plan: [],
  },
];

describe('an id that is', () => {
  it.each(cases)('$title', (each) => {
    const operations = planMaildrop(
      {
        listing: each.listing.map((id) => listed(id)),
        complete: each.complete ?? true,
        known: known(each.known ?? {}),
        troubles: each.troubles ?? [],
        returned: new Set(each.returned ?? []),
      },
      { ...usual, full: each.full ?? false },
    );
    expect(operations.map(short)).toEqual(each.plan);
  });

  it('doubtful is known, and not as stored', () => {
    const all = known({ a: 'stored', b: 'gone', c: 'deleting', d: 'former' });
    const listing = ['a', 'b', 'c', 'd', 'e'].map((id) => listed(id));
    expect(doubtful(listing, all).map(({ id }) => id)).toEqual(['b', 'c', 'd']);
  });
});

describe('deletions', () => {
  it.each<readonly [string, LeaveOnServer, MailStatus | null, number, boolean]>([
    ['left on the server', true, 'stored', 90 * day, false],
    ['not left: at once', false, 'stored', 0, true],
    ['after 14 days: not before', { afterMs: 14 * day }, 'stored', 14 * day - 1, false],
    ['after 14 days: from then on', { afterMs: 14 * day }, 'stored', 14 * day, true],
    ['stored in the future, as the clock was wrong', { afterMs: day }, 'stored', -day, false],
    ['gone', false, 'gone', day, false],
    ['of another server', false, 'former', day, false],
    ['not proven since it was to be deleted', false, 'deleting', day, false],
    ['never seen', false, null, 0, false],
  ])('%s', (_, leave, status, age, isDeleted) => {
    const all = status === null ? known({}) : known({ a: status }, now - age);
    const expected = isDeleted ? [listed('a')] : [];
    expect(planDeletions([listed('a')], all, leave, now)).toEqual(expected);
  });

  it('never of a message whose id another one shares', () => {
    const twins = [listed('a#1', { sharedUidl: 'a' }), listed('a#2', { sharedUidl: 'a' })];
    expect(planDeletions(twins, known({ 'a#1': 'stored', 'a#2': 'stored' }), false, now)).toEqual(
      [],
    );
  });

  it('never of what is known and not listed', () => {
    expect(planDeletions([], known({ a: 'stored' }), false, now)).toEqual([]);
  });
});
