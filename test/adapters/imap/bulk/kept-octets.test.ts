/** What is kept of what was read. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KeptOctets } from '../../../../src/adapters/imap/bulk/kept-octets.ts';

test('what comes octet by octet becomes few pieces, and small slices keep no large chunk', () => {
  const kept = new KeptOctets();
  const pieces: Buffer[] = [];
  const chunk = Buffer.alloc(64 * 1024, 'x');
  for (let at = 0; at < 200_000; at += 1)
    kept.add(pieces, chunk.subarray(at % 1000, (at % 1000) + 1));
  expect(Buffer.concat(pieces).equals(Buffer.alloc(200_000, 'x'))).toBe(true);
  expect(pieces.length).toBeLessThan(10);
  expect(pieces.every(({ buffer }) => buffer !== chunk.buffer)).toBe(true);
});

test('bodies stay apart, whatever they come in', () => {
  const slices = fc.array(fc.tuple(fc.nat({ max: 3 }), fc.integer({ min: 1, max: 3000 })), {
    maxLength: 200,
  });
  const property = fc.property(slices, (list) => {
    const kept = new KeptOctets();
    const bodies: Buffer[][] = [[], [], [], []];
    const expected: string[] = ['', '', '', ''];
    for (const [at, [to, length]] of list.entries()) {
      const slice = Buffer.alloc(length, String(at % 10));
      kept.add(bodies[to] ?? [], slice);
      expected[to] += slice.toString();
    }
    expect(bodies.map((pieces) => Buffer.concat(pieces).toString())).toEqual(expected);
  });
  fc.assert(property, { numRuns: 100 });
});
