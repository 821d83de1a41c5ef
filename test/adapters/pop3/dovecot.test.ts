import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPop3Source } from '../../../src/adapters/pop3/source.ts';
import type { IncomingServer } from '../../../src/core/account/account.ts';
import { pop3Octets } from '../../../src/demo/pop3/message.ts';
import { startDovecot, type Dovecot, type User } from '../../servers/dovecot.ts';
import { corpus, hugeMessage, oddMessages } from '../../servers/messages.ts';
import { popAccount } from './account.ts';
import { fetched, listed, thrownBy } from './support.ts';

const minute = 60_000;
let dovecot: Dovecot;

beforeAll(async () => {
  dovecot = await startDovecot();
}, minute);

afterAll(async () => {
  await dovecot?.stop();
}, minute);

function open(user: User, server: Partial<IncomingServer> = {}, on = dovecot) {
  const { security = 'none' } = server;
  const account = popAccount({
    host: on.host,
    port: security === 'tls' ? on.ports.pop3s : on.ports.pop3,
    tls: { ca: on.ca },
    ...server,
  });
  const login = { username: user.address, password: user.password };
  return createPop3Source({ connectMs: 5000, answerMs: 10_000 }).connect(
    account,
    login,
    new AbortController().signal,
  );
}

/** The message as Dovecot has it on the wire: each line end CRLF. */
function onWire(raw: Buffer): Buffer {
  const text = raw.toString('latin1').replaceAll(/(?<!\r)\n/g, '\r\n');
  return pop3Octets(Buffer.from(text, 'latin1'));
}

const digest = (octets: Buffer) => createHash('sha256').update(octets).digest('hex');

describe('logging in to Dovecot', () => {
  it.each([
    ['none', 'auto', 'PLAIN', null],
    ['none', 'apop', 'APOP', null],
    ['starttls', 'auto', 'PLAIN', 'TLSv1.3'],
    ['tls', 'auto', 'PLAIN', 'TLSv1.3'],
    ['tls', 'login', 'LOGIN', 'TLSv1.3'],
    ['tls', 'cram-md5', 'CRAM-MD5', 'TLSv1.3'],
    ['tls', 'scram-sha-1', 'SCRAM-SHA-1', 'TLSv1.3'],
    ['starttls', 'scram-sha-256', 'SCRAM-SHA-256', 'TLSv1.3'],
  ] as const)('security %s, auth %s', async (security, auth, mechanism, tls) => {
    const session = await open(dovecot.user('alice'), { security, auth });
    expect(session.facts).toMatchObject({ mechanism, tls });
    expect(session.facts.capabilities).toContain('PIPELINING');
    await session.close();
  });

  it.each(['auto', 'apop', 'cram-md5', 'scram-sha-256'] as const)(
    'a wrong password: %s',
    async (auth) => {
      const user = { ...dovecot.user('alice'), password: 'wrong' };
      const error = await thrownBy(open(user, { security: 'tls', auth }));
      expect(error).toMatchObject({ exitStatus: 77, layer: 'login' });
    },
  );

  it('by a name, and by a pinned certificate that no authority vouches for', async () => {
    const user = dovecot.user('alice');
    const byName = await open(user, { security: 'tls', host: 'localhost' });
    const fingerprint = await fingerprintOf(dovecot);
    await byName.close();
    const pinned = await open(user, { security: 'starttls', tls: { fingerprint } });
    await pinned.close();
    const other = { fingerprint: 'ab'.repeat(32) };
    const error = await thrownBy(open(user, { security: 'tls', tls: other }));
    expect(error).toMatchObject({ code: 'certificate', layer: 'tls' });
    expect(error.message).toContain(fingerprint);
  });
});

async function fingerprintOf(server: Dovecot): Promise<string> {
  const ca = await readFile(server.ca);
  return await new Promise((resolve, reject) => {
    const socket = connectTls({ host: server.host, port: server.ports.pop3s, ca }, () => {
      const { fingerprint256 } = socket.getPeerCertificate();
      socket.destroy();
      resolve(fingerprint256.replaceAll(':', '').toLowerCase());
    });
    socket.on('error', reject);
  });
}

describe('passwords in clear beyond loopback', () => {
  it('never leave where Dovecot asks for TLS first', async () => {
    const strict = await startDovecot({ disablePlaintextAuth: true, mechanisms: ['plain'] });
    try {
      const error = await thrownBy(open(strict.user('alice'), {}, strict));
      expect(error).toMatchObject({ exitStatus: 69, layer: 'login' });
      const session = await open(strict.user('alice'), { security: 'starttls' }, strict);
      await session.close();
    } finally {
      await strict.stop();
    }
  }, 60_000);
});

describe('mail on Dovecot', () => {
  it(
    '2,000 messages come octet by octet, over TLS and in clear',
    async () => {
      const user = await dovecot.addUser();
      const mail = corpus(2000);
      await dovecot.deliver(user, 'INBOX', mail);
      const expected = mail.map(digest).sort();
      for (const security of ['tls', 'none'] as const) {
        const session = await open(user, { security });
        const bodies = await fetched(session);
        await session.close();
        expect(bodies.map((body) => digest(body as Buffer)).sort()).toEqual(expected);
      }
    },
    2 * minute,
  );

  it('odd messages too, and the same UIDLs the next time', async () => {
    const user = await dovecot.addUser();
    const odd = [...oddMessages()].filter(([name]) => name !== 'empty' && name !== 'NUL');
    await dovecot.deliver(
      user,
      'INBOX',
      odd.map(([, raw]) => raw),
    );
    const session = await open(user);
    const messages = await listed(session);
    const bodies = await fetched(session);
    await session.close();
    const seen = new Set(bodies.map((body) => digest(body as Buffer)));
    for (const [name, raw] of odd)
      expect([name, seen.has(digest(onWire(raw)))]).toEqual([name, true]);
    const again = await open(user);
    expect(await listed(again)).toEqual(messages);
    await again.close();
  });

  it(
    'a message of 60 MB streams',
    async () => {
      const user = await dovecot.addUser();
      const huge = hugeMessage();
      await dovecot.deliver(user, 'INBOX', huge);
      const session = await open(user, { security: 'tls' });
      const hash = createHash('sha256');
      for await (const batch of session.retrieve(await listed(session)))
        for (const each of batch) {
          if (each.kind !== 'message' || each.body.kind !== 'stream') throw new Error('no stream');
          for await (const octets of each.body.chunks) hash.update(octets);
        }
      await session.close();
      expect(hash.digest('hex')).toBe(digest(huge));
    },
    minute,
  );

  it('is deleted by remove alone', async () => {
    const user = await dovecot.addUser();
    await dovecot.deliver(user, 'INBOX', corpus(40));
    const first = await open(user);
    const messages = await listed(first);
    await first.close();
    const second = await open(user);
    const some = (await listed(second)).slice(0, 35);
    expect(await second.remove(some)).toEqual(some.map(({ id }) => id));
    const third = await open(user);
    expect(await listed(third)).toMatchObject(messages.slice(35).map(({ id }) => ({ id })));
    await third.close();
  });
});
