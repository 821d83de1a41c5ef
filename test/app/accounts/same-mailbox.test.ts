/** Accounts of one mailbox are found whatever way they write it, and only those. */

import { describe, expect, it } from 'vitest';
import type { NamedImport } from '../../../src/app/accounts/import-accounts.ts';
import { mailboxOf, withoutTwins } from '../../../src/app/accounts/same-mailbox.ts';
import type { ImportedEntry } from '../../../src/ports/accounts/importer.ts';

function imap(host: string, username?: string, more: object = {}): ImportedEntry {
  const user = username === undefined ? {} : { username };
  return {
    type: 'imap',
    identity: { address: 'anna@example.org' },
    incoming: { host, ...user, ...more },
  };
}

function named(...entries: ImportedEntry[]): NamedImport[] {
  return entries.map((entry, at) => ({
    name: `a${String(at)}`,
    line: at + 1,
    joins: false,
    entry,
    secrets: {},
  }));
}

describe('mailboxOf', () => {
  it.each([
    ['the host in capitals', imap('h.example', 'anna'), imap('H.example.', 'anna')],
    ['the address for a user name', imap('h', 'anna@example.org'), imap('h')],
    ['another usual port', imap('h', 'anna', { port: 143 }), imap('h', 'anna', { port: 993 })],
    ['a usual port, and none', imap('h', 'anna', { port: 993 }), imap('h', 'anna')],
  ])('is the same: %s', (_title, one, other) => {
    expect(mailboxOf(one)).toBe(mailboxOf(other));
    expect(mailboxOf(one)).toBeDefined();
  });

  it.each([
    ['another user', imap('h', 'anna'), imap('h', 'ben')],
    ['another host', imap('h', 'anna'), imap('i', 'anna')],
    [
      'a tunnel',
      imap('localhost', 'anna', { port: 1143 }),
      imap('localhost', 'anna', { port: 2143 }),
    ],
    ['another protocol', imap('h', 'anna'), { ...imap('h', 'anna'), type: 'pop3' as const }],
  ])('is another: %s', (_title, one, other) => {
    expect(mailboxOf(one)).not.toBe(mailboxOf(other));
  });

  it('is none where nothing is fetched, or the host comes from elsewhere', () => {
    expect(mailboxOf({ ...imap('h'), receive: false })).toBeUndefined();
    expect(mailboxOf({ identity: { address: 'anna@example.org' } })).toBeUndefined();
  });
});

describe('withoutTwins', () => {
  const twins = named(imap('h', 'anna'), imap('h', 'ben'), imap('h', 'anna'), imap('h', 'anna'));

  it('keeps the first of each, and tells the others', () => {
    const { accounts, leftOver } = withoutTwins(twins, { present: new Map(), keeps: false });
    expect(accounts.map(({ name }) => name)).toEqual(['a0', 'a1']);
    expect(leftOver.map(({ line }) => line)).toEqual([3, 4]);
    for (const { why } of leftOver)
      expect(why).toMatch(/^not imported: .* same mailbox as that of a0/);
  });

  it('knows those that are there already', () => {
    const present = new Map([['imap h anna', 'mine']]);
    const { accounts, leftOver } = withoutTwins(twins, { present, keeps: false });
    expect(accounts.map(({ name }) => name)).toEqual(['a1']);
    expect(leftOver[0]?.why).toContain('that of mine');
  });

  it('keeps what a person has named, and tells it all the same', () => {
    const { accounts, leftOver } = withoutTwins(twins, { present: new Map(), keeps: true });
    expect(accounts).toEqual(twins);
    expect(leftOver.map(({ why }) => why)).toEqual([
      expect.stringContaining('comes twice'),
      expect.stringContaining('comes twice'),
    ]);
  });

  it('leaves a sender alone that joins a receiver', () => {
    const joining = twins.map((each) => ({ ...each, joins: true }));
    expect(withoutTwins(joining, { present: new Map(), keeps: false }).leftOver).toEqual([]);
  });
});
