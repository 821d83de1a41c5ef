/** What a sync of an IMAP folder fetches. */

import { describe, expect, it } from 'vitest';
import type { KnownMessage, RemoteMessage } from '../../../src/core/sync/message.ts';
import { isTriedAgain, planImapPage, planRetries } from '../../../src/core/sync/plan-imap.ts';
import { knownMessage } from '../../contract/state-samples.ts';

const usual = { maxAttempts: 3, full: false };
const full = { maxAttempts: 3, full: true };

function listed(id: string): RemoteMessage {
  return { id, size: 10, internalDate: 1_700_000_000_000, flags: [] };
}

function failed(id: string, attempts: number): KnownMessage {
  return knownMessage(id, { status: 'quarantined', name: null, storedAt: null, attempts });
}

function knownAs(...messages: readonly KnownMessage[]): Map<string, KnownMessage> {
  return new Map(messages.map((message) => [message.id, message]));
}

describe('a page of the listing', () => {
  it.each([
    ['an empty page', [], knownAs(), []],
    ['all of it on a first sync', ['1', '2'], knownAs(), ['1', '2']],
    ['nothing that is durable already', ['1', '2', '3'], knownAs(knownMessage('2')), ['1', '3']],
    ['nothing that failed: retries are planned apart', ['4'], knownAs(failed('4', 1)), []],
    ['the order of the listing', ['9', '10', '11'], knownAs(), ['9', '10', '11']],
    ['no notice of what is known and not listed', ['7'], knownAs(knownMessage('5')), ['7']],
  ] as const)('%s', (_, page, known, fetched) => {
    const operations = planImapPage(page.map(listed), known);
    expect(operations.map(({ message }) => message.id)).toEqual(fetched);
    expect(operations.every(({ kind, known: before }) => kind === 'fetch' && before === null)).toBe(
      true,
    );
  });
});

describe('retries', () => {
  it.each([
    [failed('1', 1), usual, true],
    [failed('1', 2), usual, true],
    [failed('1', 3), usual, false],
    [failed('1', 4), usual, false],
    [failed('1', 3), full, true],
    [failed('1', 99), full, true],
    [knownMessage('1'), full, false],
    [knownMessage('1', { status: 'absent' }), full, false],
  ])('of %o with %o: %s', (known, policy, expected) => {
    expect(isTriedAgain(known, policy)).toBe(expected);
  });

  it('ask for the message as it was listed, and carry what is known of it', () => {
    const known = failed('42', 1);
    const { wireSize: size, internalDate, flags } = known;
    expect(planRetries([known, failed('43', 3)], usual)).toEqual([
      { kind: 'fetch', message: { id: '42', size, internalDate, flags }, known },
    ]);
  });
});
