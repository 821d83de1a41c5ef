import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isIncluded,
  policyOf,
  type ListedFolder,
} from '../../../../src/core/account/policy/folder-policy.ts';
import {
  usualSync,
  type FolderSelection,
  type SyncSettings,
} from '../../../../src/core/account/policy/sync-settings.ts';

function folder(path: string, more: Partial<ListedFolder> = {}): ListedFolder {
  return {
    path,
    segments: path.split('/'),
    role: null,
    attributes: [],
    subscribed: true,
    ...more,
  };
}

const day = 86_400_000;
const account = { ...usualSync.imap, maxAge: 365 * day };
const { folders: _folders, perFolder: _perFolder, ...accountPolicy } = account;

describe('policyOf', () => {
  const settings: SyncSettings = {
    ...account,
    perFolder: [
      { folders: ['Lists/dev'], policy: { maxAge: null } },
      { folders: ['Lists/*', 'role:spam'], policy: { direction: 'pull', maxAge: 30 * day } },
      { folders: ['*'], policy: { direction: 'push', maxSize: 1_000 } },
    ],
  };

  it.each<[ListedFolder, Partial<SyncSettings>]>([
    [folder('Lists/dev'), { direction: 'pull', maxAge: null, maxSize: 1_000 }],
    [folder('Lists/users'), { direction: 'pull', maxAge: 30 * day, maxSize: 1_000 }],
    [folder('Werbung', { role: 'spam' }), { direction: 'pull', maxAge: 30 * day, maxSize: 1_000 }],
    [folder('INBOX', { role: 'inbox' }), { direction: 'push', maxSize: 1_000 }],
  ])('%#: for each setting the first entry that says it', (of, own) => {
    expect(policyOf(settings, of)).toEqual({ ...accountPolicy, ...own });
  });

  it('without entries, and in folders that none fits, it is that of the account', () => {
    expect(policyOf(account, folder('a'))).toEqual(accountPolicy);
    const elsewhere = { ...settings, perFolder: settings.perFolder.slice(0, 2) };
    expect(policyOf(elsewhere, folder('a'))).toEqual(accountPolicy);
  });
});

const none: FolderSelection = { include: [], exclude: [], subscribed: false };
const inbox = folder('INBOX', { role: 'inbox', subscribed: false });
const plain = folder('Lists/dev', { subscribed: false });
const all = folder('[Gmail]/All Mail', { attributes: ['\\all'] });
const starred = folder('[Gmail]/Starred', { attributes: ['\\flagged'] });
const important = folder('[Gmail]/Important', { attributes: ['\\important'] });

describe('isIncluded', () => {
  it.each<[title: string, selection: Partial<FolderSelection>, ListedFolder, isIn: boolean]>([
    ['everything as usual', {}, plain, true],
    ['an include that fits', { include: ['Lists/*'] }, plain, true],
    ['an include that does not', { include: ['Work'] }, plain, false],
    ['the inbox too, if include names others', { include: ['Lists/*'] }, inbox, false],
    ['exclude before include', { include: ['Lists/dev'], exclude: ['Lists/%'] }, plain, false],
    ['subscribed alone', { subscribed: true }, plain, false],
    ['subscribed alone, named', { subscribed: true, include: ['Lists/dev'] }, plain, false],
    ['subscribed alone, subscribed', { subscribed: true }, folder('a'), true],
    ['subscribed alone, the inbox', { subscribed: true }, inbox, true],
    ['All Mail', {}, all, false],
    ['Starred', {}, starred, false],
    ['Important', {}, important, false],
    ['All Mail by a wildcard', { include: ['*'] }, all, false],
    ['All Mail by its name', { include: ['*', '[Gmail]/All Mail'] }, all, true],
    ['All Mail by its use', { include: ['role:all'] }, all, true],
    ['Important by its use', { include: ['\\Important'] }, important, true],
    ['All Mail named, and left out', { include: ['\\All'], exclude: ['[Gmail]/*'] }, all, false],
  ])('%s', (_, selection, of, isIn) => {
    expect(isIncluded({ ...none, ...selection }, of)).toBe(isIn);
  });

  const pattern = fc.constantFrom('*', '%', 'a', 'a/*', 'role:trash', '\\All', 'INBOX', 'b/%');
  const patterns = fc.array(pattern, { maxLength: 3 });
  const listed = fc.record({
    path: fc.constantFrom('INBOX', 'a', 'a/b', 'b/c', 'c'),
    role: fc.constantFrom(null, 'trash' as const, 'inbox' as const),
    attributes: fc.constantFrom([], ['\\all'], ['\\trash']),
    subscribed: fc.boolean(),
  });
  const selections = fc.record({ include: patterns, exclude: patterns, subscribed: fc.boolean() });

  it('one more exclude, or subscribed alone, never brings a folder in', () => {
    fc.assert(
      fc.property(selections, pattern, listed, (selection, more, facts) => {
        const of = folder(facts.path, facts);
        const narrower = [
          { ...selection, exclude: [...selection.exclude, more] },
          { ...selection, subscribed: true },
        ];
        for (const each of narrower)
          if (isIncluded(each, of)) expect(isIncluded(selection, of)).toBe(true);
      }),
    );
  });

  it('the order of patterns says nothing', () => {
    fc.assert(
      fc.property(selections, listed, (selection, facts) => {
        const of = folder(facts.path, facts);
        const { include, exclude, subscribed } = selection;
        const turned = {
          include: include.toReversed(),
          exclude: exclude.toReversed(),
          subscribed,
        };
        expect(isIncluded(turned, of)).toBe(isIncluded(selection, of));
      }),
    );
  });
});
