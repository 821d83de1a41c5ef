/** What every lock must do, whatever stands behind it. */

import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import type { HeldLock, Lock } from '../../src/ports/lock.ts';

export interface LockOfTest extends Lock {
  /** Takes the lock's meaning from its holder, as one who removes its file does; resolves at once. */
  lose(name: string): void;
}

/** `make` gives locks that nobody holds. */
export function describeLock(name: string, make: () => LockOfTest): void {
  describe(name, () => {
    let lock: LockOfTest;
    beforeEach(() => {
      lock = make();
    });

    test('a lock is had once, and again when it is released', async () => {
      const held = await lock.acquire('account-x');
      await expect(lock.acquire('account-x')).rejects.toMatchObject({
        code: 'locked',
        exitStatus: 75,
      });
      await (await lock.acquire('account-y')).release();
      await held.release();
      await held.release();
      await (await lock.acquire('account-x')).release();
    });

    test('one process is told that it is at it itself', async () => {
      const held = await lock.acquire('account-x');
      const refused = { message: expect.stringMatching(/^this posthorn itself /) as string };
      await expect(lock.acquire('account-x')).rejects.toMatchObject(refused);
      await expect(lock.acquire('account-x', { waitMs: 20 })).rejects.toMatchObject(refused);
      await held.release();
    });

    test('a second release does not take the lock from its next holder', async () => {
      const first = await lock.acquire('daemon');
      await first.release();
      const second = await lock.acquire('daemon');
      await first.release();
      await expect(lock.acquire('daemon')).rejects.toMatchObject({ code: 'locked' });
      await second.release();
    });

    test('those who wait get it in the order of their asking', async () => {
      const held = await lock.acquire('account-x');
      const order: number[] = [];
      const waiting = Array.from({ length: 500 }, async (_, index) => {
        const mine = await lock.acquire('account-x', { waitMs: 60_000 });
        order.push(index);
        await mine.release();
      });
      await held.release();
      await Promise.all(waiting);
      expect(order).toEqual(Array.from({ length: 500 }, (_, index) => index));
    });

    test('nobody overtakes those who wait', async () => {
      const held = await lock.acquire('account-x');
      const waiting = lock.acquire('account-x', { waitMs: 60_000 });
      const released = held.release();
      await expect(lock.acquire('account-x')).rejects.toMatchObject({ code: 'locked' });
      await released;
      await (await waiting).release();
    });

    test('who gives up does not hold up those behind', async () => {
      const held = await lock.acquire('account-x');
      const stop = new AbortController();
      const first = lock.acquire('account-x', { waitMs: 60_000, signal: stop.signal });
      const second = lock.acquire('account-x', { waitMs: 30 });
      const third = lock.acquire('account-x', { waitMs: 60_000 });
      const reason = new Error('stopped');
      stop.abort(reason);
      await expect(first).rejects.toBe(reason);
      await expect(second).rejects.toMatchObject({ code: 'locked' });
      await held.release();
      await (await third).release();
      const again = lock.acquire('account-x', { signal: stop.signal });
      await expect(again).rejects.toBe(reason);
    });

    test('a wait without end is none that ends at once', async () => {
      const held = await lock.acquire('account-x');
      const waiting = lock.acquire('account-x', { waitMs: Infinity });
      let isHad = false;
      const had = waiting.then((mine) => {
        isHad = true;
        return mine;
      });
      await expect(lock.acquire('account-x', { waitMs: 30 })).rejects.toMatchObject({
        code: 'locked',
      });
      expect(isHad).toBe(false);
      await held.release();
      await (await had).release();
    });

    test('each holder has a greater fence than those before, and than the one that he knows of', async () => {
      const fences: number[] = [];
      for (const fenceAbove of [undefined, 0, 41, 3, undefined]) {
        const options = fenceAbove === undefined ? {} : { fenceAbove };
        const held = await lock.acquire('account-x', options);
        fences.push(held.fence);
        await held.release();
      }
      expect(fences).toEqual(fences.toSorted((a, b) => a - b));
      expect(new Set(fences).size).toBe(5);
      expect(fences[2]).toBeGreaterThan(41);
    });

    test('who lost it learns it by the signal; who released it before does not', async () => {
      const kept = await lock.acquire('account-y');
      const held = await lock.acquire('account-x');
      expect(held.lost.aborted).toBe(false);
      const lost = new Promise((resolve) => {
        held.lost.addEventListener('abort', resolve);
      });
      lock.lose('account-x');
      await lost;
      expect(held.lost.reason).toMatchObject({ code: 'locked' });
      expect(kept.lost.aborted).toBe(false);
      await held.release();
      await kept.release();
      await (await lock.acquire('account-x')).release();
    });

    test('however many come and go, one holds it at a time', async () => {
      const comers = fc.array(
        fc.record({ waitMs: fc.constantFrom(0, 5, 60_000), turns: fc.nat(3) }),
        {
          minLength: 2,
          maxLength: 12,
        },
      );
      await fc.assert(
        fc.asyncProperty(comers, async (all) => {
          let holding = 0;
          const fences: number[] = [];
          const come = async ({
            waitMs,
            turns,
          }: {
            waitMs: number;
            turns: number;
          }): Promise<void> => {
            const held = await lock
              .acquire('account-x', { waitMs })
              .catch((): HeldLock | null => null);
            if (held === null) return;
            holding += 1;
            expect(holding).toBe(1);
            fences.push(held.fence);
            for (let turn = 0; turn < turns; turn += 1) await new Promise(setImmediate);
            holding -= 1;
            await held.release();
          };
          await Promise.all(all.map(come));
          expect(fences).toEqual(fences.toSorted((a, b) => a - b));
          expect(fences.length).toBeGreaterThan(0);
        }),
        { numRuns: 30 },
      );
    });
  });
}
