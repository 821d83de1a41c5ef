/** When an account is suspended, and how it is taken back. */

import { describe, expect, it } from 'vitest';
import {
  afterEnabling,
  afterFailure,
  afterSuccess,
  type PollFailure,
  type PollHistory,
} from '../../../src/core/account/suspension.ts';

const minute = 60_000;
const start = 1_700_000_000_000;
const fresh: PollHistory = {
  lastAttempt: null,
  lastSuccess: null,
  failures: 0,
  loginFailures: 0,
  failingSince: null,
  lastError: null,
  suspended: null,
};
const limits = { maxFailures: 10, suspendAfterMs: 24 * 60 * minute, maxLoginFailures: 3 };
const down = { code: 'temporary', message: 'the server is down' };
const refused = {
  code: 'credentials',
  message: 'the password is wrong',
  layer: 'login',
} as const;
const missing = { code: 'credentials', message: 'the variable is not set' };

/** So many failures, one every `everyMs`. */
function failing(
  times: number,
  everyMs: number,
  failure: PollFailure = down,
  given: Partial<typeof limits> = {},
): PollHistory {
  let history = fresh;
  for (let at = 0; at < times; at += 1)
    history = afterFailure(history, failure, { ...limits, ...given }, start + at * everyMs);
  return history;
}

describe('failed polls in a row', () => {
  it.each([
    ['nine in a day and more', 9, 200 * minute, {}, false],
    ['ten within a day', 10, minute, {}, false],
    ['ten over a day', 10, 160 * minute, {}, true],
    ['many, for exactly a day', 25, 60 * minute, {}, true],
    ['many, for a minute less than a day', 24, 60 * minute, {}, false],
    ['ten, at once', 10, 0, { suspendAfterMs: 0 }, true],
    ['any number, where there is no limit', 500, 60 * minute, { maxFailures: 0 }, false],
  ] as const)('%s', (_, times, everyMs, given, isSuspended) => {
    const { suspended, failures } = failing(times, everyMs, down, given);
    expect(suspended !== null).toBe(isSuspended);
    expect(failures).toBe(times);
  });

  it('suspend since the last of them, and say why', () => {
    expect(failing(10, 160 * minute).suspended).toEqual({
      since: start + 9 * 160 * minute,
      why: '10 polls failed in a row: the server is down',
    });
  });

  it('remember when the failing began and what came last', () => {
    expect(failing(3, minute)).toMatchObject({
      failures: 3,
      failingSince: start,
      lastAttempt: start + 2 * minute,
      lastError: { ...down, at: start + 2 * minute },
    });
  });

  it('keep the first reason once suspended', () => {
    const suspended = failing(10, 160 * minute);
    const later = afterFailure(suspended, refused, limits, start + 100 * 60 * minute);
    expect(later.suspended).toEqual(suspended.suspended);
  });
});

describe('refused logins in a row', () => {
  it.each([
    [2, {}, false],
    [3, {}, true],
    [9, { maxLoginFailures: 0 }, false],
  ] as const)('%i with %o: suspended %s', (times, given, isSuspended) => {
    expect(failing(times, 0, refused, given).suspended !== null).toBe(isSuspended);
  });

  it('say so', () => {
    expect(failing(3, 0, refused).suspended?.why).toBe(
      'the server refused the login 3 times in a row: the password is wrong',
    );
  });

  it('are not counted where the password is not to be had here', () => {
    expect(failing(5, 0, missing)).toMatchObject({ loginFailures: 0, suspended: null });
  });

  it('begin anew after another kind of failure', () => {
    const mixed = afterFailure(failing(2, 0, refused), down, limits, start);
    expect(mixed.loginFailures).toBe(0);
    expect(afterFailure(mixed, refused, limits, start)).toMatchObject({
      loginFailures: 1,
      failures: 4,
      suspended: null,
    });
  });
});

describe('taken back', () => {
  it('by a success, which is remembered', () => {
    expect(afterSuccess(failing(10, 160 * minute), start + 1)).toEqual({
      ...fresh,
      lastAttempt: start + 1,
      lastSuccess: start + 1,
    });
  });

  it('by hand: it starts afresh, its times stay', () => {
    const enabled = afterEnabling(failing(10, 160 * minute));
    expect(enabled).toEqual({ ...fresh, lastAttempt: start + 9 * 160 * minute });
  });

  it('what else stands in the history is kept', () => {
    expect(afterSuccess({ ...fresh, name: 'work' }, start).name).toBe('work');
  });
});
