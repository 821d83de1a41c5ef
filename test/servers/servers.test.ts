/** Proves the harness itself: real servers, reached by the tests' own small clients. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CertificateKind } from './authority.ts';
import { Dialogue } from './dialogue.ts';
import { startDovecot } from './dovecot.ts';
import type { Dovecot } from './dovecot.ts';
import { withoutCr } from './maildir-files.ts';
import { corpus, hugeMessage, makeMessage, oddMessages } from './messages.ts';
import { startPostfix } from './postfix.ts';
import type { Postfix } from './postfix.ts';
import { RawImap } from './raw-imap.ts';
import { RawSmtp } from './raw-smtp.ts';

let dovecot: Dovecot;
let postfix: Postfix;
beforeAll(async () => {
  dovecot = await startDovecot({ specialUse: true });
  postfix = await startPostfix({ dovecot });
});
afterAll(async () => {
  await postfix?.stop();
  await dovecot?.stop();
});

const hello = Buffer.from('Subject: hello\r\n\r\nhello\r\n');

/** A file's LF is CRLF on the wire, and IMAP has no NUL in a literal: Dovecot shows 0x80. */
const onTheWire = (raw: Buffer): Buffer =>
  Buffer.from(
    withoutCr(raw).toString('latin1').replaceAll('\n', '\r\n').replaceAll('\0', '\x80'),
    'latin1',
  );

describe('Dovecot over IMAP', () => {
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

  it('shows what was appended', async () => {
    const user = await dovecot.addUser();
    const date = new Date('2021-12-30T01:02:03Z');
    await dovecot.append(user, 'INBOX', [hello, makeMessage(1)], { flags: ['\\Seen'], date });
    const messages = await dovecot.serverMessages(user);
    expect(messages.map(({ raw }) => raw)).toEqual([hello, makeMessage(1)]);
    expect(messages[1]).toMatchObject({ uid: 2, flags: ['\\Seen'], internalDate: date });
  });

  it('takes two thousand messages within three seconds', async () => {
    const user = await dovecot.addUser();
    const messages = corpus(2000);
    const begin = performance.now();
    await dovecot.deliver(user, 'INBOX', messages);
    expect(performance.now() - begin).toBeLessThan(3000);
    const shown = await dovecot.serverMessages(user);
    expect(shown.map(({ uid }) => uid)).toEqual(messages.map((_, at) => at + 1));
    expect(shown.every(({ raw }, at) => raw.equals(messages[at] ?? hello))).toBe(true);
  });

  it('holds every odd message', async () => {
    const user = await dovecot.addUser();
    const odd = oddMessages();
    await dovecot.deliver(user, 'INBOX', [...odd.values(), hugeMessage()]);
    const shown = await dovecot.serverMessages(user);
    const names = [...odd.keys()];
    for (const [at, name] of names.entries()) {
      const raw = odd.get(name) ?? hello;
      expect(shown[at]?.raw.equals(onTheWire(raw)), name).toBe(true);
    }
    expect(shown.at(-1)?.raw.equals(hugeMessage())).toBe(true);
  });

  it('has the folders for special use', async () => {
    const folders = await dovecot.folders(await dovecot.addUser());
    expect(folders).toContainEqual({ name: 'Sent', flags: ['\\Sent'], separator: '/' });
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

  it('comes back on the same ports with the same mail', async () => {
    const user = await dovecot.addUser();
    await dovecot.deliver(user, 'INBOX', hello);
    const before = await dovecot.status(user);
    await dovecot.pause();
    await expect(dovecot.status(user)).rejects.toThrow('ECONNREFUSED');
    await dovecot.resume();
    expect(await dovecot.status(user)).toEqual(before);
  });

  it.each(['maildir', 'maildir-fs', 'sdbox'] as const)('stores mail as %s', async (format) => {
    const other = await startDovecot({ format, separator: format === 'maildir' ? '.' : '/' });
    const folder = format === 'maildir' ? 'a.b' : 'a/b';
    await other.deliver(other.user('bob'), folder, [hello, makeMessage(2)]);
    const shown = await other.serverMessages(other.user('bob'), folder);
    expect(shown.map(({ raw }) => raw)).toEqual([hello, makeMessage(2)]);
    await other.stop();
  });

  it('refuses a password in clear where told so', async () => {
    const strict = await startDovecot({ disablePlaintextAuth: true });
    const imap = await RawImap.open({ host: strict.host, port: strict.ports.imap });
    const [capability] = await imap.command('CAPABILITY');
    expect(capability?.text).toContain('LOGINDISABLED');
    await expect(imap.login('alice@example.org', 'alice-secret')).rejects.toThrow(
      'PRIVACYREQUIRED',
    );
    expect(await strict.serverMessages(strict.user('alice'))).toEqual([]);
    await imap.close();
    await strict.stop();
  });
});

describe('certificates', () => {
  const verdicts: [CertificateKind, string | undefined][] = [
    ['good', undefined],
    ['expired', 'CERT_HAS_EXPIRED'],
    ['wrong-host', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['self-signed', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ];
  it.each(verdicts)('%s: %s', async (certificate, code) => {
    const { authority } = dovecot;
    const server = await startDovecot({ authority, certificate, users: ['alice'] });
    const tls = { ca: await readFile(server.ca), servername: 'localhost' };
    const opened = RawImap.open({ host: 'localhost', port: server.ports.imaps, tls });
    const seen = await opened.then(
      (imap) => imap.login('alice@example.org', 'alice-secret').then(() => imap.close()),
      (error: NodeJS.ErrnoException) => error.code,
    );
    expect(seen).toBe(code);
    await server.stop();
  });
});

describe('Dovecot over POP3', () => {
  it('speaks STLS and shows UIDLs', async () => {
    const user = await dovecot.addUser();
    await dovecot.deliver(user, 'INBOX', hello);
    const { uidValidity } = await dovecot.status(user);
    const pop3 = await Dialogue.open({ host: dovecot.host, port: dovecot.ports.pop3 });
    expect(await pop3.readLine()).toMatch(/^\+OK .*<.*@.*>/);
    expect(await pop3.ask('STLS')).toMatch(/^\+OK/);
    await pop3.startTls({ ca: await readFile(dovecot.ca), servername: 'localhost' });
    expect(await pop3.ask(`USER ${user.address}`)).toMatch(/^\+OK/);
    expect(await pop3.ask(`PASS ${user.password}`)).toMatch(/^\+OK/);
    const validity = uidValidity.toString(16).padStart(8, '0');
    expect(await pop3.ask('UIDL 1')).toBe(`+OK 1 00000001${validity}`);
    pop3.close();
  });

  it('lets two hundred connections in at once', async () => {
    const user = await dovecot.addUser();
    const once = async (): Promise<string> => {
      const pop3 = await Dialogue.open({ host: dovecot.host, port: dovecot.ports.pop3 });
      await pop3.readLine();
      await pop3.ask(`USER ${user.address}`);
      const answer = await pop3.ask('PASS wrong');
      pop3.close();
      return answer.slice(0, 4);
    };
    const answers = await Promise.all(Array.from({ length: 200 }, once));
    expect(new Set(answers)).toEqual(new Set(['-ERR']));
  });
});

describe('Postfix', () => {
  const trusted = async () => ({ ca: await readFile(postfix.ca), servername: 'localhost' });

  it('takes mail after STARTTLS and AUTH, and Dovecot has it', async () => {
    const user = await dovecot.addUser();
    const smtp = await RawSmtp.open({ host: postfix.host, port: postfix.ports.submission });
    expect((await smtp.ask('EHLO test', 250)).lines.join(' ')).not.toContain('AUTH');
    expect((await smtp.ask('MAIL FROM:<a@example.org>')).code).toBe(530);
    await smtp.startTls(await trusted());
    const { lines } = await smtp.ask('EHLO test', 250);
    expect(lines.find((line) => line.startsWith('AUTH'))).toMatch(/PLAIN.*CRAM-MD5.*SCRAM-SHA-256/);
    await smtp.login(user.address, user.password);
    const raw = Buffer.from(`Subject: dots\r\n\r\n.one\r\n${'x'.repeat(5000)}\r\n..\r\nend\r\n`);
    await smtp.send(user.address, [user.address], raw);
    await smtp.close();
    await dovecot.waitForMessages(user, 'INBOX', 1);
    const [message] = await dovecot.serverMessages(user);
    const body = raw.subarray(raw.indexOf('\r\n\r\n'));
    expect(message?.raw.subarray(message.raw.indexOf('\r\n\r\n')).equals(body)).toBe(true);
  });

  it('has its verdict for each recipient, and lets nothing leave', async () => {
    const user = await dovecot.addUser();
    const tls = await trusted();
    const smtp = await RawSmtp.open({ host: postfix.host, port: postfix.ports.smtps, tls });
    await smtp.ask('EHLO test', 250);
    await smtp.ask('MAIL FROM:<a@example.org>');
    const refused = await smtp.ask(`RCPT TO:<${user.address}>`);
    expect(refused.code).toBe(554);
    await smtp.ask('RSET', 250);
    await smtp.login(user.address, user.password);
    await smtp.ask(`MAIL FROM:<${user.address}>`, 250);
    const verdict = async (to: string) => (await smtp.ask(`RCPT TO:<${to}>`)).code;
    expect(await verdict(user.address)).toBe(250);
    expect(await verdict('reject@example.org')).toBe(550);
    expect(await verdict('later@example.org')).toBe(451);
    expect(await verdict('nobody@example.org')).toBe(550);
    expect(await verdict('someone@example.com')).toBe(554);
    await smtp.close();
  });

  it('changes a verdict at once', async () => {
    const { address } = await dovecot.addUser();
    const ask = async (): Promise<number> => {
      const smtp = await RawSmtp.open({ host: postfix.host, port: postfix.ports.smtp });
      await smtp.ask('EHLO test', 250);
      await smtp.ask('MAIL FROM:<x@example.com>', 250);
      const { code } = await smtp.ask(`RCPT TO:<${address}>`);
      await smtp.close();
      return code;
    };
    await postfix.setVerdict(address, '452 4.2.2 mailbox full');
    expect(await ask()).toBe(452);
    await postfix.setVerdict(address, undefined);
    expect(await ask()).toBe(250);
  });

  it('refuses a message that is too big', async () => {
    const small = await startPostfix({ dovecot, messageSizeLimit: 20_000 });
    const smtp = await RawSmtp.open({ host: small.host, port: small.ports.smtp });
    expect((await smtp.ask('EHLO test', 250)).lines).toContain('SIZE 20000');
    expect((await smtp.ask('MAIL FROM:<x@example.com> SIZE=20001')).code).toBe(552);
    await smtp.close();
    await small.stop();
  });

  it('goes down and comes up on the same ports', async () => {
    await postfix.pause();
    const options = { host: postfix.host, port: postfix.ports.submission };
    await expect(RawSmtp.open(options)).rejects.toThrow('ECONNREFUSED');
    await postfix.resume();
    const smtp = await RawSmtp.open(options);
    expect((await smtp.ask('EHLO test')).code).toBe(250);
    await smtp.close();
    expect(await postfix.queued()).toEqual([]);
  });
});
