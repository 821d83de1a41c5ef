import { expect, it } from 'vitest';
import { saysAccountLimit, saysNotNow, suggestedPauseMs } from '../../src/wire/not-now.ts';

it.each([
  'Exceeded the login limit for a 15 minute period. Reduce the frequency of requests to the POP3 server.',
  'Too many simultaneous connections. (Failure)',
  'Maximum number of connections from user+IP exceeded (mail_max_userip_connections=10)',
  'Server Unavailable. 15',
  'Login rate exceeded, slow down',
  'System temporarily unavailable. Please try again later.',
  '[IN-USE] Do you have another POP session running?',
  'Mailbox is locked by another POP3 session',
  'Login rate exceeded, slow down',
  'POP3 access too frequent, wait 5 minutes',
  'maildrop already locked',
  'Account exceeded command or bandwidth limits. (Failure)',
  'Request is throttled. Suggested Backoff Time: 298931 Milliseconds',
  'Internal error occurred. Refer to server log for more information.',
])('%s: not now', (text) => {
  expect(saysNotNow(text)).toBe(true);
});

it.each([
  'Invalid credentials (Failure)',
  'Authentication failed.',
  'Application-specific password required',
  'Username and Password not accepted.',
  'Login failed: authentication failure',
  'Your account has been locked by the administrator',
  'Please log in via your web browser',
])('%s: not a matter of time', (text) => {
  expect(saysNotNow(text)).toBe(false);
});

it.each([
  ['Request is throttled. Suggested Backoff Time: 298931 Milliseconds', 298_931],
  ['Suggested backoff time 30 seconds', 30_000],
  ['Suggested Backoff Time: 999999999 seconds', 86_400_000],
  ['Request is throttled.', null],
])('%s: a pause of %s ms', (text, expected) => {
  expect(suggestedPauseMs(text)).toBe(expected);
});

it.each([
  ['Too many simultaneous connections. (Failure)', true],
  ['Account exceeded command or bandwidth limits. (Failure)', true],
  ['Request is throttled.', true],
  ['Rate limit reached', true],
  ['Quota exceeded (mailbox for user is full)', false],
  ['Too many keywords', false],
  ['Mailbox is locked by another session', false],
])('%s: all that is asked for is refused now: %s', (text, expected) => {
  expect(saysAccountLimit(text)).toBe(expected);
});
