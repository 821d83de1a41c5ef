/** Whatever the manual pages document becomes a key, or is named with its line and a reason: nothing is dropped in silence. */
import { describe, expect, it } from 'vitest';
import { importer } from '../../../src/adapters/importers/importer.ts';
import { moreKeywords } from './keywords-more.ts';
import { keywords } from './keywords.ts';

describe.each([...keywords, ...moreKeywords])('$kind: $file', ({ kind, file, lines, anyway }) => {
  const place = file.split('\n').indexOf('@') + 1;
  const parse = (line: string) => importer.parse(kind, file.replace(/^@$/m, line), 'file');
  const without = JSON.stringify(parse('').accounts);

  it.each(lines)('%s', (line) => {
    const { accounts, leftOver } = parse(line);
    const named = leftOver.filter((each) => each.line === place);
    const isCarried = JSON.stringify(accounts) !== without;
    for (const { why } of named) expect(why).toMatch(/\w{2}/);
    expect(isCarried || named.length > 0).toBe(!anyway.includes(line));
  });
});
