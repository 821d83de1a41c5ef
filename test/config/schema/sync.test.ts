/** Two-way sync in the file: what is taken, by account and by folder, what is inherited, and what is refused in which words. */
import { describe, expect, it } from 'vitest';
import { editMany } from '../../../src/config/edit/edit-many.ts';
import { planApply } from '../../../src/config/edit/plan-apply.ts';
import { readPartialText } from '../../../src/config/read/partial.ts';
import { readConfigText } from '../../../src/config/read/read.ts';
import { originsOf } from '../../../src/config/show/origin.ts';
import { exportAccounts, exportText } from '../../../src/config/show/export.ts';
import { usualSync } from '../../../src/core/account/policy/sync-settings.ts';

type Entry = Record<string, unknown>;

/** One account `a` with this beside the least it needs; JSON is YAML. */
function file(sync: unknown, { top = {}, ...keys }: Entry & { top?: Entry } = {}): string {
  const least = { identity: { address: 'a@b.example' }, send: false, incoming: { host: 'h' } };
  return JSON.stringify({ ...top, accounts: { a: { ...least, sync, ...keys } } });
}

const read = (text: string) => readConfigText(text, { folder: '/etc/posthorn', home: '/home/a' });
const account = (text: string) => {
  const { problems, accounts } = read(text);
  expect(problems).toEqual([]);
  return accounts.get('a');
};
const messages = (text: string) => read(text).problems.map(({ message }) => message);

const day = 86_400_000;
const pop3 = { type: 'pop3', incoming: { host: 'h', leaveOnServer: '30d' } };

describe('what is taken', () => {
  it('for IMAP, in octets and milliseconds', () => {
    const sync = {
      direction: 'pull',
      onLocalDelete: 'expunge',
      onRemoteDelete: 'trash',
      maxSize: '20M',
      maxAge: '1y',
      folders: { include: ['INBOX', 'Lists/%'], subscribed: true },
      perFolder: [
        { folder: 'role:trash', maxAge: 'none', direction: 'both' },
        { folder: ['Lists/*', '\\Junk'], maxSize: 100_000 },
      ],
    };
    expect(account(file(sync, { incoming: { host: 'h', maxConnections: 8 } }))).toMatchObject({
      incoming: { maxConnections: 8 },
      sync: {
        direction: 'pull',
        onLocalDelete: 'expunge',
        onRemoteDelete: 'trash',
        maxSize: 20_971_520,
        maxAge: 365 * day,
        folders: { include: ['INBOX', 'Lists/%'], exclude: [], subscribed: true },
        perFolder: [
          { folders: ['role:trash'], policy: { maxAge: null, direction: 'both' } },
          { folders: ['Lists/*', '\\Junk'], policy: { maxSize: 100_000 } },
        ],
      },
    });
  });

  it('for POP3, whose words it has', () => {
    const sync = { onLocalDelete: 'delete', maxSize: '5M' };
    expect(account(file(sync, pop3))).toMatchObject({
      incoming: { maxConnections: 1 },
      sync: { ...usualSync.pop3, onLocalDelete: 'expunge', maxSize: 5_242_880 },
    });
    expect(account(file({ onLocalDelete: 'expunge' }, pop3))?.sync.onLocalDelete).toBe('expunge');
    const left = { ...pop3, incoming: { host: 'h' } };
    expect(account(file({ onRemoteDelete: 'trash' }, left))?.sync.onRemoteDelete).toBe('trash');
    expect(account(file(undefined, left))?.sync).toEqual(usualSync.pop3);
  });

  it('nothing where every key is commented out', () => {
    expect(account(file({ folders: null }))?.sync).toEqual(usualSync.imap);
    expect(account(file(null))?.sync).toEqual(usualSync.imap);
  });
});

describe('what is inherited', () => {
  const sync = {
    direction: 'pull',
    onLocalDelete: 'expunge',
    onRemoteDelete: 'trash',
    maxSize: '1M',
    maxAge: '30d',
    folders: { exclude: ['Lists/*'], subscribed: true },
    perFolder: [{ folder: '*', direction: 'push' }],
  };
  const top = { defaults: { sync, incoming: { maxConnections: 2 } } };

  it('by IMAP, key by key, a list as a whole', () => {
    const own = { maxSize: 'none', folders: { exclude: ['Spam'] }, perFolder: [] };
    expect(account(file(own, { top }))).toMatchObject({
      incoming: { maxConnections: 2 },
      sync: {
        direction: 'pull',
        onLocalDelete: 'expunge',
        onRemoteDelete: 'trash',
        maxSize: null,
        maxAge: 30 * day,
        folders: { include: [], exclude: ['Spam'], subscribed: true },
        perFolder: [],
      },
    });
  });

  it('by POP3 nothing but the size, and never a word that deletes and was written for IMAP', () => {
    const at = (more: Entry) => account(file(undefined, { type: 'pop3', top, ...more }));
    expect(at({})).toMatchObject({ sync: { ...usualSync.pop3, maxSize: 1_048_576 } });
    const own = { sync: { ...sync, onLocalDelete: 'delete' } };
    expect(account(file(undefined, { ...pop3, top: { defaults: own } }))?.sync).toEqual({
      ...usualSync.pop3,
      onLocalDelete: 'expunge',
      maxSize: 1_048_576,
    });
    expect(account(file(undefined, { top: { defaults: own } }))?.sync.onLocalDelete).toBe('trash');
  });
});

it('what an account of the other type does not inherit does not come from the defaults', () => {
  const top = { defaults: { sync: { onLocalDelete: 'expunge', maxSize: '1M' } } };
  const keys = ['sync.onLocalDelete', 'sync.maxSize', 'sync.onRemoteDelete'];
  const origins = (more: Entry) => [...originsOf(file(undefined, { ...more, top }), 'a', keys)];
  expect(origins({ type: 'pop3' }).map(([, from]) => from)).toEqual([
    ...['built-in', 'defaults', 'built-in'],
  ]);
  expect(origins({}).map(([, from]) => from)).toEqual(['defaults', 'defaults', 'built-in']);
});

describe('what is refused', () => {
  it.each<[title: string, sync: unknown, more: Entry, words: string]>([
    ['a text', 'pull', {}, '`accounts.a.sync` must be a mapping'],
    [
      'another direction',
      { direction: 'up' },
      {},
      '`accounts.a.sync.direction` must be one of both, pull, push, not "up"',
    ],
    [
      'another deed',
      { onRemoteDelete: 'expunge' },
      {},
      'must be one of delete, trash, keep, not "expunge"',
    ],
    ['a size in words', { maxSize: '20 MB' }, {}, '500k, 20M or 1G, or none, not "20 MB"'],
    ['no size', { maxSize: 0 }, {}, '500k, 20M or 1G, or none, not 0'],
    ['an age without unit', { maxAge: 365 }, {}, '(s, m, h, d or y)'],
    ['no age', { maxAge: '0d' }, {}, 'or none, not "0d"'],
    ['one pattern', { folders: { include: 'INBOX' } }, {}, 'must be a list of folder names'],
    [
      'a negation',
      { folders: { include: ['*', '!Trash'] } },
      {},
      '`accounts.a.sync.folders.include.1` must not begin with `!`: what is left out stands under `folders.exclude`',
    ],
    [
      'a role that is none',
      { folders: { exclude: ['role:junkmail'] } },
      {},
      'must name one of the roles',
    ],
    ['a line break', { folders: { exclude: ['a\nb'] } }, {}, 'must be a text of one line'],
    ['an entry of no folder', { perFolder: [{ direction: 'pull' }] }, {}, 'perFolder.0.folder'],
    [
      'an entry that says nothing',
      { perFolder: [{ folder: 'a' }] },
      {},
      '`accounts.a.sync.perFolder.0` says nothing',
    ],
    [
      'a mapping by folder',
      { perFolder: { 'Lists/*': { direction: 'pull' } } },
      {},
      'must be a list of folders with what is otherwise there',
    ],
    [
      'too many connections',
      {},
      { incoming: { host: 'h', maxConnections: 21 } },
      'must be a whole number from 1 to 20, not 21',
    ],
    ['POP3’s word', { onLocalDelete: 'delete' }, {}, 'cannot be delete: that is for POP3'],
    [
      'POP3’s word in a folder',
      { perFolder: [{ folder: 'a', onLocalDelete: 'delete' }] },
      {},
      '`accounts.a.sync.perFolder.0.onLocalDelete` cannot be delete',
    ],
    ['the direction of POP3', { direction: 'pull' }, pop3, 'is for IMAP; this account is POP3'],
    ['folders of POP3', { folders: { include: ['INBOX'] } }, pop3, 'is for IMAP'],
    ['policies by folder of POP3', { perFolder: [] }, pop3, 'is for IMAP'],
    ['the age of POP3', { maxAge: '1y' }, pop3, 'is for IMAP'],
    [
      'connections of POP3',
      {},
      { type: 'pop3', incoming: { host: 'h', maxConnections: 1 } },
      '`accounts.a.incoming.maxConnections` is for IMAP',
    ],
    ['a trash of POP3', { onLocalDelete: 'trash' }, pop3, 'cannot be trash: POP3 has none'],
    [
      'deleting where everything is left',
      { onLocalDelete: 'delete' },
      { type: 'pop3' },
      'cannot be delete with `incoming.leaveOnServer: true`, which deletes nothing there',
    ],
    [
      'deleting here what posthorn deleted there',
      { onRemoteDelete: 'delete' },
      pop3,
      'cannot be delete unless `incoming.leaveOnServer` is true',
    ],
  ])('%s', (_, sync, more, words) => {
    expect(messages(file(sync, more)).join('\n')).toContain(words);
  });

  it.each([
    [{ dirction: 'pull' }, 'accounts.a.sync.dirction', 'direction'],
    [{ folders: { includes: [] } }, 'accounts.a.sync.folders.includes', 'include'],
    [
      { perFolder: [{ folder: 'a', maxsize: '1M', direction: 'pull' }] },
      'accounts.a.sync.perFolder.0.maxsize',
      'maxSize',
    ],
  ])('an unknown key of %j, with the nearest known one', (sync, path, suggestion) => {
    expect(read(file(sync)).problems).toMatchObject([{ path, suggestion }]);
  });
});

it('what is exported can be applied, and is the same again', () => {
  const sync = {
    direction: 'pull',
    maxAge: '1y',
    folders: { exclude: ['\\Trash', 'a: #b'] },
    perFolder: [{ folder: ['2024', 'INBOX.Sent'], maxSize: '1M' }],
  };
  const text = file(sync, { id: 'aaaaaa' });
  const { entry, problems } = readPartialText(exportText(exportAccounts(text, ['a'])));
  expect(problems).toEqual([]);
  const options = { prune: false, newId: () => 'bbbbbb' };
  expect(planApply(text, entry, options).edits).toEqual({ set: [], remove: [], add: [] });
  const made = editMany('', planApply('', entry, options).edits);
  expect(account(made)).toEqual(account(text));
});
