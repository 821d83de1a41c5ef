/** What counts as another way to a server, and what does not. */
import { describe, expect, it } from 'vitest';
import type { Account } from '../../../src/core/account/account.ts';
import {
  isOtherEndpoint,
  incomingFingerprint,
  outgoingFingerprint,
} from '../../../src/core/account/endpoint-fingerprint.ts';
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
    expect(isOtherEndpoint(incomingFingerprint(account), incomingFingerprint(changed))).toBe(true);
    expect(outgoingFingerprint(changed)).toBe(outgoingFingerprint(account));
  });

  it('is the same whatever else changes, in whatever order the keys stand', () => {
    const { host, ...rest } = incoming;
    const polled: Account = {
      ...account,
      label: 'Other',
      incoming: { ...rest, host, intervalMs: 1, idle: true },
    };
    expect(incomingFingerprint(polled)).toBe(incomingFingerprint(account));
  });

  it('holds no word of what it was made from', () => {
    expect(incomingFingerprint(account)).toMatch(/^[0-9a-f]{16}$/);
    expect(incomingFingerprint({ ...account, incoming: undefined })).toMatch(/^[0-9a-f]{16}$/);
  });
});

it('the way to the outgoing server is another one with other credentials', () => {
  const none: Account = { ...account, outgoing: { ...outgoing, credentials: 'none' } };
  expect(isOtherEndpoint(outgoingFingerprint(account), outgoingFingerprint(none))).toBe(true);
});

it('what was counted before ways were remembered counts on', () => {
  expect(isOtherEndpoint(undefined, incomingFingerprint(account))).toBe(false);
});
