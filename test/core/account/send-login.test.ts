/** Refused logins for sending: counted apart from polls, and suspended as soon. */
import { describe, expect, it } from 'vitest';
import {
  afterSendLogin,
  goodSending,
  type SendingHistory,
} from '../../../src/core/account/suspension.ts';

const limits = { maxLoginFailures: 3 };
const refused = { code: 'credentials', message: 'no', layer: 'login' } as const;
const after = (history: SendingHistory, ...failures: Parameters<typeof afterSendLogin>[1][]) =>
  failures.reduce<SendingHistory>(
    (each, failure) => afterSendLogin(each, failure, limits, 7),
    history,
  );

describe('logins for sending', () => {
  it('are suspended at the third refusal in a row', () => {
    expect(after(goodSending, refused, refused)).toEqual({ loginFailures: 2, suspended: null });
    const third = after(goodSending, refused, refused, refused);
    expect(third.loginFailures).toBe(3);
    expect(third.suspended).toMatchObject({
      since: 7,
      why: expect.stringMatching(/sending 3 times.*no/) as string,
    });
  });

  it('start afresh after a good one', () => {
    expect(after(goodSending, refused, refused, null, refused).loginFailures).toBe(1);
  });

  it.each([
    ['a network that fails', { code: 'network', message: 'x', layer: 'connect' } as const],
    ['a secret that cannot be read', { code: 'credentials', message: 'x' } as const],
  ])('%s counts for nothing', (_, failure) => {
    const two = after(goodSending, refused, refused);
    expect(after(two, failure)).toEqual(two);
  });

  it('are never suspended where maxLoginFailures is 0', () => {
    const many = Array.from({ length: 9 }).reduce<SendingHistory>(
      (each) => afterSendLogin(each, refused, { maxLoginFailures: 0 }, 7),
      goodSending,
    );
    expect(many).toEqual({ loginFailures: 9, suspended: null });
  });
});
