/** Proves the harness itself: real servers, reached by the tests' own small clients. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDovecot } from './dovecot.ts';
import type { Dovecot } from './dovecot.ts';

let dovecot: Dovecot;
beforeAll(async () => {
  dovecot = await startDovecot({ specialUse: true });
});
afterAll(() => dovecot?.stop());

const hello = Buffer.from('Subject: hello\r\n\r\nhello\r\n');

describe('Dovecot', () => {
  it('shows what was delivered, octet by octet, with flags and date', async () => {
    const user = await dovecot.addUser();
    const date = new Date('2020-02-03T04:05:06Z');
    await dovecot.deliver(user, 'Entwürfe/Ä & b', [hello], { flags: 'FS', date });
    expect(await dovecot.serverMessages(user, 'Entwürfe/Ä & b')).toEqual([
      {
        uid: 1,
        flags: ['\\Flagged', '\\Seen'],
        internalDate: date,
        size: hello.length,
        raw: hello,
      },
    ]);
  });

  it('changes UIDVALIDITY on demand', async () => {
    const user = await dovecot.addUser();
    await dovecot.deliver(user, 'INBOX', hello);
    const before = await dovecot.status(user);
    await dovecot.setUidValidity(user, 'INBOX', before.uidValidity + 5);
    const after = await dovecot.status(user);
    expect(after).toEqual({ ...before, uidValidity: before.uidValidity + 5 });
    await dovecot.createFolder(user, 'Other');
    const other = await dovecot.status(user, 'Other');
    await dovecot.recreateFolder(user, 'Other');
    expect((await dovecot.status(user, 'Other')).uidValidity).not.toBe(other.uidValidity);
  });

  it('knows a changed password', async () => {
    const user = await dovecot.addUser();
    await dovecot.status(user);
    const changed = await dovecot.setPassword(user, 'another');
    await dovecot.status(changed);
    await expect(dovecot.status(user)).rejects.toThrow('AUTHENTICATIONFAILED');
  });

  it('ends the connections of a user', async () => {
    const user = await dovecot.addUser();
    await dovecot.kick(user);
    const imap = await dovecot.imap(user);
    await dovecot.kick(user);
    await expect(imap.command('NOOP')).rejects.toThrow();
  });
});
