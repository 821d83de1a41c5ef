/** What a sync of a POP3 maildrop fetches, forgets and deletes. */

import { describe, expect, it } from 'vitest';
import type { LeaveOnServer } from '../../../src/core/account/account.ts';
import type { KnownMessage, RemoteMessage } from '../../../src/core/sync/message.ts';
import { planDeletions, planPop3 } from '../../../src/core/maildrop/plan-pop3.ts';
import { knownMessage } from '../../contract/state-samples.ts';

const usual = { maxAttempts: 3, full: false };
const day = 86_400_000;
const now = 1_800_000_000_000;

function listed(id: string, more: Partial<RemoteMessage> = {}): RemoteMessage {
  return { id, size: 10, internalDate: null, flags: [], number: 1, ...more };
}

function knownAs(...messages: readonly KnownMessage[]): Map<string, KnownMessage> {
  return new Map(messages.map((message) => [message.id, message]));
}

const stored = knownMessage('a');
const absent = knownMessage('a', { status: 'absent' });
const failedOnce = knownMessage('a', { status: 'quarantined', attempts: 1 });
const failedThrice = knownMessage('a', { status: 'quarantined', attempts: 3 });

describe('an id that the state knows as', () => {
  it.each([
    ['nothing, listed: fetched', undefined, true, ['fetch a']],
    ['stored, listed: left alone', stored, true, []],
    ['absent, listed again: fetched, its content decides', absent, true, ['fetch a']],
    ['failed once, listed: tried again', failedOnce, true, ['fetch a']],
    ['failed three times, listed: left alone', failedThrice, true, []],
    ['stored, gone: marked', stored, false, ['mark-absent a']],
    ['absent, gone: nothing new', absent, false, []],
    ['failed once, gone: marked, so that its id is new', failedOnce, false, ['mark-absent a']],
    ['failed three times, gone: marked too', failedThrice, false, ['mark-absent a']],
  ] as const)('%s', (_, known, isListed, expected) => {
    const operations = planPop3(
      isListed ? [listed('a')] : [],
      knownAs(...(known === undefined ? [] : [known])),
      usual,
    );
    const told = operations.map((operation) =>
      operation.kind === 'mark-absent'
        ? `mark-absent ${operation.id}`
        : `${operation.kind} ${operation.message.id}`,
    );
    expect(told).toEqual(expected);
  });

  it('fetches come in the order of the listing, with what is known of each, before the marks', () => {
    const operations = planPop3(
      [listed('c'), listed('a')],
      knownAs(absent, knownMessage('b')),
      usual,
    );
    expect(operations).toEqual([
      { kind: 'fetch', message: listed('c'), known: null },
      { kind: 'fetch', message: listed('a'), known: absent },
      { kind: 'mark-absent', id: 'b' },
    ]);
  });

  it('full tries everything again that failed', () => {
    const operations = planPop3([listed('a')], knownAs(failedThrice), { ...usual, full: true });
    expect(operations.map(({ kind }) => kind)).toEqual(['fetch']);
  });
});

describe('deletions', () => {
  const storedAt = (age: number): KnownMessage => knownMessage('a', { storedAt: now - age });
  it.each([
    ['left on the server', true, storedAt(90 * day), false],
    ['not left: at once', false, storedAt(0), true],
    ['after 14 days: not before', { afterMs: 14 * day }, storedAt(14 * day - 1), false],
    ['after 14 days: from then on', { afterMs: 14 * day }, storedAt(14 * day), true],
    ['stored in the future, as the clock was wrong', { afterMs: day }, storedAt(-day), false],
    ['failed', false, failedThrice, false],
    ['absent', false, absent, false],
    ['stored at an unknown time', false, knownMessage('a', { storedAt: null }), false],
    ['never seen', false, undefined, false],
  ] as const)('%s', (_, leave: LeaveOnServer, known, isDeleted) => {
    const all = knownAs(...(known === undefined ? [] : [known]));
    const expected = isDeleted ? [{ kind: 'delete', message: listed('a') }] : [];
    expect(planDeletions([listed('a')], all, leave, now)).toEqual(expected);
  });

  it('never of a message whose id another one shares', () => {
    const twins = [listed('a#1', { sharedUidl: 'a' }), listed('a#2', { sharedUidl: 'a' })];
    const known = knownAs(knownMessage('a#1'), knownMessage('a#2'));
    expect(planDeletions(twins, known, false, now)).toEqual([]);
  });

  it('never of what is known and not listed', () => {
    expect(planDeletions([], knownAs(stored), false, now)).toEqual([]);
  });
});
