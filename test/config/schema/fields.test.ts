/** Signature, template, certificate, access and rules in the file: what is taken, what is refused, and in which words. */
import { describe, expect, it } from 'vitest';
import { setAccountKeys } from '../../../src/config/edit/edit.ts';
import { editMany } from '../../../src/config/edit/edit-many.ts';
import { exportAccounts, exportText } from '../../../src/config/show/export.ts';
import { accountChanges } from '../../../src/config/edit/key-changes.ts';
import { readPartialText } from '../../../src/config/read/partial.ts';
import { planApply } from '../../../src/config/edit/plan-apply.ts';
import { readConfigText } from '../../../src/config/read/read.ts';

type Entry = Record<string, unknown>;

const least = { identity: { address: 'a@b.example' }, send: false };
const server = { host: 'in.example' };

/** One account `a` with these keys beside the least it needs; JSON is YAML. */
function file(keys: Entry, top: Entry = {}): string {
  return JSON.stringify({ ...top, accounts: { a: { ...least, incoming: server, ...keys } } });
}

const read = (text: string) =>
  readConfigText(text, { folder: '/etc/posthorn', home: '/home/anna' });
const account = (text: string) => {
  const { problems, accounts } = read(text);
  expect(problems).toEqual([]);
  return accounts.get('a');
};
const messages = (text: string) => read(text).problems.map(({ message }) => message);

const office = {
  office: [
    { user: 'anna', rights: 'write' },
    { group: 'staff', rights: 'read' },
  ],
};
const rule = { name: 'r', then: { stop: true } };

describe('what is taken', () => {
  it('paths start at the folder of the file; what is not said has its default', () => {
    const keys = { signature: { file: 'sig.txt' }, certificate: { file: '~/me.p12' } };
    expect(account(file(keys))).toMatchObject({
      signature: { file: '/etc/posthorn/sig.txt', onReply: false },
      certificate: { file: '/home/anna/me.p12' },
      rules: [],
      incoming: { backgroundSync: true, createSystemFolders: false },
    });
  });

  it('a signature of several lines', () => {
    const block = 'signature:\n      text: |\n        Anna\n        Example Ltd\n';
    const text = `accounts:\n  a:\n    identity: { address: a@b.example }\n    receive: false\n    send: false\n    ${block}`;
    expect(account(text)?.signature.text).toBe('Anna\nExample Ltd\n');
  });

  it('an access list by its name', () => {
    expect(account(file({ access: 'office' }, { accessLists: office }))?.access).toEqual({
      name: 'office',
      entries: [
        { kind: 'user', name: 'anna', rights: 'write' },
        { kind: 'group', name: 'staff', rights: 'read' },
      ],
    });
  });

  it('a template with signature.onReply, which templates are not affected by', () => {
    const keys = { template: '/t.txt', signature: { onReply: true } };
    expect(account(file(keys))).toMatchObject({ template: '/t.txt', signature: { onReply: true } });
  });

  it('rules, in the order in which they are carried out', () => {
    const rules = [
      {
        name: 'Lists',
        match: 'any',
        when: {
          listId: { contains: 'lists.example' },
          header: { 'X-Spam': { is: ['YES', 'ja'] } },
          size: { over: '5M' },
        },
        then: {
          moveTo: 'Lists',
          flag: ['\\Flagged', '$Label1'],
          markRead: true,
          copyTo: 'All',
          stop: true,
        },
      },
      rule,
    ];
    expect(account(file({ rules }))?.rules).toEqual([
      {
        name: 'Lists',
        match: 'any',
        tests: [
          { kind: 'header', header: 'list-id', comparison: 'contains', values: ['lists.example'] },
          { kind: 'header', header: 'x-spam', comparison: 'is', values: ['YES', 'ja'] },
          { kind: 'size', comparison: 'over', octets: 5 * 1024 ** 2 },
        ],
        actions: [
          { kind: 'copyTo', folder: 'All' },
          { kind: 'flag', flag: '\\Flagged' },
          { kind: 'flag', flag: '$Label1' },
          { kind: 'markRead' },
          { kind: 'moveTo', folder: 'Lists' },
          { kind: 'stop' },
        ],
      },
      { name: 'r', match: 'all', tests: [], actions: [{ kind: 'stop' }] },
    ]);
  });
});

describe('what is refused', () => {
  const control = String.fromCharCode(7);
  it.each<[title: string, keys: Entry, words: string]>([
    [
      'two signatures',
      { signature: { file: 'a', text: 'b' } },
      '`accounts.a.signature` has both `file` and `text`',
    ],
    [
      'signature and template',
      { signature: { text: 'b' }, template: 't' },
      '`accounts.a.template` does not go with a signature',
    ],
    ['a bell in a signature', { signature: { text: `a${control}` } }, 'without control characters'],
    [
      'a novel as signature',
      { signature: { text: 'x'.repeat(10_001) } },
      '10000 characters at most',
    ],
    [
      'onReply: yes',
      { signature: { text: 'a', onReply: 'yes' } },
      'must be true or false, not "yes"',
    ],
    [
      'a certificate as a text',
      { certificate: 'me.p12' },
      '`accounts.a.certificate` must be a mapping',
    ],
    [
      'a password of no certificate',
      { certificate: { password: { env: 'X' } } },
      '`accounts.a.certificate.file` is missing',
    ],
    [
      'a password in the file',
      { certificate: { file: 'a', password: 'geheim' } },
      'the password itself never stands in this file',
    ],
    [
      'backgroundSync of POP3',
      { type: 'pop3', incoming: { ...server, backgroundSync: false } },
      'is for IMAP; this account is POP3',
    ],
    [
      'createSystemFolders of POP3',
      { type: 'pop3', incoming: { ...server, createSystemFolders: true } },
      'is for IMAP; this account is POP3',
    ],
    [
      'a rule without a name',
      { rules: [{ then: { stop: true } }] },
      '`accounts.a.rules.0.name` must be a text',
    ],
    [
      'two rules of a name',
      { rules: [rule, rule] },
      '`accounts.a.rules.1.name` is the name of an earlier rule',
    ],
    ['a rule that does nothing', { rules: [{ name: 'r', then: {} }] }, 'says nothing'],
    ['a rule that asks nothing', { rules: [{ ...rule, when: {} }] }, 'names no test'],
    [
      'move and delete',
      { rules: [{ name: 'r', then: { moveTo: 'A', delete: true } }] },
      'has both `moveTo` and `delete`',
    ],
    [
      'a flag of the server',
      { rules: [{ name: 'r', then: { flag: ['\\Recent'] } }] },
      'must be a list of',
    ],
    [
      'two comparisons',
      { rules: [{ ...rule, when: { from: { is: 'a', contains: 'b' } } }] },
      'must be exactly one of { is: TEXT }',
    ],
    ['a size in words', { rules: [{ ...rule, when: { size: { over: 'big' } } }] }, 'must be a'],
    [
      'a header name with a colon',
      { rules: [{ ...rule, when: { header: { 'A:': { is: 'b' } } } }] },
      'must be the name of a header',
    ],
    [
      'an unknown action',
      { rules: [{ name: 'r', then: { moveto: 'A' } }] },
      'unknown key `moveto` in `accounts.a.rules.0.then`',
    ],
  ])('%s', (_, keys, words) => {
    expect(messages(file(keys)).join('\n')).toContain(words);
  });

  it('an unknown list, with its place and the nearest name', () => {
    const [problem] = read(file({ access: 'ofice' }, { accessLists: office })).problems;
    expect(problem).toMatchObject({ path: 'accounts.a.access', line: 1, suggestion: 'office' });
    const inherited = read(file({}, { defaults: { access: 'x' } })).problems;
    expect(inherited.map(({ path }) => path)).toEqual(['defaults.access']);
  });

  it.each([
    [{ user: 'anna' }],
    [{ user: 'anna', rights: 'all' }],
    [{ user: 'anna', group: 'staff', rights: 'read' }],
    [{ user: 'a:b', rights: 'read' }],
  ])('the list entry %j', (entry) => {
    expect(messages(file({}, { accessLists: { office: [entry] } })).join()).toContain(
      'accessLists.office.0',
    );
  });

  it('a list of an impossible name', () => {
    expect(messages(file({}, { accessLists: { 'My List': [] } }))[0]).toContain('small letters');
  });
});

describe('addresses', () => {
  const address = (text: string): string => file({ identity: { address: text } });

  it.each([
    'anna@example.org',
    'a@xn--mller-kva.example',
    'änna@müller.example',
    '"anna b"@example.org',
    'a..b@example.org',
  ])('%s', (text) => {
    expect(account(address(text))?.identity.address).toBe(text);
  });

  it.each([
    ['Anna <anna@example.org>', 'give anna@example.org alone'],
    ['a@b@c.example', 'has more than one @'],
    ['anna', 'has no domain'],
    ['anna@', 'has no domain'],
    ['@example.org', 'has nothing before the @'],
    ['anna@example.org.', 'ends with a dot'],
    ['anna b@example.org', 'holds a blank'],
    ['anna@example..org', 'an empty part'],
    ['anna@[192.0.2.1]', 'names an IP address'],
    [`a@${'b'.repeat(64)}.example`, 'a part that is too long'],
  ])('%s: %s', (text, words) => {
    expect(messages(address(text)).join()).toContain(words);
  });
});

describe('one source takes the place of another', () => {
  const defaults = {
    signature: { file: '/all.txt', onReply: true },
    certificate: { file: '/all.p12', password: { env: 'ALL' } },
  };

  it('over defaults', () => {
    const own = { signature: { text: 'mine' }, certificate: { file: '/own.pem' } };
    expect(account(file(own, { defaults }))).toMatchObject({
      signature: { file: undefined, text: 'mine', onReply: true },
      certificate: { file: '/own.pem', password: undefined },
    });
    expect(account(file({ template: '/t' }, { defaults }))).toMatchObject({
      signature: { file: undefined, text: undefined },
      template: '/t',
    });
    const inherited = account(file({ certificate: { password: { env: 'OWN' } } }, { defaults }));
    expect(inherited?.certificate).toMatchObject({
      file: '/all.p12',
      password: { variable: 'OWN' },
    });
  });

  it('in a file that is applied, in the account and in defaults', () => {
    const text = file({ signature: { file: '/a' } }, { defaults: { template: '/t' } });
    const wanted = { accounts: { a: { template: '/b' } }, defaults: { signature: { text: 'x' } } };
    const plan = planApply(text, wanted, { prune: false, newId: () => 'aaaaaa' });
    const after = editMany(text, plan.edits);
    expect(account(after)).toMatchObject({ template: '/b', signature: { file: undefined } });
    const again = planApply(after, wanted, { prune: false, newId: () => 'aaaaaa' });
    expect(again.accounts).toEqual([{ name: 'a', change: 'unchanged', keys: [] }]);
  });
});

describe('in and out', () => {
  it('what is exported can be applied, with the lists that it names', () => {
    const keys = {
      id: 'aaaaaa',
      access: 'office',
      signature: { text: 'Anna\nLtd: #1' },
      rules: [{ name: 'r', when: { from: { is: ['a', 'b'] } }, then: { flag: ['\\Seen'] } }],
    };
    const text = file(keys, { accessLists: { ...office, other: [] } });
    const exported = exportText(exportAccounts(text, ['a']));
    expect(exported).toContain('    - { user: anna, rights: write }\n');
    expect(exported).not.toContain('other');
    const { entry, problems } = readPartialText(exported);
    expect(problems).toEqual([]);
    const plan = planApply(text, entry, { prune: false, newId: () => 'bbbbbb' });
    expect(plan).toMatchObject({ general: [], edits: { set: [], remove: [], add: [] } });
    const fresh = planApply('', entry, { prune: false, newId: () => 'bbbbbb' });
    const made = editMany('', fresh.edits);
    expect(account(made)).toEqual(account(text));
  });

  it('a text of several lines is set, and told', () => {
    const before =
      'accounts:\n  a: { signature: { file: /x } }\n  b:\n    signature:\n      text: one\n';
    const lines = new Map([['signature.text', 'Anna\n-- \nLtd']]);
    const flow = setAccountKeys(before, 'a', new Map([...lines, ['signature.file', undefined]]));
    const both = setAccountKeys(flow, 'b', lines);
    expect([...accountChanges(before, both)]).toEqual([
      [
        'a',
        [
          { key: 'signature.file', before: '/x', after: null },
          { key: 'signature.text', before: null, after: 'Anna\n-- \nLtd' },
        ],
      ],
      ['b', [{ key: 'signature.text', before: 'one', after: 'Anna\n-- \nLtd' }]],
    ]);
  });
});
