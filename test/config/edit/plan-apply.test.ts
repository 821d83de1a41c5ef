import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { editMany } from '../../../src/config/edit/edit-many.ts';
import { exportAccounts, exportText } from '../../../src/config/show/export.ts';
import { accountFaults, readPartialText } from '../../../src/config/read/partial.ts';
import { planApply } from '../../../src/config/edit/plan-apply.ts';
import type { ApplyPlan } from '../../../src/config/edit/plan-apply.ts';
import { readConfigText } from '../../../src/config/read/read.ts';
import { ConfigurationError } from '../../../src/errors.ts';

const present = `# mine
version: 1
defaultAccount: home
defaults:
  outgoing: { host: smtp.example.org }
  incoming: { idle: false, leaveOnServer: false }
accounts:
  work:   # the office
    id: work23
    identity: { address: work@example.org }
    incoming:
      host: imap.example.org # old
      password: { command: [pass, work] }
  home:
    type: pop3
    identity: { address: home@example.org }
    incoming: { host: pop.example.org, password: { stored: true } }
`;

function plan(file: string, prune = false, text = present): ApplyPlan {
  const { entry, problems } = readPartialText(file);
  expect(problems).toEqual([]);
  return planApply(text, entry, { prune, newId: (name) => `${name}id22` });
}

function applied(file: string, prune = false, text = present): string {
  return editMany(text, plan(file, prune, text).edits);
}

const holds = (text: string): unknown[] => [
  ...readConfigText(text, { folder: '/c', home: '/h' }).problems,
];

describe('the plan', () => {
  const cases: [string, string, ApplyPlan['accounts'][number][]][] = [
    ['nothing', 'version: 1', []],
    [
      'the same',
      'accounts: { work: { incoming: { host: imap.example.org } } }',
      [{ name: 'work', change: 'unchanged', keys: [] }],
    ],
    [
      'what is inherited already',
      'accounts: { work: { outgoing: { host: smtp.example.org } } }',
      [{ name: 'work', change: 'unchanged', keys: [] }],
    ],
    [
      'one key',
      'accounts: { work: { incoming: { host: new.example.org } } }',
      [{ name: 'work', change: 'changed', keys: ['incoming.host'] }],
    ],
    [
      'another source of the password',
      'accounts: { work: { incoming: { password: { env: X } } } }',
      [{ name: 'work', change: 'changed', keys: ['incoming.password'] }],
    ],
    [
      'a section without content',
      'accounts: { work: { incoming: } }',
      [{ name: 'work', change: 'unchanged', keys: [] }],
    ],
    [
      'a new account',
      'accounts: { more: { send: false, receive: false, identity: { address: a@b } } }',
      [{ name: 'more', change: 'added', keys: [] }],
    ],
    [
      'an id for one that has none',
      'accounts: { home: { id: home22 } }',
      [{ name: 'home', change: 'changed', keys: ['id'] }],
    ],
  ];

  it.each(cases)('for %s', (_, file, accounts) => {
    expect(plan(file).accounts).toEqual(accounts);
  });

  it.each(cases)('applied twice is the same as once: %s', (_, file) => {
    const once = applied(file);
    expect(holds(once)).toEqual([]);
    const { edits } = plan(file, false, once);
    expect([edits.set, edits.remove, edits.add]).toEqual([[], [], []]);
    expect(applied(file, false, once)).toBe(once);
  });

  it('reaches options, defaults and the default sender', () => {
    const file =
      'defaultAccount: work\noptions: { maxFailures: 3 }\ndefaults: { incoming: { leaveOnServer: 14d } }';
    expect(plan(file).general).toEqual([
      'defaultAccount',
      'options.maxFailures',
      'defaults.incoming.leaveOnServer',
    ]);
    const after = parse(applied(file)) as { defaults: object };
    expect(after.defaults).toMatchObject({ incoming: { idle: false, leaveOnServer: '14d' } });
  });

  it('removes the others with prune, and their mention as default sender', () => {
    const file = 'accounts: { work: { label: Work } }';
    expect(plan(file, true).accounts.at(-1)).toEqual({ name: 'home', change: 'removed', keys: [] });
    const after = applied(file, true);
    expect(parse(after)).not.toHaveProperty('defaultAccount');
    expect(holds(after)).toEqual([]);
    expect(after).toContain('# the office');
  });

  it('refuses another id for an account that has one, in the file or in the state', () => {
    const wanted = { accounts: { work: { id: 'other2' }, home: { id: 'other3' } } };
    const newId = (): string => 'x';
    expect(() => planApply(present, wanted, { prune: false, newId })).toThrow(ConfigurationError);
    const home = { accounts: { home: { id: 'other3' } } };
    const knownIds = new Map([['home', 'known2']]);
    expect(() => planApply(present, home, { prune: false, newId, knownIds })).toThrow(/known2/);
  });
});

describe('many edits', () => {
  it('keep comments and every byte around them', () => {
    const after = applied(
      'accounts: { work: { incoming: { host: new.example.org } }, a: { identity: { address: a@b } }, b: { identity: { address: b@b } } }',
    );
    for (const line of ['# mine', '  work:   # the office', '      host: new.example.org # old'])
      expect(after.split('\n')).toContain(line);
    expect(Object.keys((parse(after) as { accounts: object }).accounts)).toEqual([
      'work',
      'home',
      'a',
      'b',
    ]);
  });

  const written: [string, string][] = [
    ['nothing', ''],
    ['no accounts', 'version: 1\n'],
    ['accounts without content', 'accounts:\n'],
    ['an empty mapping', 'accounts: {}\n'],
    ['JSON', '{"version": 1, "accounts": {"x": {"label": "X"}}}'],
    ['an indented block', 'accounts:\n    x:\n        label: X\n'],
    ['an anchor', 'accounts: &all\n  x: { label: X }\n'],
  ];

  it.each(written)('add accounts to %s', (_, text) => {
    const added = ['one', 'two'].map((name) => [name, { label: name }] as const);
    const after = editMany(text, { set: [], remove: [], add: added });
    const before = (parse(text) as { accounts?: object } | null)?.accounts ?? {};
    expect((parse(after) as { accounts: object }).accounts).toEqual({
      ...before,
      ...Object.fromEntries(added),
    });
  });

  it('of a large file are made in one go, comments and order kept', () => {
    const count = 600;
    const names = Array.from({ length: count }, (_, n) => `user${String(n)}`);
    const blocks = names.map(
      (name) =>
        `  # about ${name}\n  ${name}:\n    label: ${name}\n    incoming:\n      host: a.example.org\n`,
    );
    const text = `accounts:\n${blocks.join('')}`;
    const after = editMany(text, {
      set: names.slice(1).map((name) => [['accounts', name, 'incoming', 'host'], 'b.example.org']),
      remove: [['accounts', 'user0']],
      add: [['last', { label: 'last' }]],
    });
    const { accounts } = parse(after) as { accounts: Record<string, { incoming?: object }> };
    expect(Object.keys(accounts)).toEqual([...names.slice(1), 'last']);
    expect(accounts['user7']).toEqual({ label: 'user7', incoming: { host: 'b.example.org' } });
    expect(after).toContain('# about user599');
  });
});

describe('an export', () => {
  it('stands for itself, and applied where it came from changes nothing', () => {
    const file = exportAccounts(present, ['work', 'home']);
    expect(file.accounts['home']).toEqual({
      type: 'pop3',
      identity: { address: 'home@example.org' },
      incoming: { host: 'pop.example.org', leaveOnServer: false, password: { stored: true } },
      outgoing: { host: 'smtp.example.org' },
    });
    expect(file.accounts['work']).toMatchObject({ id: 'work23', incoming: { idle: false } });
    const text = exportText(file);
    expect(holds(text)).toEqual([]);
    expect(plan(text).accounts.map(({ change }) => change)).toEqual(['unchanged', 'unchanged']);
    expect(parse(applied(text, false, ''))).toEqual(
      parse(text.replace('  home:\n', '  home:\n    id: homeid22\n')),
    );
  });
});

describe('a file to apply', () => {
  it('may leave out what an account needs, but says nothing wrong', () => {
    expect(readPartialText('accounts: { work: { label: x } }').problems).toEqual([]);
    expect(readPartialText('accounts: { work: { incoming: { prot: 1 } } }').problems).toMatchObject(
      [{ line: 1, suggestion: 'port' }],
    );
    expect(readPartialText('accounts: { list: { label: x } }').problems).toMatchObject([
      { path: 'accounts.list' },
    ]);
    expect(readPartialText('a: [').problems).not.toEqual([]);
    expect(accountFaults('work', { identity: { address: 'no address' } })).toHaveLength(1);
  });
});
