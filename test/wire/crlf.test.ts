import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CrlfToLf, toCrlf, toLf } from '../../src/wire/crlf.ts';

const octets = fc
  .array(fc.constantFrom('\r', '\n', '\r\n', 'a', '.', '\0', '\xff'), { maxLength: 40 })
  .map((parts) => Buffer.from(parts.join(''), 'latin1'));

function streamed(chunks: readonly Buffer[]): Buffer {
  const converter = new CrlfToLf();
  return Buffer.concat([...chunks.map((chunk) => converter.push(chunk)), converter.end()]);
}

function cut(whole: Buffer, at: readonly number[]): Buffer[] {
  const places = [...new Set(at.map((place) => place % (whole.length + 1)))].sort((a, b) => a - b);
  return [0, ...places].map((from, index) => whole.subarray(from, places[index]));
}

describe('CRLF to LF', () => {
  it.each([
    ['a\r\nb\r\n', 'a\nb\n'],
    ['bare\rcr and bare\nlf', 'bare\rcr and bare\nlf'],
    ['\r\r\n\n', '\r\n\n'],
    ['ends in cr\r', 'ends in cr\r'],
    ['', ''],
  ])('%j becomes %j', (wire, disk) => {
    expect(toLf(Buffer.from(wire)).toString()).toBe(disk);
  });

  it('is the same however the stream is cut', () => {
    fc.assert(
      fc.property(octets, fc.array(fc.nat(100)), (whole, at) => {
        const expected = whole.toString('latin1').replaceAll('\r\n', '\n');
        expect(streamed(cut(whole, at)).toString('latin1')).toBe(expected);
        expect(toLf(whole).toString('latin1')).toBe(expected);
      }),
    );
  });

  it('hands on what needs no change without copying it', () => {
    const chunk = Buffer.from('no line end in here');
    expect(new CrlfToLf().push(chunk)).toBe(chunk);
  });
});

describe('LF to CRLF', () => {
  it('puts CR before a bare LF alone', () => {
    fc.assert(
      fc.property(octets, (disk) => {
        const expected = disk.toString('latin1').replaceAll(/(?<!\r)\n/g, '\r\n');
        expect(toCrlf(disk).toString('latin1')).toBe(expected);
      }),
    );
  });

  it('gives back the same buffer where nothing is missing', () => {
    const wire = Buffer.from('a\r\nb\r\n');
    expect(toCrlf(wire)).toBe(wire);
  });
});
