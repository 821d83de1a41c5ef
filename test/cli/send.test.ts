/** Mail that goes out: queued, put off, refused, sent once and filed once; by `send` and as /usr/sbin/sendmail. */
import { simpleParser } from 'mailparser';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startDovecot } from '../servers/dovecot.ts';
import type { Dovecot, User } from '../servers/dovecot.ts';
import { startPostfix } from '../servers/postfix.ts';
import type { Postfix } from '../servers/postfix.ts';
import { configuration, secret, sendingBy } from './running/accounts.ts';
import type { Entry } from './running/accounts.ts';
import { Home, maildir } from './running/posthorn.ts';

let dovecot: Dovecot;
let postfix: Postfix;
let alice: User;
let bob: User;
let home: Home;
let isDown = false;

beforeAll(async () => {
  dovecot = await startDovecot({ specialUse: true });
  postfix = await startPostfix({ dovecot });
});

beforeEach(async () => {
  [alice, bob] = [await dovecot.addUser(), await dovecot.addUser()];
  home = await Home.make(configured({ alice: sendingBy(postfix, dovecot, alice) }));
});

afterEach(async () => {
  if (isDown) await postfix.resume();
  isDown = false;
  await home.remove();
});

afterAll(async () => {
  await postfix.stop();
  await dovecot.stop();
});

/** The outbox waits for a sync or a flush, so that each step can be looked at. */
function configured(accounts: Record<string, Entry>): string {
  return configuration(accounts, { sendImmediately: false });
}

interface Queued {
  messages: {
    id: string;
    account: string;
    state: string;
    attempts: number;
    reason: string | null;
    nextAttempt: string | null;
    recipients: { address: string; status: string; reply: string | null }[];
  }[];
}

async function queued(): Promise<Queued['messages']> {
  const { status, document } = await home.json<Queued>(['outbox', 'list']);
  expect(status).toBe(0);
  return document.messages;
}

function write(subject: string, to: string, more: readonly string[] = []) {
  const words = ['send', '--to', to, '--subject', subject, ...more];
  return home.run(words, { input: 'Grüße\n.\n..\nFrom here\n' });
}

const inboxOf = async (user: User): Promise<Buffer[]> =>
  (await dovecot.serverMessages(user)).map(({ raw }) => raw);
const sentOf = async (user: User): Promise<Buffer[]> =>
  (await dovecot.serverMessages(user, 'Sent')).map(({ raw }) => raw);

/** What MTAs put above it, and the one end of line they may add. */
function subjects(messages: readonly Buffer[]): (string | undefined)[] {
  return messages.map((raw) => /^Subject: (.*)\r$/m.exec(raw.toString())?.[1]);
}

describe('a message', () => {
  it('queued while the server is down waits with reason and next attempt, then arrives once', async () => {
    const sent = await write('Down', bob.address);
    expect(sent).toMatchObject({ status: 0, stderr: '' });
    const id = /^Queued as (\S+) for 1 recipient\.\n$/.exec(sent.stdout)?.[1] ?? '';
    expect(await queued()).toMatchObject([{ id, account: 'alice', state: 'queued', attempts: 0 }]);
    await postfix.pause();
    isDown = true;
    const before = Date.now();
    const failed = await home.run(['sync', '--send']);
    expect(failed.status).toBe(75);
    expect(failed.stderr).toMatch(/^posthorn: alice: .* refuses connections.*Check/m);
    const [entry] = await queued();
    expect(entry).toMatchObject({ id, state: 'queued', attempts: 1 });
    expect(entry?.reason).toMatch(/refuses connections/);
    expect(Date.parse(entry?.nextAttempt ?? '')).toBeGreaterThan(before + 30_000);
    const shown = await home.run(['outbox', 'list']);
    expect(shown.stdout).toMatch(
      new RegExp(`^${id} .*alice .*queued .* Down\n .*refuses connections`, 'm'),
    );
    await postfix.resume();
    isDown = false;
    await home.run(['outbox', 'retry', id]);
    expect(await home.run(['outbox', 'flush'])).toMatchObject({ status: 0 });
    await dovecot.waitForMessages(bob, 'INBOX', 1);
    expect(await queued()).toEqual([]);
    expect((await home.run(['sync'])).status).toBe(0);
    expect(subjects(await inboxOf(bob))).toEqual(['Down']);
    expect(subjects(await sentOf(alice))).toEqual(['Down']);
    expect(await maildir(home.mail('alice', 'Sent'))).toHaveLength(1);
    const again = await home.json<{ accounts: { received: { fetched: number }[] }[] }>(['sync']);
    expect(again.document.accounts[0]?.received.every(({ fetched }) => fetched === 0)).toBe(true);
  });

  it('arrives as it was written: 8 bits, dots, attachment, no Bcc', async () => {
    const file = await home.write('r.bin', Buffer.from([0, 1, 2, 255, 10, 13]));
    const blind = await dovecot.addUser();
    const more = ['--bcc', blind.address, '--attach', file, '--now'];
    const { status, stdout } = await write('Übergröße', bob.address, more);
    expect(stdout).toContain('alice: sent "Übergröße"');
    expect(status).toBe(0);
    for (const user of [bob, blind]) {
      await dovecot.waitForMessages(user, 'INBOX', 1);
      const [raw = Buffer.alloc(0)] = await inboxOf(user);
      const parsed = await simpleParser(raw);
      expect(parsed.subject).toBe('Übergröße');
      expect(parsed.text?.trimEnd()).toBe('Grüße\n.\n..\nFrom here');
      expect(parsed.attachments[0]?.content).toEqual(Buffer.from([0, 1, 2, 255, 10, 13]));
      expect(raw.toString('latin1')).not.toMatch(/^bcc:/im);
    }
    expect(await sentOf(alice)).toHaveLength(1);
  });

  it('is refused for good: failed, kept, with the reason; --now says 69', async () => {
    const { status, stderr } = await write('Refused', 'reject@example.org', ['--now']);
    expect(stderr).toMatch(/alice: "Refused" was refused .*550 5\.1\.1/);
    expect(status).toBe(69);
    const [entry] = await queued();
    expect(entry).toMatchObject({ state: 'failed', nextAttempt: null });
    expect(entry?.reason).toMatch(/reject@example\.org: 550 5\.1\.1/);
    expect((await home.run(['sync', '--send'])).status).toBe(0);
    expect(await queued()).toHaveLength(1);
    expect(await sentOf(alice)).toEqual([]);
  });

  it('is refused for good: told with --quiet too, with what to do', async () => {
    await home.run(['send', '--to', 'reject@example.org', '--subject', 'no'], { input: 'x\n' });
    const { status, stdout, stderr } = await home.run(['sync', '--quiet', '--send']);
    expect({ status, stdout }).toEqual({ status: 69, stdout: '' });
    expect(stderr).toMatch(/^posthorn: alice: "no" was refused .* posthorn outbox cancel \w+$/m);
  });

  it('is refused for now: put off; --now says 75', async () => {
    const { status, stderr } = await write('Later', 'later@example.org', ['--now']);
    expect(stderr).toMatch(/alice: "Later" waits in the outbox: .*451 4\.3\.0.*next attempt \d{4}/);
    expect(status).toBe(75);
    const [entry] = await queued();
    expect(entry).toMatchObject({ state: 'queued', attempts: 1 });
    expect(entry?.reason).toMatch(/451 4\.3\.0/);
  });

  it('to three people, one refused and one put off: each has a verdict of their own', async () => {
    const to = [bob.address, 'reject@example.org', 'later@example.org'].join(', ');
    const { status } = await write('Mixed', to, ['--now']);
    expect(status).toBe(75);
    const [entry] = await queued();
    expect(entry?.recipients.map(({ status: each }) => each)).toEqual([
      'accepted',
      'refused',
      'open',
    ]);
    await dovecot.waitForMessages(bob, 'INBOX', 1);
    await home.run(['outbox', 'retry']);
    await home.run(['outbox', 'flush']);
    expect(subjects(await inboxOf(bob))).toEqual(['Mixed']);
  });

  it('with --json tells what was queued, and the verdict', async () => {
    const words = ['send', '--to', bob.address, '--subject', 'Hi', '--now'];
    const { status, document } = await home.json(words, { input: 'x' });
    expect(status).toBe(0);
    expect(document).toMatchObject({
      version: 1,
      queued: { account: 'alice', recipients: [bob.address] },
      result: 'sent',
      reason: null,
    });
  });

  it('that cannot be sent for a wrong password: --now says 77, to which account, and what to do', async () => {
    const outgoing = sendingBy(postfix, dovecot, alice)['outgoing'] as Entry;
    const own = { ...outgoing, credentials: 'own', username: alice.address };
    const wrong = { ...own, password: secret('wrong-secret') };
    const account = { ...sendingBy(postfix, dovecot, alice), outgoing: wrong };
    await home.configure(configured({ alice: account }));
    const { status, stderr } = await write('Wrong', bob.address, ['--now']);
    expect(stderr).toMatch(/^posthorn: alice: .*refused.*Check .*password/m);
    expect(status).toBe(77);
    expect(await queued()).toMatchObject([{ state: 'queued', attempts: 1 }]);
  });

  it('to nobody, or to what is no address, or with a file that is not there, is not queued', async () => {
    const wrong = await write('x', 'no address');
    expect(wrong.status).toBe(65);
    expect(wrong.stderr).toMatch(/no address/);
    const missing = await write('x', bob.address, ['--attach', 'missing.pdf']);
    expect(missing.status).toBe(65);
    expect(missing.stderr).toMatch(/missing\.pdf/);
    expect((await home.run(['send'], { input: 'x' })).status).toBe(64);
    expect(await queued()).toEqual([]);
  });

  it('leaves by itself with sendImmediately, without a daemon', async () => {
    await home.configure(configuration({ alice: sendingBy(postfix, dovecot, alice) }));
    expect((await write('At once', bob.address)).status).toBe(0);
    await dovecot.waitForMessages(bob, 'INBOX', 1);
    await dovecot.waitForMessages(alice, 'Sent', 1);
  });

  it('of a POP3 account is kept in the local Sent', async () => {
    const account = sendingBy(postfix, dovecot, alice, 'pop3');
    await home.configure(configured({ alice: account }));
    expect((await write('By POP', bob.address, ['--now'])).status).toBe(0);
    await dovecot.waitForMessages(bob, 'INBOX', 1);
    const [copy, ...others] = await maildir(home.mail('alice', 'Sent'));
    expect(others).toEqual([]);
    expect(copy?.toString()).toContain('Subject: By POP\n');
    expect((await home.run(['sync'])).status).toBe(0);
    expect(await maildir(home.mail('alice', 'Sent'))).toHaveLength(1);
  });

  it('is not kept with saveSent: false', async () => {
    const account = { ...sendingBy(postfix, dovecot, alice), saveSent: false };
    await home.configure(configured({ alice: account }));
    expect((await write('Gone', bob.address, ['--now'])).status).toBe(0);
    await dovecot.waitForMessages(bob, 'INBOX', 1);
    expect(await sentOf(alice)).toEqual([]);
  });
});

describe('sendmail', () => {
  const finished = (to: string, bcc: string): string =>
    [
      ...[`From: <${alice.address}>`, `To: <${to}>`, `Bcc: <${bcc}>`, 'Subject: finished'],
      ...['Message-ID: <finished-1@example.org>', 'Content-Type: text/plain; charset=utf-8'],
      ...['Content-Transfer-Encoding: 8bit', '', 'Grüße', '.', '..', '.dot', 'the end', ''],
    ].join('\n');

  it('-t -i -f takes the recipients from the header, and Bcc out of it', async () => {
    const blind = await dovecot.addUser();
    const words = ['sendmail', '-t', '-i', '-f', alice.address];
    const taken = await home.run(words, { input: finished(bob.address, blind.address) });
    expect(taken).toEqual({ status: 0, stdout: '', stderr: '' });
    expect((await home.run(['outbox', 'flush'])).status).toBe(0);
    for (const user of [bob, blind]) {
      await dovecot.waitForMessages(user, 'INBOX', 1);
      const text = (await inboxOf(user)).toString();
      expect(text).toContain('\r\n\r\nGrüße\r\n.\r\n..\r\n.dot\r\nthe end\r\n');
      expect(text).toContain('Message-ID: <finished-1@example.org>');
      expect(text).not.toMatch(/^Bcc:/im);
    }
  });

  it('takes what mail programs give it: -oi, -F, addresses behind --', async () => {
    const words = ['sendmail', '-oi', '-F', 'Alice', '-f', alice.address, '--', bob.address];
    const input = `Subject: bare\n\nno From, no Date\n`;
    expect(await home.run(words, { input })).toMatchObject({ status: 0, stderr: '' });
    expect((await home.run(['outbox', 'flush'])).status).toBe(0);
    await dovecot.waitForMessages(bob, 'INBOX', 1);
    const text = (await inboxOf(bob)).toString();
    expect(text).toMatch(new RegExp(`^From: .*${alice.address}`, 'm'));
    expect(text).toMatch(/^Date: /m);
    expect(text).toMatch(/^Message-ID: </m);
  });

  it('as cron calls it, with -FCronDaemon and -odi', async () => {
    const words = ['sendmail', '-FCronDaemon', '-i', '-odi', '-oem', '-oi', '-t'];
    const input = `To: ${bob.address}\nSubject: cron\n\nout\n`;
    expect(await home.run(words, { input })).toMatchObject({ status: 0, stderr: '' });
    expect(await queued()).toMatchObject([{ recipients: [{ address: bob.address }] }]);
  });

  it.each([
    [['-FCronDaemon', '-i', '-B8BITMIME', '-oem']],
    [['-bm', '-i', '-N', 'failure,delay', '-R', 'hdrs', '-V', 'envelope-1']],
    [['-G', '-h', '3', '-r', 'alice@example.org', '-v']],
  ])('takes %j, and queues the message', async (words) => {
    const input = 'Subject: flags\n\nx\n';
    const { status, stdout } = await home.run(['sendmail', ...words, bob.address], { input });
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
    expect(await queued()).toMatchObject([{ recipients: [{ address: bob.address }] }]);
  });

  it('refuses the modes of sendmail that take no message', async () => {
    const { status, stderr } = await home.run(['sendmail', '-bs'], { input: 'QUIT\r\n' });
    expect(status).toBe(64);
    expect(stderr).toMatch(/-bm/);
  });

  it('without a recipient is refused with 65 or 64, and nothing is queued', async () => {
    const { status, stderr } = await home.run(['sendmail', '-t'], { input: 'Subject: x\n\nx\n' });
    expect([64, 65]).toContain(status);
    expect(stderr).toMatch(/recipient/);
    expect(await queued()).toEqual([]);
  });
});
