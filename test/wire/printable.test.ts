import { describe, expect, it } from 'vitest';
import { printable } from '../../src/wire/printable.ts';

describe('text from a server', () => {
  it.each([
    ['Grüße, wie sie sind', 'Grüße, wie sie sind'],
    ['\x1b[31mred\x07', '?[31mred?'],
    ['two\r\nlines', 'two??lines'],
    ['C1 \x9b2J', 'C1 ?2J'],
    ['\u202etxt.exe', '?txt.exe'],
  ])('%j is shown as %j', (said, shown) => {
    expect(printable(said)).toBe(shown);
  });

  it('is cut where it is long', () => {
    expect(printable('x'.repeat(1000), 10)).toBe('xxxxxxxxx…');
  });
});
