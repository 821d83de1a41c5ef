/** What counts as another way to a server, and what does not. */
import { describe, expect, it } from 'vitest';
import type { Account } from '../../../src/core/account/account.ts';
import { isAnotherWay, wayIn, wayOut } from '../../../src/core/account/endpoint-fingerprint.ts';
import { account } from '../../fakes/sending-world.ts';

const { incoming, outgoing } = account;
if (incoming === undefined || outgoing === undefined) throw new Error('no servers');

const otherIncoming: [string, Partial<typeof incoming>][] = [
  ['host', { host: 'y.example' }],
  ['port', { port: 2 }],
  ['security', { security: 'starttls' }],
  ['mechanism', { auth: 'plain' }],
  ['pinned certificate', { tls: { fingerprint: 'ab' } }],
  ['user', { username: 'other' }],
  ['source of the password', { password: { kind: 'env', variable: 'X' } }],
  ['command', { password: { kind: 'command', command: ['pass', 'b'] } }],
];

describe('the way to the incoming server', () => {
  it.each(otherIncoming)('is another one with another %s', (_what, change) => {
    const changed: Account = { ...account, incoming: { ...incoming, ...change } };
    expect(isAnotherWay(wayIn(account), wayIn(changed))).toBe(true);
    expect(wayOut(changed)).toBe(wayOut(account));
  });

  it('is the same whatever else changes, in whatever order the keys stand', () => {
    const { host, ...rest } = incoming;
    const polled: Account = {
      ...account,
      label: 'Other',
      incoming: { ...rest, host, intervalMs: 1, idle: true },
    };
    expect(wayIn(polled)).toBe(wayIn(account));
  });

  it('holds no word of what it was made from', () => {
    expect(wayIn(account)).toMatch(/^[0-9a-f]{16}$/);
    expect(wayIn({ ...account, incoming: undefined })).toMatch(/^[0-9a-f]{16}$/);
  });
});

it('the way to the outgoing server is another one with other credentials', () => {
  const none: Account = { ...account, outgoing: { ...outgoing, credentials: 'none' } };
  expect(isAnotherWay(wayOut(account), wayOut(none))).toBe(true);
});

it('what was counted before ways were remembered counts on', () => {
  expect(isAnotherWay(undefined, wayIn(account))).toBe(false);
});
