import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DotUnstuffer } from '../../../src/adapters/pop3/unstuff.ts';

/** Lines as RFC 1939 section 3 sends them: a dot before each that begins with one, then the final dot. */
function stuffed(text: string): string {
  const lines = text.split('\r\n').slice(0, -1);
  return `${lines.map((line) => `${line.startsWith('.') ? '.' : ''}${line}\r\n`).join('')}.\r\n`;
}

function read(chunks: readonly string[]): { text: string; rest: string | undefined } {
  const unstuffer = new DotUnstuffer();
  const out: Buffer[] = [];
  let rest = '';
  for (const chunk of chunks) {
    if (unstuffer.rest === null) out.push(...unstuffer.push(Buffer.from(chunk, 'latin1')));
    else rest += chunk;
  }
  const text = Buffer.concat(out).toString('latin1');
  const after = unstuffer.rest?.toString('latin1');
  return { text, rest: after === undefined ? undefined : after + rest };
}

function inPieces(text: string, size: number): string[] {
  const count = Math.ceil(text.length / size);
  return Array.from({ length: count }, (_, at) => text.slice(at * size, (at + 1) * size));
}

const tricky = fc
  .array(fc.constantFrom('.', '..', '\r', '\n', '\r\n', '\r\n.', '.\r', 'a', '\0', '\xff'), {
    maxLength: 30,
  })
  .map((parts) => {
    const text = parts.join('');
    return text === '' || text.endsWith('\r\n') ? text : `${text}\r\n`;
  });

describe('undoing the byte-stuffing', () => {
  it.each([
    ['.\r\n', ''],
    ['\r\n.\r\n', '\r\n'],
    ['..\r\n.\r\n', '.\r\n'],
    ['a\n.\nb\r\n.\r\n', 'a\n.\nb\r\n'],
    ['a\r\n..b\r\n...\r\n.\r\n', 'a\r\n.b\r\n..\r\n'],
    ['.\rx\r\n.\r\n', '\rx\r\n'],
    ['.\r\r\n.\r\n', '\r\r\n'],
  ])('%j is %j in chunks of every size', (wire, text) => {
    for (let size = 1; size <= wire.length; size += 1) {
      expect(read(inPieces(wire, size))).toEqual({ text, rest: '' });
    }
  });

  it('gives back any message, cut in two anywhere, and what came after it', () => {
    fc.assert(
      fc.property(tricky, fc.constantFrom('', '+OK\r\n', '.\r\n'), (text, after) => {
        const wire = stuffed(text) + after;
        for (let at = 0; at <= wire.length; at += 1) {
          expect(read([wire.slice(0, at), wire.slice(at)])).toEqual({ text, rest: after });
        }
      }),
    );
  });

  it('gives back any message in chunks of any size', () => {
    fc.assert(
      fc.property(tricky, fc.integer({ min: 1, max: 20 }), (text, size) => {
        expect(read(inPieces(stuffed(text), size))).toEqual({ text, rest: '' });
      }),
    );
  });

  it('is not at its end before the final dot', () => {
    const wire = stuffed('one\r\n.two\r\n');
    for (let at = 0; at < wire.length; at += 1) {
      expect(read([wire.slice(0, at)]).rest).toBeUndefined();
    }
  });
});
