/** How long a watched connection may be quiet, learnt from losses. */

import { expect, test } from 'vitest';
import { QuietTimes } from '../../../../src/adapters/imap/watching/quiet-times.ts';

const second = 1_000;
const minute = 60_000;
const usual = 28 * minute;

test.each([
  ['nothing lost', [], usual],
  ['lost once', [600 * second], usual],
  ['twice after about the same time', [600 * second, 603 * second], 480 * second],
  ['the later one sooner', [603 * second, 600 * second], 480 * second],
  ['at different times', [600 * second, 200 * second, 900 * second], usual],
  ['at once, as a server does that is going down', [second, second, second], usual],
  ['after a minute: not more often than that', [62 * second, 62 * second], minute],
  ['later than we would have spoken', [40 * minute, 40 * minute], usual],
  ['and again, sooner', [600, 600, 300, 300].map((each) => each * second), 240 * second],
  ['one stray loss between', [600, 100, 600, 600].map((each) => each * second), 480 * second],
])('%s', (_title, losses, quietMs) => {
  const times = new QuietTimes();
  for (const afterMs of losses) times.lost('mail.example.org:993', afterMs);
  expect(times.quietMs('mail.example.org:993')).toBe(quietMs);
  expect(times.quietMs('other.example.org:993')).toBe(usual);
});
