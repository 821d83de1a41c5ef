/** What a sync of an IMAP account plans: tables of what both sides have, and what is agreed. */

import { describe, expect, it } from 'vitest';
import type { Trouble } from '../../../../src/core/sync/agreed.ts';
import { isTriedAgain } from '../../../../src/core/sync/plan/plan-folder.ts';
import type { FolderView } from '../../../../src/core/sync/plan/views.ts';
import { agreed, full, planned, remote, status, usual, view } from './views.ts';

describe('a folder', () => {
  it.each<readonly [string, Partial<FolderView>, readonly string[]]>([
    ['without news: nothing', {}, []],
    [
      'with a new message',
      { status: { ...status, uidNext: 12, exists: 11 } },
      ['fetch-range INBOX 11'],
    ],
    ['that was never met', { agreed: null }, ['begin-folder INBOX', 'fetch-range INBOX 1']],
    [
      'that was never met, and is empty',
      { agreed: null, status: { ...status, exists: 0, uidNext: 1 } },
      ['begin-folder INBOX'],
    ],
    [
      'whose server does not tell UIDNEXT',
      { status: { ...status, uidNext: null } },
      ['fetch-range INBOX 11'],
    ],
    [
      'whose count nobody could read',
      { status: { ...status, uidNext: 12, exists: null } },
      ['fetch-range INBOX 11'],
    ],
    ['that is empty now', { status: { ...status, uidNext: 30, exists: 0 } }, []],
    [
      'that was begun by an older posthorn',
      { agreed: agreed({ endpoint: null, uidNext: null }) },
      ['note-endpoint INBOX'],
    ],
    [
      'with another role now',
      { remote: remote('INBOX', { role: 'archive' }) },
      ['assign-role INBOX'],
    ],
  ])('%s', (_, more, expected) => {
    expect(planned([view(more)])).toEqual(expected);
  });

  it('INBOX comes first, the others in their order', () => {
    const fresh = (path: string): FolderView => view({ remote: remote(path), agreed: null });
    expect(
      planned(['Archive', 'INBOX', 'Sent'].map(fresh)).filter((each) => each.startsWith('begin')),
    ).toEqual(['begin-folder INBOX', 'begin-folder Archive', 'begin-folder Sent']);
  });
});

describe('a folder that is not the one that is known', () => {
  it.each<readonly [string, Partial<FolderView>]>([
    ['another UIDVALIDITY', { status: { ...status, uidValidity: '8' } }],
    ['UIDNEXT below what was seen', { status: { ...status, uidNext: 5, exists: 4 } }],
    [
      'UIDNEXT below what is settled',
      { agreed: agreed({ uidNext: null, settledUid: 4_294_967_295 }) },
    ],
    ['the same numbers, other messages', { sample: 'other' }],
    ['another server, nothing to compare', { endpoint: 'anna@other.example', sample: 'unknown' }],
    ['another server, other messages', { endpoint: 'anna@other.example', sample: 'other' }],
    [
      'fewer changes than were seen, other messages',
      { status: { ...status, highestModSeq: '9' }, sample: 'other' },
    ],
  ])('%s: what can be matched is kept, the rest is fetched', (_, more) => {
    expect(planned([view(more)])).toEqual(['renumber INBOX', 'fetch-range INBOX 1']);
  });

  it.each<readonly [string, Partial<FolderView>, readonly string[]]>([
    [
      'another server, the same messages',
      { endpoint: 'anna@other.example', sample: 'same' },
      ['note-endpoint INBOX'],
    ],
    [
      'fewer changes, the same messages',
      { status: { ...status, highestModSeq: '9' }, sample: 'same' },
      [],
    ],
  ])('%s: it goes on', (_, more, expected) => {
    expect(planned([view(more)])).toEqual(expected);
  });
});

describe('trouble', () => {
  const trouble = (kind: Trouble['kind'], tries: number): Trouble => ({
    id: '4',
    kind,
    tries,
    reason: '',
  });
  it.each([
    [trouble('refused', 1), usual, true],
    [trouble('refused', 2), usual, true],
    [trouble('refused', 3), usual, false],
    [trouble('refused', 99), full, true],
    [trouble('short', 1), usual, false],
    [trouble('short', 1), full, true],
    [trouble('held', 1), full, false],
  ])('%j with %j is tried again: %s', (each, policy, expected) => {
    expect(isTriedAgain(each, policy)).toBe(expected);
  });

  it('that held a folder is over once it is the known one again', () => {
    expect(planned([view({ troubles: [{ ...trouble('held', 1), id: '' }] })])).toEqual([
      'release INBOX',
    ]);
  });

  it('is tried before what is new', () => {
    const news = { ...status, uidNext: 12, exists: 11 };
    expect(planned([view({ status: news, troubles: [trouble('refused', 1)] })])).toEqual([
      'fetch INBOX 4',
      'fetch-range INBOX 11',
    ]);
  });
});
