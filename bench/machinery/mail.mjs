/** Mail from a seed: the same octets in every run, in sizes as a mailbox has them. */

/** Whole numbers below `end`, always the same ones for a seed (xorshift32). */
function dice(seed) {
  let state = (seed * 2_654_435_761 + 1) >>> 0 || 1;
  return (end) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % end;
  };
}

/** Lines of 72 letters and CRLF; messages are slices of it. */
const text = (() => {
  const roll = dice(7);
  const letters = 'abcdefghijklmnopqrstuvwxyz    ';
  const line = () => Array.from({ length: 72 }, () => letters[roll(letters.length)]).join('');
  return Buffer.from(`${Array.from({ length: 4000 }, line).join('\r\n')}\r\n`, 'latin1');
})();

const lineLength = 74;

/** Many small ones, few large ones: 12.3 KB on average. */
function usual(roll) {
  const share = roll(100);
  if (share < 55) return 2000 + roll(4000);
  if (share < 87) return 6000 + roll(14_000);
  if (share < 98) return 20_000 + roll(30_000);
  return 50_000 + roll(110_000);
}

export const sizes = {
  usual,
  small: (roll) => 600 + roll(800),
  letter: () => 6000,
};

function head(serial, seed) {
  return [
    `Received: from a.example.net by b.example.org; Mon, 1 Jun 2026 12:00:00 +0000`,
    `Message-ID: <${seed}.${serial}@example.net>`,
    `From: Anna Berg <anna@example.net>`,
    `To: Tom Becker <tom@example.org>`,
    `Subject: Number ${serial} of ${seed}`,
    `Date: Mon, 1 Jun 2026 12:00:00 +0000`,
    `MIME-Version: 1.0`,
    `Content-Type: text/plain; charset=us-ascii`,
    '',
    '',
  ].join('\r\n');
}

/** One message after the other, with CRLF. */
export function* messages(count, seed, size = sizes.usual) {
  const roll = dice(seed);
  for (let serial = 1; serial <= count; serial += 1) {
    const begin = Buffer.from(head(serial, seed), 'latin1');
    const lines = Math.max(1, Math.round((size(roll) - begin.length) / lineLength));
    const from = roll(4000 - Math.min(lines, 3000)) * lineLength;
    yield Buffer.concat([begin, text.subarray(from, from + lines * lineLength)]);
  }
}
