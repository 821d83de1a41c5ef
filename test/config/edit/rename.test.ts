/** Renaming an account in the text, and what an edit is told to have changed. */
import { describe, expect, it } from 'vitest';
import { accountChanges, requireAccountKey } from '../../../src/config/edit/key-changes.ts';
import { originsOf } from '../../../src/config/show/origin.ts';
import { renameAccount } from '../../../src/config/edit/rename.ts';
import { ConfigurationError, UsageError } from '../../../src/errors.ts';

const text = `# mine
version: 1
defaultAccount: work # the one I use
accounts:
  first:
    id: aaaaaa
  # the office
  work: # since 2019
    id: bbbbbb # never changed
    label: work
  last: { id: cccccc }
`;

const none = new Map<string, string>();

describe('renameAccount', () => {
  it('changes the key and the default, and no other byte', () => {
    const renamed = renameAccount(text, 'work', 'office', none);
    expect(renamed).toBe(
      text
        .replace('defaultAccount: work ', 'defaultAccount: office ')
        .replace('  work: #', '  office: #'),
    );
    expect(renameAccount(renamed, 'office', 'work', none)).toBe(text);
  });

  it.each([
    [
      'within braces',
      'accounts: { work: { label: a }, b: {} }\n',
      'accounts: { x: { label: a }, b: {} }\n',
    ],
    ['quoted', 'accounts:\n  "work": { label: a }\n', 'accounts:\n  "x": { label: a }\n'],
    ['JSON', '{"accounts":{"work":{"label":"a"}}}', '{"accounts":{"x":{"label":"a"}}}'],
    ['as the last, empty', 'accounts:\n  work:\n', 'accounts:\n  x:\n'],
    [
      'with CRLF',
      'accounts:\r\n  work:\r\n    label: a\r\n',
      'accounts:\r\n  x:\r\n    label: a\r\n',
    ],
  ])('finds the key %s', (_title, before, after) => {
    expect(renameAccount(before, 'work', 'x', none)).toBe(after);
  });

  it('writes with it what would be lost with the old name', () => {
    const after = renameAccount(
      'accounts:\n  a:\n    label: A # me\n',
      'a',
      'b',
      new Map([
        ['id', 'dddddd'],
        ['path', '~/Mail/a'],
      ]),
    );
    expect(after).toBe('accounts:\n  b:\n    label: A # me\n    id: dddddd\n    path: ~/Mail/a\n');
  });

  it.each(['1', '1e5', 'true', 'null', '0x1', '1.0'])('keeps the name %s a text', (name) => {
    const after = renameAccount(text, 'work', name, none);
    expect([...accountChanges(after, after.replace('label: work', 'label: x')).keys()]).toEqual([
      name,
    ]);
  });

  it('refuses a name that is taken, and an account that is not there', () => {
    expect(() => renameAccount(text, 'work', 'last', none)).toThrow(ConfigurationError);
    expect(() => renameAccount('accounts: {}\n', 'work', 'x', none)).toThrow(ConfigurationError);
  });
});

describe('accountChanges', () => {
  it('tells old and new by dotted keys, and of a password only where it comes from', () => {
    const before = `accounts:
  a: { tags: [x], incoming: { host: one, port: 1, password: { command: echo geheim } } }
  b: { label: same }
`;
    const after = `accounts:
  a: { tags: [x, y], incoming: { host: two, password: { stored: true } }, send: false }
  b: { label: same }
`;
    const changes = accountChanges(before, after);
    expect([...changes.keys()]).toEqual(['a']);
    expect(changes.get('a')).toEqual([
      { key: 'tags', before: 'x', after: 'x, y' },
      { key: 'incoming.host', before: 'one', after: 'two' },
      { key: 'incoming.port', before: '1', after: null },
      { key: 'incoming.password', before: 'command', after: 'stored' },
      { key: 'send', before: null, after: 'false' },
    ]);
  });
});

describe('requireAccountKey', () => {
  it.each(['label', 'incoming', 'incoming.tls.ca', 'folders.sent'])('knows %s', (key) => {
    expect(() => {
      requireAccountKey(key);
    }).not.toThrow();
  });

  it.each([
    ['incoming.prot', 'incoming.port'],
    ['incomming.port', 'incoming'],
    ['lable', 'label'],
  ])('of %s says that %s was probably meant', (key, meant) => {
    expect(() => {
      requireAccountKey(key);
    }).toThrow(`did you mean \`${meant}\`?`);
    expect(() => {
      requireAccountKey(key);
    }).toThrow(UsageError);
  });
});

describe('originsOf', () => {
  it('tells the account from the defaults and from what is built in', () => {
    const file =
      'defaults: { incoming: { host: a, port: 1 } }\naccounts: { w: { incoming: { port: 2 } } }\n';
    const keys = ['incoming.host', 'incoming.port', 'incoming.security'];
    expect([...originsOf(file, 'w', keys).values()]).toEqual(['defaults', 'account', 'built-in']);
  });
});
