import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fits,
  namesExactly,
  patternFault,
  type NamedFolder,
} from '../../../../src/core/account/policy/folder-pattern.ts';

function folder(path: string, more: Partial<NamedFolder> & { delimiter?: string } = {}) {
  const { delimiter = '/', ...rest } = more;
  return { path, segments: path.split(delimiter), role: null, attributes: [], ...rest };
}

describe('a pattern', () => {
  it.each<[pattern: string, path: string, delimiter: string, isFit: boolean]>([
    ['Lists', 'Lists', '/', true],
    ['Lists', 'lists', '/', false],
    ['Lists', 'Lists/a', '/', false],
    ['Lists/*', 'Lists/a', '/', true],
    ['Lists/*', 'Lists/a/b', '/', true],
    ['Lists/*', 'Lists', '/', false],
    ['Lists*', 'Lists', '/', true],
    ['Lists/%', 'Lists/a', '/', true],
    ['Lists/%', 'Lists/a/b', '/', false],
    ['%/b', 'a/b', '/', true],
    ['%', 'a/b', '/', false],
    ['*', 'a/b', '/', true],
    ['**', '', '/', true],
    ['%%a', 'aaa', '/', true],
    // The delimiter of the server, or the slash, which stands for it everywhere.
    ['INBOX.Lists.%', 'INBOX.Lists.a', '.', true],
    ['INBOX/Lists/%', 'INBOX.Lists.a', '.', true],
    ['INBOX.Lists.a', 'INBOX/Lists/a', '/', false],
    ['%', 'a.b', '/', true],
    ['a/b', 'a/b', '.', true],
    ['%', 'a/b', '.', true],
    // RFC 9051, section 5.1
    ['inbox', 'INBOX', '/', true],
    ['INBOX', 'Inbox', '/', true],
    ['Inbox/a', 'INBOX/a', '/', true],
    ['inbox.a', 'INBOX.a', '.', true],
    ['inbox/A', 'INBOX/a', '/', false],
    ['inboxes', 'Inboxes', '/', false],
    ['a/inbox', 'a/INBOX', '/', false],
    ['IN%', 'INBOX', '/', true],
    // One letter, or a letter and its mark.
    ['B\u00fccher', 'Bu\u0308cher', '/', true],
    ['a.c', 'abc', '/', false],
    ['[a]', 'a', '/', false],
  ])('%j, %j with %j: %s', (pattern, path, delimiter, isFit) => {
    expect(fits(pattern, folder(path, { delimiter }))).toBe(isFit);
  });

  it.each<[pattern: string, role: NamedFolder['role'], attribute: string, isFit: boolean]>([
    ['role:trash', 'trash', '\\trash', true],
    ['role:trash', 'trash', '\\noinferiors', true],
    ['role:trash', null, '\\trash', false],
    ['role:Trash', 'trash', '\\trash', true],
    ['\\Trash', 'trash', '\\trash', true],
    ['\\Junk', 'spam', '\\junk', true],
    ['role:all', null, '\\all', true],
    ['\\All', 'archive', '\\all', true],
    ['role:archive', 'archive', '\\all', true],
    ['role:important', null, '\\flagged', false],
  ])('%s of a folder that is %s and %s: %s', (pattern, role, attribute, isFit) => {
    expect(fits(pattern, folder('x', { role, attributes: [attribute] }))).toBe(isFit);
  });

  it('fits as a regular expression of the same meaning does', () => {
    const part = fc.string({ unit: fc.constantFrom('a', 'b', 'ü'), maxLength: 4 });
    const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
    const pattern = fc.string({
      unit: fc.constantFrom('a', 'b', 'ü', '*', '%', '/'),
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(pattern, path, (text, name) => {
        const same = text.replaceAll(/[*%]/g, (sign) => (sign === '*' ? '.*' : '[^/]*'));
        expect(fits(text, folder(name))).toBe(new RegExp(`^${same}$`, 'su').test(name));
      }),
      { numRuns: 2_000 },
    );
  });

  it('of nothing but wildcards takes no longer on a name of 1,000 signs', () => {
    const long = folder(`${'a'.repeat(999)}c`);
    expect(fits(`${'*a'.repeat(100)}b`, long)).toBe(false);
    expect(fits(`${'%*'.repeat(100)}c`, long)).toBe(true);
  });

  it('the name of a folder without wildcards fits that folder alone', () => {
    const part = fc.string({
      unit: fc.constantFrom('a', 'B', '.', ' '),
      minLength: 1,
      maxLength: 4,
    });
    const name = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
    fc.assert(
      fc.property(name, name, (one, other) => {
        expect(fits(one, folder(other))).toBe(one === other);
        expect(namesExactly(one, folder(other))).toBe(one === other);
      }),
    );
  });

  it.each([
    ['!Trash', 'folders.exclude'],
    ['role:bin', 'name one of the roles inbox, sent, drafts, trash, spam, archive, all'],
    ['\\Seen', 'name one of the roles'],
    ['role:', 'name one of the roles'],
  ])('%s is none', (text, words) => {
    expect(patternFault(text)).toContain(words);
  });

  it.each(['*', 'role:spam', '\\Archive', '\\JUNK', 'Lists/%', 'a!'])('%s is one', (text) => {
    expect(patternFault(text)).toBeUndefined();
  });
});
