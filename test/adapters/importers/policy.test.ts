/** What other programs say of directions, deletions, limits and folders, in the keys of posthorn. */
import { describe, expect, it } from 'vitest';
import { importer } from '../../../src/adapters/importers/importer.ts';

interface Said {
  readonly globals?: string;
  readonly far?: string;
  readonly near?: string;
  readonly channels?: readonly string[];
}

function mbsync({ globals = '', far = '', near = '', channels = ['Patterns *'] }: Said) {
  const sections = channels.map(
    (lines, at) => `Channel c${String(at)}\nFar :far:\nNear :near:\n${lines}\n`,
  );
  const stores = `IMAPStore far\nHost h\nUser a@b.example\nPassCmd x\n${far}\n\nMaildirStore near\nPath ~/Mail/\n${near}\n`;
  const text = `${globals}\n\n${stores}\n${sections.join('\n')}`;
  const { accounts, leftOver } = importer.parse('mbsyncrc', text, '.mbsyncrc');
  return { sync: accounts[0]?.entry.sync, leftOver: leftOver.map(({ what }) => what) };
}

const keep = { onLocalDelete: 'keep', onRemoteDelete: 'keep' };

describe('mbsync', () => {
  it.each<[title: string, said: Said, sync: object, leftOver: readonly string[]]>([
    ['nothing', {}, keep, []],
    ['Sync Pull', { channels: ['Sync Pull\nPatterns *'] }, { ...keep, direction: 'pull' }, []],
    ['Sync Push, before all', { globals: 'Sync Push' }, { ...keep, direction: 'push' }, []],
    ['Sync both', { channels: ['Sync Push Pull\nPatterns *'] }, keep, []],
    ['Sync in part', { channels: ['Sync Pull New\nPatterns *'] }, keep, ['Sync']],
    [
      'two directions',
      { channels: ['Sync Pull\nPatterns *', 'Sync Push\nPatterns *'] },
      { ...keep, direction: 'pull' },
      ['Sync'],
    ],
    [
      'a channel over what holds for all',
      { globals: 'Expunge Both', channels: ['Expunge None\nPatterns *'] },
      keep,
      [],
    ],
    [
      'Expunge Both',
      { globals: 'Expunge Both' },
      { onLocalDelete: 'expunge', onRemoteDelete: 'delete' },
      [],
    ],
    [
      'Expunge Far, with a trash there',
      { channels: ['Expunge Far\nPatterns *'], far: 'Trash Bin' },
      { onLocalDelete: 'trash', onRemoteDelete: 'keep' },
      [],
    ],
    [
      'Expunge Slave, with a trash here',
      { channels: ['Expunge Slave\nPatterns *'], near: 'Trash Bin' },
      { onLocalDelete: 'keep', onRemoteDelete: 'trash' },
      ['Trash'],
    ],
    [
      'Expunge of one channel of two',
      { channels: ['Expunge Both\nPatterns a', 'Patterns b'] },
      { ...keep, folders: { include: ['a', 'b'] } },
      ['Expunge'],
    ],
    ['Expunge Everything', { globals: 'Expunge Everything' }, keep, ['Expunge']],
    ['MaxSize here', { near: 'MaxSize 200k' }, { ...keep, maxSize: '200k' }, []],
    ['MaxSize there', { far: 'MaxSize 200k' }, keep, ['MaxSize']],
    [
      'MaxSize of old files',
      { channels: ['MaxSize 2mb\nPatterns *'] },
      { ...keep, maxSize: '2M' },
      [],
    ],
    ['MaxSize 0', { channels: ['MaxSize 0\nPatterns *'] }, keep, []],
    ['MaxSize large', { channels: ['MaxSize large\nPatterns *'] }, keep, ['MaxSize']],
    [
      'SubscribedOnly',
      { far: 'SubscribedOnly yes' },
      { ...keep, folders: { subscribed: true } },
      [],
    ],
    [
      'Patterns',
      { channels: ['Patterns INBOX Lists/% !Lists/old'] },
      { ...keep, folders: { include: ['INBOX', 'Lists/%'], exclude: ['Lists/old'] } },
      [],
    ],
    [
      'Pattern, line by line',
      { channels: ['Pattern *\nPattern !Spam'] },
      { ...keep, folders: { exclude: ['Spam'] } },
      [],
    ],
    ['what is brought back', { channels: ['Patterns * !Lists/* Lists/a'] }, keep, ['Patterns']],
    ['only what is left out', { channels: ['Patterns !Spam'] }, keep, ['Patterns']],
    ['a channel of one folder', { channels: ['Patterns a', ''] }, keep, ['Patterns']],
    ['below a Path', { far: 'Path Mail/' }, keep, ['Path', 'Patterns']],
    [
      'two channels, of which one takes what the other leaves out',
      { channels: ['Patterns INBOX', 'Patterns * !INBOX !Spam'] },
      { ...keep, folders: { exclude: ['Spam'] } },
      [],
    ],
    [
      'two channels, and wildcards',
      { channels: ['Patterns INBOX', 'Patterns * !I*'] },
      keep,
      ['Patterns', 'Patterns'],
    ],
  ])('%s', (_, said, sync, leftOver) => {
    const found = mbsync(said);
    expect(found.sync).toEqual(sync);
    expect(found.leftOver).toEqual(leftOver);
  });

  it('a store that no channel uses is not passed over', () => {
    const text = 'Sync Pull\n\nMaildirStore near\nPath ~/Mail/\nMaxSize 1m\n';
    const { leftOver } = importer.parse('mbsyncrc', text, '.mbsyncrc');
    expect(leftOver.map(({ what }) => what)).toEqual(['Sync', 'MaxSize']);
  });
});

function offline(account: string, local: string, remote: string) {
  const text = `[general]\naccounts = a\n[Account a]\nlocalrepository = l\nremoterepository = r\n${account}\n[Repository l]\ntype = Maildir\nlocalfolders = ~/Mail\n${local}\n[Repository r]\ntype = IMAP\nremotehost = h\nremoteuser = a@b.example\nremotepass = x\n${remote}\n`;
  const { accounts, leftOver } = importer.parse('offlineimaprc', text, '.offlineimaprc');
  const { sync = {}, incoming } = accounts[0]?.entry ?? {};
  return {
    entry: { ...sync, maxConnections: incoming?.maxConnections },
    leftOver: leftOver.map(({ what }) => what),
  };
}

describe('OfflineIMAP', () => {
  it.each<[account: string, local: string, remote: string, entry: object, leftOver: string[]]>([
    ['', '', '', {}, []],
    ['', '', 'readonly = True', { direction: 'pull' }, []],
    ['', 'readonly = yes', '', { direction: 'push' }, []],
    ['', 'readonly = yes', 'readonly = yes', { direction: 'pull' }, ['readonly']],
    ['maxsize = 2000000', '', '', { maxSize: '2000000' }, []],
    ['maxsize = 2M', '', '', {}, ['maxsize']],
    ['maxage = 30', '', '', { maxAge: '30d' }, []],
    ['maxage = 2020-01-01', '', '', {}, ['maxage']],
    ['', 'sync_deletes = no', '', { onLocalDelete: 'keep' }, []],
    ['', '', 'sync_deletes = no', { onRemoteDelete: 'keep' }, []],
    ['', '', 'expunge = yes', { onLocalDelete: 'expunge' }, []],
    ['', 'sync_deletes = no', 'expunge = yes', { onLocalDelete: 'keep' }, []],
    ['', '', 'expunge = no', { onLocalDelete: 'keep' }, ['expunge']],
    ['', '', 'subscribedonly = yes', { folders: { subscribed: true } }, []],
    ['', '', 'maxconnections = 3', { maxConnections: 3 }, []],
    ['', '', 'maxconnections = 30', {}, ['maxconnections']],
    [
      '',
      '',
      "folderfilter = lambda f: f in ['INBOX', 'Sent Mail']\nfolderincludes = ['x']",
      { folders: { include: ['INBOX', 'Sent Mail', 'x'] } },
      [],
    ],
    [
      '',
      '',
      "folderfilter = lambda name: name not in (\n  'Trash',\n  'Spam')",
      { folders: { exclude: ['Trash', 'Spam'] } },
      [],
    ],
    [
      '',
      '',
      "folderfilter = lambda f: f not in ['Trash']\nfolderincludes = ['x']",
      {},
      ['folderfilter', 'folderincludes'],
    ],
    ['', '', "folderfilter = lambda f: f in ['a*']", {}, ['folderfilter']],
    ['', '', "folderfilter = lambda f: f in ['&AOQ-']", {}, ['folderfilter']],
    ['', '', "folderfilter = lambda f: g in ['a']", {}, ['folderfilter']],
    ['', '', "folderfilter = lambda f: not re.search('x', f)", {}, ['folderfilter']],
  ])('%j, %j, %j', (account, local, remote, entry, leftOver) => {
    const found = offline(account, local, remote);
    expect(found.entry).toEqual({ maxConnections: undefined, ...entry });
    expect(found.leftOver).toEqual(leftOver);
  });
});

describe('a table', () => {
  const columns =
    'direction;on_local_delete;on_remote_delete;max_size;max_age;include_folders;exclude_folders;subscribed_only;max_connections';
  const row = (fields: string, type = 'imap') =>
    importer.parse('csv', `address;type;${columns}\na@b.example;${type};${fields}\n`, 'a.csv');

  it('has a column for each', () => {
    const [account] = row(
      'Pull;expunge;keep;20M;1y;"INBOX; Sent Items,Lists/*";role:spam;yes;2',
    ).accounts;
    expect(account?.entry).toMatchObject({
      incoming: { maxConnections: 2 },
      sync: {
        direction: 'pull',
        onLocalDelete: 'expunge',
        onRemoteDelete: 'keep',
        maxSize: '20M',
        maxAge: '1y',
        folders: {
          include: ['INBOX', 'Sent Items', 'Lists/*'],
          exclude: ['role:spam'],
          subscribed: true,
        },
      },
    });
  });

  it('says nothing where they are empty', () => {
    expect(row(';;;;;;;;').accounts[0]?.entry).not.toHaveProperty('sync');
    expect(row(';delete;;;;;;;', 'pop3').accounts[0]?.entry.sync).toEqual({
      onLocalDelete: 'delete',
    });
  });

  it.each([
    [';;;;;;;perhaps;', '`subscribed_only` must be yes or no'],
    [';;;;;;;;two', '`max_connections` must be a number'],
  ])('refuses %s', (fields, words) => {
    expect(() => row(fields)).toThrow(words);
  });
});
