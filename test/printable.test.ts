/** What strangers wrote, made harmless: for a terminal, and within JSON. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printable, printableJson, printableLines } from '../src/printable.ts';

const control = /[\0-\x1f\x7f-\x9f]/;

describe('printable', () => {
  it.each([
    ['a\u001b[2J', 'a?[2J'],
    ['a\u009b2J', 'a?2J'],
    ['a\u007f\n', 'a??'],
    ['txt.\u202eexe', 'txt.?exe'],
    ['\ufeffa', '?a'],
    ['Grüße 📬', 'Grüße 📬'],
  ])('%j: %j', (text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  it('leaves the breaks of lines where they are asked for', () => {
    expect(printableLines('a\tb\n\u001bc')).toBe('a\tb\n?c');
  });
});

describe('printableJson', () => {
  it('escapes C0, DEL and C1, also in keys', () => {
    const all = String.fromCharCode(...Array(0xa0).keys());
    const json = printableJson({ [all]: all });
    expect(json).not.toMatch(control);
    expect(json).toContain('\\u007f\\u0080');
    expect(json).toContain('\\u009b');
  });

  it('says the same as JSON.stringify', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        expect(JSON.parse(printableJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
        expect(printableJson(value)).not.toMatch(control);
        expect(printableJson(value, 2).replaceAll('\n', '')).not.toMatch(control);
      }),
    );
  });
});
