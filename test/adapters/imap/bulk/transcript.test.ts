/** The reader's answers to what servers say, in whatever pieces it arrives. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hear, hearText, octetByOctet, places, splitAt, told } from './transcript.ts';
import { brokenTranscripts } from './broken-transcripts.ts';
import { streamTranscripts } from './stream-transcripts.ts';
import { honestTranscripts } from './honest-transcripts.ts';

const transcripts = [...honestTranscripts, ...brokenTranscripts, ...streamTranscripts];

describe.each(transcripts)('$name', ({ said, asked = {}, expected }) => {
  /** As text: it is compared some hundred times. */
  const outcome = async (pieces: readonly Buffer[]): Promise<string> =>
    JSON.stringify(told(await hear(pieces, asked)));

  test('whole', async () => {
    expect(told(await hearText(said, asked))).toMatchObject(expected);
  });

  test('octet by octet, and in every two pieces', async () => {
    const whole = await outcome(splitAt(said, []));
    expect(await outcome(octetByOctet(said))).toBe(whole);
    for (let at = 1; at < said.length; at += 1)
      expect(await outcome(splitAt(said, [at])), `split at ${String(at)}`).toBe(whole);
  });

  test('in any pieces', async () => {
    const whole = await outcome(splitAt(said, []));
    const property = fc.asyncProperty(places(said), async (at) => {
      expect(await outcome(splitAt(said, at))).toBe(whole);
    });
    await fc.assert(property, { numRuns: 50 });
  });
});

/** Three messages alike, the first one's length as given. */
function threeMessages(octets: string, length: number): string {
  const date = 'INTERNALDATE "17-Jul-1996 02:44:25 -0700"';
  const line = (uid: number, said: number): string =>
    `* ${String(uid)} FETCH (UID ${String(uid)} FLAGS (\\Seen Later) ${date} RFC822.SIZE 19 MODSEQ (12) BODY[] {${String(said)}}\r\n${octets})\r\n`;
  return `${line(1, length)}${line(2, octets.length)}${line(3, octets.length)}P1 OK done\r\n`;
}

test('a length that is wrong never passes for a whole message, but where it ends as another one does', async () => {
  const octets = 'Subject: x\r\n\r\none\r\n';
  const passed: number[] = [];
  const all = threeMessages(octets, 100);
  for (let length = 0; length < all.length; length += 1) {
    const { messages } = await hearText(threeMessages(octets, length));
    if (messages.some((each) => each.octets !== null && each.octets.toString() !== octets))
      passed.push(length);
  }
  const octetsOn = all.slice(all.indexOf('Subject'));
  expect(passed).toHaveLength(2);
  // In front of the bracket behind the second message, and behind the third.
  expect(passed.map((length) => octetsOn.slice(length, length + 3))).toEqual([')\r\n', ')\r\n']);
});

test('flags that are too many', async () => {
  const flags = (count: number): string =>
    Array.from({ length: count }, (_, at) => `k${String(at)}`).join(' ');
  const line = (uid: number, list: string): string =>
    `* ${String(uid)} FETCH (UID ${String(uid)} FLAGS (${list}) INTERNALDATE NIL BODY[] "x")\r\n`;
  const said = line(1, flags(1_000)) + line(2, flags(1_001)) + line(3, `"q" ${flags(1_000)}`);
  const { messages, unreadable } = await hearText(`${said}P1 OK\r\n`);
  expect(messages.map(({ facts }) => [facts.uid, facts.keywords.length])).toEqual([[1, 1_000]]);
  const reason = 'it has too many flags';
  expect(unreadable).toEqual([2, 3].map((uid) => ({ uid, reason })));
});

describe('lines that are too long', () => {
  const keyword = 'k'.repeat(999);
  const long = (length: number): string =>
    `* 1 FETCH (UID 1 FLAGS (${`${keyword} `.repeat(length / 1000)}) BODY[] {3}\r\none)\r\n`;
  const next = '* 2 FETCH (UID 2 FLAGS () INTERNALDATE NIL BODY[] {3}\r\ntwo)\r\nP1 OK done\r\n';

  test('up to the limit they are read', async () => {
    const { messages } = await hearText(long(65_000) + next);
    expect(messages.map(({ facts }) => [facts.uid, facts.keywords])).toEqual([
      [1, [keyword]],
      [2, []],
    ]);
  });

  test.each([66_000, 1_000_000, 8_000_000])(
    'of %i octets cost themselves alone',
    async (length) => {
      const said = long(length) + next;
      for (const pieces of [[said], said.match(/.{1,50000}/gs) ?? []]) {
        const heard = await hear(pieces.map((piece) => Buffer.from(piece, 'latin1')));
        expect(told(heard)).toMatchObject({
          messages: [{ uid: 2, octets: 'two' }],
          unreadable: [[1, 'its line is too long']],
          answers: [[[1, 3], 'OK', '', 'done']],
        });
      }
    },
  );

  test('news are not given on, answers count', async () => {
    const words = 'word '.repeat(30_000);
    const said = `* OK ${words}\r\n* LIST () "/" ${words}\r\n* LIST () "/" {70000}\r\n${'x'.repeat(70_000)}\r\nP1 NO [LIMIT] ${words}\r\n`;
    const { unreadable, answers, news } = told(await hearText(said));
    expect(unreadable).toEqual(
      Array.from({ length: 3 }, () => [null, 'a line of the server is too long']),
    );
    expect(answers).toMatchObject([
      [[1, 2, 3], 'NO', 'LIMIT', expect.stringMatching(/^word word/)],
    ]);
    expect(news).toBe('');
  });

  test('one without end is not waited out', async () => {
    const pieces = Array.from({ length: 150 }, () => Buffer.alloc(64 * 1024, 'x'));
    await expect(hear(pieces)).rejects.toThrow('a line that has no end');
  });
});
