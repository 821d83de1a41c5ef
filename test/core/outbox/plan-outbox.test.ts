import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OutboxEntry, OutboxState } from '../../../src/core/outbox/entry.ts';
import {
  afterAttempt,
  afterFailedFiling,
  afterFiling,
  beforeAttempt,
  giveUpAfterMs,
  isDue,
  openRecipients,
  type AttemptResult,
} from '../../../src/core/outbox/plan-outbox.ts';

const hour = 3_600_000;
const moment = { now: 1000, chance: 0.5 };

function entry(over: Partial<OutboxEntry> = {}): OutboxEntry {
  return {
    id: 'a1',
    accountId: 'abc123',
    from: 'mara@brunnen.example',
    recipients: ['a', 'b'].map((name) => ({
      address: `${name}@x.example`,
      status: 'open' as const,
      reply: null,
    })),
    messageId: '<1@brunnen.example>',
    subject: 'Hello',
    size: 10,
    state: 'queued',
    createdAt: 0,
    attempts: 0,
    nextAttempt: 0,
    lastError: null,
    saveSent: true,
    filing: null,
    ...over,
  };
}

const accepted = (name: string) => ({ address: `${name}@x.example`, kind: 'accepted' as const });
const refused = (name: string) => ({
  address: `${name}@x.example`,
  kind: 'refused' as const,
  reply: '550 no',
});
const deferred = (name: string) => ({
  address: `${name}@x.example`,
  kind: 'deferred' as const,
  reply: '451 later',
});

describe('whether an entry is due', () => {
  it.each<[OutboxState, boolean]>([
    ['queued', true],
    ['sending', true],
    ['uncertain', true],
    ['sent', true],
    ['failed', false],
    ['held', false],
  ])('%s', (state, due) => {
    expect(isDue(entry({ state, nextAttempt: 5 }), 5)).toBe(due);
    expect(isDue(entry({ state, nextAttempt: 5 }), 4)).toBe(false);
  });
});

describe('after an attempt', () => {
  it.each<[string, AttemptResult, OutboxState, string[], string | null]>([
    ['all accepted', answered(accepted('a'), accepted('b')), 'sent', [], null],
    [
      'one deferred',
      answered(accepted('a'), deferred('b')),
      'queued',
      ['b@x.example'],
      '451 later',
    ],
    ['one refused', answered(accepted('a'), refused('b')), 'sent', [], 'b@x.example: 550 no'],
    ['all refused', answered(refused('a'), refused('b')), 'failed', [], 'a@x.example: 550 no'],
    [
      'refused and deferred',
      answered(refused('a'), deferred('b')),
      'queued',
      ['b@x.example'],
      '451 later',
    ],
    ['one unanswered', answered(accepted('a')), 'queued', ['b@x.example'], 'not answered'],
    [
      'the sender refused',
      { kind: 'refused', reason: '550 you' },
      'failed',
      [],
      'a@x.example: 550 you',
    ],
    [
      'no connection',
      { kind: 'deferred', reason: 'down' },
      'queued',
      ['a@x.example', 'b@x.example'],
      'down',
    ],
    [
      'cut after the dot',
      { kind: 'uncertain', reason: 'cut' },
      'uncertain',
      ['a@x.example', 'b@x.example'],
      'cut',
    ],
  ])('%s', (_name, result, state, open, lastError) => {
    const after = afterAttempt(beforeAttempt(entry(), moment), result, moment);
    expect(after).toMatchObject({
      state,
      lastError,
      attempts: 1,
      messageId: '<1@brunnen.example>',
    });
    expect(openRecipients(after)).toEqual(open);
  });

  it('waits a minute, then twice as long each time, up to four hours, spread by a fifth', () => {
    const waits = [1, 2, 3, 9, 30].map((attempts) => {
      const after = afterAttempt(entry({ attempts }), { kind: 'deferred', reason: 'x' }, moment);
      return after.nextAttempt - moment.now;
    });
    expect(waits).toEqual([60_000, 120_000, 240_000, 4 * hour, 4 * hour]);
    const early = afterAttempt(
      entry({ attempts: 1 }),
      { kind: 'deferred', reason: 'x' },
      { now: 0, chance: 0 },
    );
    expect(early.nextAttempt).toBe(48_000);
  });

  it.each(['deferred', 'uncertain'] as const)('gives up after five days (%s)', (kind) => {
    const late = { now: giveUpAfterMs, chance: 0 };
    const tried = entry({ nextAttempt: giveUpAfterMs });
    const after = afterAttempt(tried, { kind, reason: 'down' }, late);
    expect(after).toMatchObject({ state: 'failed' });
    expect(after.recipients[0]?.reply).toBe('given up after 5 days: down');
  });

  it('counts a day at most of the time in which nobody tried', () => {
    const later = { kind: 'deferred', reason: 'greylisted' } as const;
    const weeks = { now: 21 * 24 * hour, chance: 0.5 };
    const first = afterAttempt(entry(), later, weeks);
    expect(first).toMatchObject({ state: 'queued', triedSince: 20 * 24 * hour });
    const due = { ...first, nextAttempt: 24 * 24 * hour };
    expect(afterAttempt(due, later, { ...weeks, now: 24 * 24 * hour }).state).toBe('queued');
    const atLast = { ...first, nextAttempt: 25 * 24 * hour };
    expect(afterAttempt(atLast, later, { ...weeks, now: 25 * 24 * hour }).state).toBe('failed');
    expect(afterAttempt(entry({ nextAttempt: 5 }), later, moment)).not.toHaveProperty('triedSince');
  });

  it('gives up on the last of several: those who have it have it', () => {
    const tried = entry({ nextAttempt: giveUpAfterMs });
    const after = afterAttempt(tried, answered(accepted('a'), deferred('b')), {
      now: giveUpAfterMs,
      chance: 0,
    });
    expect(after.state).toBe('sent');
    expect(after.recipients.map(({ status }) => status)).toEqual(['accepted', 'refused']);
  });
});

describe('after filing', () => {
  it('nothing is left of a message that everybody got', () => {
    const sent = afterAttempt(entry(), answered(accepted('a'), accepted('b')), moment);
    expect(afterFiling(sent)).toBeNull();
  });

  it('a refusal is kept for a person', () => {
    const sent = afterAttempt(entry(), answered(accepted('a'), refused('b')), moment);
    expect(afterFiling(sent)).toMatchObject({ state: 'failed', lastError: 'b@x.example: 550 no' });
  });

  it('that failed, the copy alone is tried again', () => {
    const sent = entry({ state: 'sent', attempts: 1 });
    expect(afterFailedFiling(sent, 'down', moment)).toMatchObject({
      state: 'sent',
      nextAttempt: 1000 + 120_000,
      lastError: 'sent, but not yet filed: down',
    });
  });
});

describe('whatever servers say', () => {
  const addresses = ['a@x.example', 'b@x.example', 'c@x.example'];
  const verdict = fc.record({
    address: fc.constantFrom(...addresses, 'stranger@x.example'),
    kind: fc.constantFrom('accepted' as const, 'deferred' as const, 'refused' as const),
    reply: fc.constant('reply'),
  });
  const result: fc.Arbitrary<AttemptResult> = fc.oneof(
    fc.record({ kind: fc.constant('answered' as const), verdicts: fc.array(verdict) }),
    fc.record({
      kind: fc.constantFrom('deferred' as const, 'refused' as const, 'uncertain' as const),
      reason: fc.constant('reason'),
    }),
  );

  it('nobody is lost, and nobody who has it gets it again', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(result, fc.nat(10 * hour)), { maxLength: 60 }), (history) => {
        let now = 0;
        let current = entry({
          recipients: addresses.map((address) => ({ address, status: 'open', reply: null })),
        });
        for (const [outcome, pause] of history) {
          now += pause;
          if (current.state === 'sent' || current.state === 'failed') break;
          const before = current;
          current = afterAttempt(beforeAttempt(before, { now, chance: 0.5 }), outcome, {
            now,
            chance: 0.5,
          });
          expect(current.recipients.map(({ address }) => address)).toEqual(addresses);
          for (const [at, { status }] of before.recipients.entries())
            if (status !== 'open') expect(current.recipients[at]?.status).toBe(status);
          const open = openRecipients(current);
          if (open.length > 0) {
            expect(['queued', 'uncertain']).toContain(current.state);
            expect(isDue(current, current.nextAttempt)).toBe(true);
            expect(current.nextAttempt).toBeGreaterThan(now);
            expect(current.nextAttempt).toBeLessThan(now + 5 * hour);
          } else expect(['sent', 'failed']).toContain(current.state);
          if (current.state === 'sent')
            expect(current.recipients.some(({ status }) => status === 'accepted')).toBe(true);
        }
      }),
    );
  });
});

function answered(
  ...verdicts: Extract<AttemptResult, { kind: 'answered' }>['verdicts']
): AttemptResult {
  return { kind: 'answered', verdicts };
}
