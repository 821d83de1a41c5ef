import { createConnection } from 'node:net';
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { AuthMethod, Security } from '../../../src/core/account/account.ts';
import type { SenderSession } from '../../../src/ports/sending/mail-sender.ts';
import { startDovecot, type Dovecot, type User } from '../../servers/dovecot.ts';
import { startPostfix, type Postfix } from '../../servers/postfix.ts';
import { connectTo, never, type Opening } from './senders.ts';

let dovecot: Dovecot;
let postfix: Postfix;
let alice: User;
const readers: User[] = [];
const open: SenderSession[] = [];

beforeAll(async () => {
  dovecot = await startDovecot();
  alice = await dovecot.addUser('alice');
  // Postfix reads its table of addresses when it starts.
  for (let at = 0; at < 8; at += 1) readers.push(await dovecot.addUser());
  postfix = await startPostfix({ dovecot, messageSizeLimit: 1_000_000 });
});

afterAll(async () => {
  await postfix?.stop();
  await dovecot?.stop();
});

afterEach(async () => {
  for (const session of open.splice(0)) await session.close();
});

interface Way extends Opening {
  readonly security?: Security;
  readonly auth?: AuthMethod;
  readonly tls?: { ca?: string; fingerprint?: string };
  readonly host?: string;
  readonly port?: number;
}

async function connect(way: Way = {}): Promise<SenderSession> {
  const { security = 'starttls', auth = 'auto', tls = { ca: postfix.ca }, ...rest } = way;
  const usual = security === 'tls' ? postfix.ports.smtps : postfix.ports.submission;
  const { host = postfix.host, port = usual } = rest;
  const login = { username: alice.address, password: alice.password };
  const session = await connectTo({ host, port, security, auth, tls }, { login, ...rest });
  open.push(session);
  return session;
}

function mail(recipients: string[], octets: Buffer) {
  return { from: alice.address, recipients, octets };
}

/** One with an empty mailbox. */
function reader(): User {
  const user = readers.pop();
  if (user === undefined) throw new Error('add more readers');
  return user;
}

/** What is put before the message on the way is not ours. */
async function arrived(user: User, count: number): Promise<string[]> {
  for (;;) {
    const messages = await dovecot.serverMessages(user);
    if (messages.length >= count) return messages.map(({ raw }) => raw.toString('latin1'));
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('a message by a real Postfix', () => {
  it.each<[Security, AuthMethod]>([
    ['starttls', 'auto'],
    ['tls', 'plain'],
    ['tls', 'login'],
    ['starttls', 'cram-md5'],
    ['starttls', 'scram-sha-1'],
    ['tls', 'scram-sha-256'],
  ])('arrives over %s after %s', async (security, auth) => {
    const session = await connect({ security, auth });
    expect(session.facts.tls).toMatch(/^TLSv1\.[23]$/);
    if (auth !== 'auto') expect(session.facts.mechanism).toBe(auth.toUpperCase());
    const user = reader();
    const octets = Buffer.from('Subject: hello\r\n\r\nhello\r\n');
    const outcome = await session.send(mail([user.address], octets), never);
    expect(outcome).toMatchObject({ verdicts: [{ kind: 'accepted' }] });
    expect((await arrived(user, 1))[0]).toMatch(/^Subject: hello\r\n[^]*\r\n\r\nhello\r\n$/m);
  });

  it('arrives octet by octet: dots, 8-bit, several over one connection', async () => {
    const session = await connect();
    const user = reader();
    const body = '.\r\n..\r\n.dot\r\n\xfc\xe4\xdf\r\nend.\r\n\r\n.\r\n';
    for (const subject of ['one', 'two', 'three'])
      await session.send(
        mail([user.address], Buffer.from(`Subject: ${subject}\r\n\r\n${body}`, 'latin1')),
        never,
      );
    const messages = await arrived(user, 3);
    for (const text of messages) expect(text.endsWith(`\r\n\r\n${body}`)).toBe(true);
  });

  it('has a verdict for each recipient', async () => {
    const session = await connect();
    const user = reader();
    const outcome = await session.send(
      mail([user.address, 'reject@example.org', 'later@example.org'], Buffer.from('X: y\r\n\r\n')),
      never,
    );
    expect(outcome).toMatchObject({
      verdicts: [
        { kind: 'accepted' },
        { kind: 'refused', reply: expect.stringMatching(/^550 5\.1\.1/) },
        { kind: 'deferred', reply: expect.stringMatching(/^451 4\.3\.0/) },
      ],
    });
    await arrived(user, 1);
  });

  it('that is too large is refused before it is sent', async () => {
    const session = await connect();
    await expect(
      session.send(mail([alice.address], Buffer.alloc(1_000_001, 'x')), never),
    ).rejects.toMatchObject({ reach: 'message', retry: 'never' });
  });
});

describe('a login at a real Postfix', () => {
  it('with a wrong password: 77', async () => {
    const login = { username: alice.address, password: 'wrong' };
    await expect(connect({ login })).rejects.toMatchObject({ exitStatus: 77, layer: 'login' });
  });
});

describe('the certificate', () => {
  it('of an unknown authority is refused, whichever way TLS comes', async () => {
    for (const security of ['starttls', 'tls'] as const)
      await expect(connect({ security, tls: {} })).rejects.toMatchObject({
        ...{ exitStatus: 69, code: 'certificate', layer: 'tls' },
        message: expect.stringMatching(/authority that is not trusted/),
      });
  });

  it('that is pinned is enough; another pin is refused', async () => {
    const { cert } = await dovecot.authority.certificate('good');
    const pin = new X509Certificate(await readFile(cert)).fingerprint256;
    const fingerprint = pin.replaceAll(':', '').toLowerCase();
    for (const security of ['starttls', 'tls'] as const) {
      const session = await connect({ security, tls: { fingerprint } });
      expect(session.facts.tls).not.toBeNull();
      await expect(
        connect({ security, tls: { fingerprint: '0'.repeat(64) } }),
      ).rejects.toMatchObject({
        ...{ code: 'certificate', message: expect.stringMatching(/pinned/) },
      });
    }
  });
});

/** Children of Postfix keep its sockets for a moment longer than their master, and cut whoever comes then. */
async function untilRefused(port: number): Promise<void> {
  for (;;) {
    const code = await new Promise<string | undefined>((resolve) => {
      createConnection(port, postfix.host)
        .on('error', (error: NodeJS.ErrnoException) => resolve(error.code))
        .on('close', () => resolve(undefined));
    });
    if (code === 'ECONNREFUSED') return;
  }
}

it('down, then up: 75, then it goes', async () => {
  await postfix.pause();
  await untilRefused(postfix.ports.submission);
  await expect(connect()).rejects.toMatchObject({ exitStatus: 75, layer: 'connect' });
  await postfix.resume();
  const session = await connect();
  const outcome = await session.send(mail([alice.address], Buffer.from('X: y\r\n\r\n')), never);
  expect(outcome).toMatchObject({ verdicts: [{ kind: 'accepted' }] });
});
