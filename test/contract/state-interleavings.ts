/** Calls that overlap in any way: a reader sees each batch whole or not at all, and writers do not hide each other. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { StateStore } from '../../src/ports/state-store.ts';
import { agreeing, forgetting, learning, setUp } from './state-samples.ts';

/** Each step is two messages, two ids of mail, or a look. */
type Step = 'agree' | 'forget' | 'learn' | 'look';

const steps = fc.array(
  fc.record({
    step: fc.constantFrom<Step>('agree', 'forget', 'learn', 'look'),
    number: fc.integer({ min: 0, max: 5 }),
    durable: fc.boolean(),
    awaited: fc.boolean(),
  }),
  { minLength: 2, maxLength: 25 },
);

export function interleavingTests(make: () => StateStore): void {
  describe('interleavings', () => {
    test('a reader sees a batch whole or not at all, and the end is that of one after the other', async () => {
      await fc.assert(
        fc.asyncProperty(steps, async (history) => {
          const store = make();
          await store.commit(setUp('a', 'INBOX'), 'durable');
          const pairs = new Set<number>();
          const mail = new Set<number>();
          const running: Promise<unknown>[] = [];
          for (const { step, number, durable, awaited } of history) {
            const call = carryOut(store, step, number, durable ? 'durable' : 'relaxed');
            if (step === 'agree') pairs.add(number);
            if (step === 'forget') pairs.delete(number);
            if (step === 'learn') mail.add(number);
            running.push(call);
            if (awaited) await call;
          }
          await Promise.all(running);
          expect(await look(store)).toEqual({ pairs: pairs.size, mail: mail.size });
          await store.close();
        }),
        { numRuns: 15, interruptAfterTimeLimit: 10_000 },
      );
    });
  });
}

async function carryOut(
  store: StateStore,
  step: Step,
  number: number,
  durability: 'durable' | 'relaxed',
): Promise<unknown> {
  const uids = [number * 2 + 1, number * 2 + 2];
  if (step === 'look') return look(store);
  if (step === 'agree') return store.commit([agreeing('a', 'INBOX', uids)], durability);
  if (step === 'forget') return store.commit([forgetting('a', 'INBOX', uids)], durability);
  return store.commit(
    [
      learning(
        'a',
        uids.map((uid) => `id-${String(uid)}`),
      ),
    ],
    durability,
  );
}

async function look(store: StateStore): Promise<{ pairs: number; mail: number }> {
  const [agreed, uids, mail] = await Promise.all([
    store.agreed('a', 'INBOX'),
    store.agreedUids('a', 'INBOX', 1),
    store.knownMail('a'),
  ]);
  const counts = [agreed.uid.length, uids.size, mail.id.length];
  expect(counts.map((count) => count % 2)).toEqual([0, 0, 0]);
  return { pairs: agreed.uid.length / 2, mail: mail.id.length / 2 };
}
