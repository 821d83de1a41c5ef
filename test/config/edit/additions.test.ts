/** Accounts that are to join a configuration: what is wrong with each, and whose folders would mix. */
import { describe, expect, it } from 'vitest';
import { checkAdditions } from '../../../src/config/edit/additions.ts';
import type { AccountEntry } from '../../../src/config/schema/schema.ts';

const context = { folder: '/etc/posthorn', home: '/home/anna' };
const text = `version: 1
options: { mailRoot: ~/Post }
defaults: { outgoing: { host: smtp.example.org } }
accounts:
  work:
    identity: { address: anna@example.org }
    incoming: { host: imap.example.org }
  deep:
    identity: { address: anna@example.net }
    incoming: { host: imap.example.net }
    path: ~/Mail/a/b
`;

const sound: AccountEntry = {
  identity: { address: 'bert@example.org' },
  incoming: { host: 'imap.example.org' },
};
const check = (...entries: [string, AccountEntry][]) =>
  checkAdditions(
    text,
    entries.map(([name, entry]) => ({ name, entry })),
    context,
  );

describe('an account that joins', () => {
  it('holds with what it inherits, and gets a folder by its name', () => {
    expect(check(['bert', sound])).toEqual([
      { faults: [], path: '/home/anna/Post/bert', mixesWith: undefined },
    ]);
  });

  it('is refused for a key, and for keys that need each other', () => {
    const port = { ...sound, incoming: { host: 'x.example', port: 70_000 } };
    const clear = { ...sound, incoming: { host: 'x.example', security: 'none', auth: 'plain' } };
    const none = { identity: { address: 'bert@example.org' } };
    const [first, second, third] = check(['a', port], ['b', clear as AccountEntry], ['c', none]);
    expect(first?.faults).toEqual([expect.stringContaining('incoming.port')]);
    expect(second?.faults).toEqual([expect.stringContaining('without encryption')]);
    expect(third?.faults).toEqual([expect.stringContaining('incoming.host')]);
  });

  it('is judged together with what stands there already', () => {
    const sender: AccountEntry = { outgoing: { port: 2525 }, send: true };
    expect(check(['work', sender])).toMatchObject([{ faults: [], mixesWith: undefined }]);
  });

  it.each([
    ['the same folder', '~/Post/work', 'work'],
    ['a folder within', '~/Post/work/new', 'work'],
    ['a folder around', '~/Mail', 'deep'],
    ['a folder beside', '~/Mail/a/bc', undefined],
  ])('%s', (_, path, mixesWith) => {
    expect(check(['bert', { ...sound, path }])).toMatchObject([{ mixesWith }]);
  });

  it('does not mix with another that joins, which keeps its folder', () => {
    const path = '~/shared';
    const [one, two] = check(['one', { ...sound, path }], ['two', { ...sound, path }]);
    expect([one?.mixesWith, two?.mixesWith]).toEqual([undefined, 'one']);
  });
});
