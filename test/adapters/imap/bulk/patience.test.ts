/** How long a server is waited for, by a clock of the test's own. */

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Patience } from '../../../../src/adapters/imap/bulk/patience.ts';
import type { TemporaryError } from '../../../../src/errors.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const options = { stallMs: 10_000, floorMs: 60_000, floorOctets: 1_000 };

function watch() {
  const progress = { read: 0, useful: 0, resting: false };
  const ended: TemporaryError[] = [];
  const patience = new Patience(
    options,
    () => progress,
    (why) => void ended.push(why),
  );
  /** Seconds go by, and each second so much comes. */
  const pass = (seconds: number, read = 0, useful = 0): void => {
    for (let second = 0; second < seconds; second += 1) {
      progress.read += read;
      progress.useful += useful;
      vi.advanceTimersByTime(1_000);
    }
  };
  return { progress, ended, patience, pass };
}

test('silence ends it once', () => {
  const { ended, pass } = watch();
  pass(9);
  expect(ended).toEqual([]);
  pass(120);
  expect(ended).toMatchObject([
    {
      message: 'the server did not answer for 10 s',
      code: 'timeout',
      reach: 'account',
      retry: 'later',
    },
  ]);
});

test('whatever comes ends the silence', () => {
  const { ended, pass } = watch();
  pass(9);
  pass(1, 1);
  pass(8);
  expect(ended).toEqual([]);
  pass(3);
  expect(ended).toHaveLength(1);
});

test('drips end it, however many octets of no use they are', () => {
  const { ended, pass } = watch();
  pass(120, 100, 17);
  expect(ended).toEqual([]);
  pass(60, 100_000, 16);
  expect(ended).toMatchObject([{ message: 'the server gave hardly anything for 60 s' }]);
});

test('whoever takes nothing is no fault of the server', () => {
  const { ended, progress, pass } = watch();
  progress.resting = true;
  pass(600);
  progress.resting = false;
  pass(9);
  expect(ended).toEqual([]);
});

test('once stopped it says nothing', () => {
  const { ended, patience, pass } = watch();
  patience.stop();
  pass(120);
  expect(ended).toEqual([]);
});
