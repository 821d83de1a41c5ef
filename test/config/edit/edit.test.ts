import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  addAccount,
  removeAccount,
  setAccountKeys,
  setDefaultAccount,
} from '../../../src/config/edit/edit.ts';

const sample = `# top comment

version:   1     # spaced
defaultAccount: 'work'


options:
    mailRoot: "~/Mail"   # four spaces
    layout:   fs
defaults: { outgoing: { host: smtp.example.org,   security: tls } }   # flow
accounts:
  # before work
  work:
    tags: [ office,  home ]
    label: >-
      folded text that
      goes on
    incoming:
      # about the host
      host: imap.example.org   # the host
      password: { command: [pass, show, mail/work] }   # or
      username: "very long ................................................................................................................ text"

  # before home
  home:
    tags:
    - a
    - b
# trailing
`;

const entry = {
  id: '7f3kq2',
  identity: { name: 'Zoë: Doe, "Z"', address: 'zoe@example.org' },
  incoming: { host: 'imap.example.org', password: { command: ['pass', 'show', 'a b'] } },
};

/** Lines of `after` that are not in `before`, and the other way round. */
function changed(before: string, after: string): { gone: string[]; came: string[] } {
  const [old, now] = [before.split('\n'), after.split('\n')];
  return {
    gone: old.filter((line) => !now.includes(line)),
    came: now.filter((line) => !old.includes(line)),
  };
}

function commentsOf(text: string): string[] {
  return text.match(/#.*$/gm) ?? [];
}

describe('adding an account', () => {
  it('writes a first file', () => {
    expect(addAccount('', 'zoe', { label: 'Zoë', tags: ['a'] })).toBe(
      'version: 1\naccounts:\n  zoe:\n    label: Zoë\n    tags: [ a ]\n',
    );
  });

  it('keeps every other byte', () => {
    const after = addAccount(sample, 'zoe', entry);
    expect(changed(sample, after)).toEqual({
      gone: [],
      came: [
        '  zoe:',
        '    id: 7f3kq2',
        '    identity:',
        `      name: 'Zoë: Doe, "Z"'`,
        '      address: zoe@example.org',
        '      host: imap.example.org',
        '      password: { command: [ pass, show, a b ] }',
      ],
    });
    expect(parse(after)).toEqual({
      ...parse(sample),
      accounts: { ...parse(sample).accounts, zoe: entry },
    });
    expect(after.indexOf('# trailing')).toBeGreaterThan(after.indexOf('zoe'));
  });

  it.each([
    ['only a comment', '# mine\n'],
    ['no line break at the end', '# mine\nversion: 1'],
    ['an empty section', '# mine\nversion: 1\naccounts:   # none yet\n'],
    ['an empty flow mapping', '# mine\nversion: 1\naccounts: {} # none yet\nbelow: 1\n'],
    ['a flow mapping', '# mine\naccounts: { a: { label: A } } # one\n'],
    ['indentation by four', '# mine\naccounts:\n    a:\n        label: A\n'],
    ['a document mark', '---\n# mine\naccounts:\n  a: { label: A }\n'],
    ['an end mark', '# mine\nversion: 1\n...\n'],
    ['carriage returns', '# mine\r\naccounts:\r\n  a: { label: A }\r\n'],
    ['a byte order mark', '\uFEFFversion: 1 # mine\n'],
    ['a commented-out account', 'accounts:\n  # old:\n  #   label: Old\n'],
  ])('copes with %s', (_, text) => {
    const after = addAccount(text, 'zoe', entry);
    const before = (parse(text) ?? {}) as { accounts?: object };
    expect(parse(after)).toEqual({ ...before, accounts: { ...before.accounts, zoe: entry } });
    expect(commentsOf(after).map((comment) => comment.trim())).toEqual(
      commentsOf(text).map((comment) => comment.trim()),
    );
    if (text.includes('\r')) expect(after.replaceAll('\r\n', '')).not.toContain('\n');
  });

  it('refuses a name that exists', () => {
    expect(() => addAccount(sample, 'work', entry)).toThrow('the account `work` exists already');
  });

  it('refuses a text that is no YAML, with its place', () => {
    expect(() => addAccount('a:\n\tb: 1\n', 'work', entry)).toThrow(
      'a tab stands in the indentation at line 2, column 1',
    );
  });
});

describe('changing keys', () => {
  it.each<[string, string, string | number | string[] | undefined, string[], string[]]>([
    [
      'a scalar',
      'incoming.host',
      'mail.example.org',
      ['      host: imap.example.org   # the host'],
      ['      host: mail.example.org   # the host'],
    ],
    ['a new key', 'incoming.port', 143, [], ['      port: 143']],
    [
      'a new section',
      'identity.address',
      'a@b.example',
      [],
      ['    identity:', '      address: a@b.example'],
    ],
    ['a list', 'tags', ['x'], ['    tags: [ office,  home ]'], ['    tags: [ x ]']],
    [
      'a folded text',
      'label',
      'Work',
      ['    label: >-', '      folded text that', '      goes on'],
      ['    label: Work'],
    ],
    ['a removal', 'incoming.host', undefined, ['      host: imap.example.org   # the host'], []],
    ['a removal of what is not there', 'identity.name', undefined, [], []],
  ])('cuts out only %s', (_, key, value, gone, came) => {
    const after = setAccountKeys(sample, 'work', new Map([[key, value]]));
    expect(changed(sample, after)).toEqual({ gone, came });
  });

  it('replaces a password whole', () => {
    const after = setAccountKeys(sample, 'work', new Map([['incoming.password', { env: 'PW' }]]));
    expect(after).toContain('      password: { env: PW }   # or\n');
  });

  it('edits within flow mappings', () => {
    const text =
      'accounts: { a: { identity: { name: A, address: a@b.example }, label: A } } # one\n';
    const changes = new Map<string, string | undefined>([
      ['identity.name', 'Doe, A'],
      ['identity.replyTo', 'r@b.example'],
      ['label', undefined],
    ]);
    expect(setAccountKeys(text, 'a', changes)).toBe(
      'accounts: { a: { identity: { name: "Doe, A", address: a@b.example, replyTo: r@b.example } } } # one\n',
    );
  });

  it('refuses to change what an alias shares', () => {
    const text =
      'accounts:\n  a:\n    incoming: &in { host: a.example, port: 993 }\n  b:\n    incoming: *in\n';
    expect(() => setAccountKeys(text, 'b', new Map([['incoming.host', 'b.example']]))).toThrow(
      'cannot be edited safely',
    );
    expect(() => setAccountKeys(text, 'a', new Map([['incoming.host', 'b.example']]))).toThrow(
      'cannot be edited safely',
    );
  });

  it('refuses an account that is not there', () => {
    expect(() => setAccountKeys(sample, 'nobody', new Map())).toThrow(
      'there is no account `nobody`',
    );
  });
});

describe('removing and choosing', () => {
  it('removes an account, its lines alone, and the default that named it', () => {
    const after = removeAccount(sample, 'work');
    const {
      defaultAccount: _,
      accounts,
      ...rest
    } = parse(sample) as { defaultAccount: string; accounts: { home: object } };
    expect(parse(after)).toEqual({ ...rest, accounts: { home: accounts.home } });
    expect(after).toContain('# before home\n');
    expect(after).toContain('# before work\n');
  });

  it('removes the last account', () => {
    expect(removeAccount('version: 1\naccounts:\n  # one\n  a:\n    label: A\n', 'a')).toBe(
      'version: 1\naccounts:\n  # one\n',
    );
  });

  it('sets, replaces and removes the default', () => {
    expect(changed(sample, setDefaultAccount(sample, 'home')).came).toEqual([
      'defaultAccount: home',
    ]);
    expect(changed(sample, setDefaultAccount(sample, undefined)).gone).toEqual([
      "defaultAccount: 'work'",
    ]);
    expect(setDefaultAccount('version: 1 # mine\n', 'a')).toBe(
      'version: 1 # mine\ndefaultAccount: a\n',
    );
  });
});

describe('properties', () => {
  const words = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 });
  const key = fc.constantFrom(
    'label',
    'incoming.username',
    'identity.name',
    'tags',
    'incoming.password',
    'outgoing.tls.ca',
  );
  const value = fc.oneof(
    words,
    fc.integer(),
    fc.boolean(),
    fc.array(words, { maxLength: 3 }),
    fc.record({ command: words }),
  );

  it('what is set is what is read, and nothing else changes', () => {
    fc.assert(
      fc.property(key, value, (path, wanted) => {
        const after = setAccountKeys(sample, 'home', new Map([[path, wanted]]));
        let found: unknown = (parse(after) as { accounts: { home: unknown } }).accounts.home;
        for (const step of path.split('.')) found = (found as Record<string, unknown>)[step];
        expect(found).toEqual(wanted);
        const unlike = changed(sample, after).gone.filter(
          (line) => !/^ {4}(?:tags:|- [ab])/.test(line),
        );
        expect(unlike).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('a line separator of Unicode is no end of a line', () => {
    const added = { label: '\u2028 ', identity: { name: 'a\u2029b' } };
    expect(removeAccount(addAccount(sample, 'zoe', added), 'zoe')).toBe(sample);
  });

  it('an account that is added and removed leaves the text as it was', () => {
    const account = fc.record({
      label: words,
      identity: fc.record({ name: words }),
      incoming: fc.record({ host: words }),
    });
    fc.assert(
      fc.property(account, (added) => {
        expect(removeAccount(addAccount(sample, 'zoe', added), 'zoe')).toBe(sample);
      }),
      { numRuns: 60 },
    );
  });
});
