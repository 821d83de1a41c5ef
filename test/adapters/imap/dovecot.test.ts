/** The adapter against a real Dovecot: TLS, every mechanism, and octets that come back as they are. */

import { createHash, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { IncomingServer } from '../../../src/core/account/account.ts';
import type { MailboxSession } from '../../../src/ports/receiving/mailbox-source.ts';
import type { CertificateKind } from '../../servers/authority.ts';
import { UidSet } from '../../../src/core/sync/uid-set.ts';
import { startDovecot, type Dovecot, type User } from '../../servers/dovecot.ts';
import { corpus, hugeMessage, oddMessages } from '../../servers/messages.ts';
import { accountAt, byUid, connect, fetchAll, refusalOf, sha256 } from './harness.ts';

let dovecot: Dovecot;
beforeAll(async () => {
  dovecot = await startDovecot({ separator: '.', specialUse: true });
});
afterAll(() => dovecot.stop());

async function enter(
  user: User,
  incoming: Partial<IncomingServer> = {},
  password = user.password,
): Promise<MailboxSession> {
  const port = incoming.security === 'tls' ? dovecot.ports.imaps : dovecot.ports.imap;
  const account = accountAt(port, { host: dovecot.host, username: user.address, ...incoming });
  return await connect(account, { password });
}

describe('logging in to Dovecot', () => {
  test.each([
    ['plain', 'PLAIN'],
    ['login', 'LOGIN'],
    ['cram-md5', 'CRAM-MD5'],
    ['scram-sha-1', 'SCRAM-SHA-1'],
    ['scram-sha-256', 'SCRAM-SHA-256'],
    ['auto', 'PLAIN'],
  ] as const)('by %s', async (auth, mechanism) => {
    const session = await enter(dovecot.user('alice'), { auth });
    expect(session.facts.mechanism).toBe(mechanism);
    expect((await session.folders()).folders.map(({ role }) => role)).toContain('sent');
    await session.close();
  });

  test.each(['plain', 'cram-md5', 'scram-sha-256'] as const)('wrong password, %s', async (auth) => {
    const error = await refusalOf(enter(dovecot.user('alice'), { auth }, 'falsch!'));
    expect(error).toMatchObject({ exitStatus: 77, layer: 'login' });
    expect(`${error.message} ${error.detail}`).not.toContain('falsch!');
  });

  test.each(['tls', 'starttls'] as const)('%s with the right authority', async (security) => {
    const session = await enter(dovecot.user('alice'), { security, tls: { ca: dovecot.ca } });
    expect(session.facts.tls).toMatch(/^TLSv1\.[23]$/);
    expect((await session.select('INBOX')).status).toMatchObject({ exists: 0 });
    await session.close();
  });

  test.each(['tls', 'starttls'] as const)('%s with an unknown authority', async (security) => {
    const error = await refusalOf(enter(dovecot.user('alice'), { security }));
    expect(error).toMatchObject({ exitStatus: 69, code: 'certificate', layer: 'tls' });
    expect(error.remedy).toMatch(/[0-9a-f]{64}/);
  });

  test('TLS to a port that speaks in clear, and the other way round', async () => {
    const user = dovecot.user('alice');
    const clear = await refusalOf(enter(user, { security: 'tls', port: dovecot.ports.imap }));
    expect(clear).toMatchObject({ exitStatus: 69, layer: 'tls' });
    const account = accountAt(dovecot.ports.imaps, { username: user.address });
    const timeouts = { connectMs: 1_000 };
    const silent = await refusalOf(connect(account, { password: user.password, timeouts }));
    expect(silent.exitStatus).toBe(75);
  });
});

describe.each<CertificateKind>(['expired', 'wrong-host', 'self-signed'])(
  'certificate: %s',
  (kind) => {
    let server: Dovecot;
    beforeAll(async () => {
      server = await startDovecot({ authority: dovecot.authority, certificate: kind });
    });
    afterAll(() => server.stop());

    test.each(['tls', 'starttls'] as const)(
      '%s: refused, or trusted on purpose',
      async (security) => {
        const { address, password } = server.user('bob');
        const port = security === 'tls' ? server.ports.imaps : server.ports.imap;
        const at = (tls: IncomingServer['tls']) =>
          connect(accountAt(port, { username: address, security, tls }), { password });
        const error = await refusalOf(at({ ca: server.ca }));
        expect(error).toMatchObject({ exitStatus: 69, code: 'certificate', layer: 'tls' });

        const { cert } = await server.authority.certificate(kind);
        const der = new X509Certificate(await readFile(cert)).raw;
        const fingerprint = createHash('sha256').update(der).digest('hex');
        const session = await at({ fingerprint });
        expect(session.facts.mechanism).toBe('PLAIN');
        await session.close();
        const other = await refusalOf(at({ fingerprint: '0'.repeat(64) }));
        expect(other).toMatchObject({ code: 'certificate' });
      },
    );
  },
);

describe('mail on Dovecot', () => {
  test('2,000 messages, octet by octet', async () => {
    const user = await dovecot.addUser();
    const messages = corpus(2_000, 9);
    await dovecot.deliver(user, 'INBOX', messages);
    const session = await enter(user, { security: 'tls', tls: { ca: dovecot.ca } });
    const folder = await session.select('INBOX');
    expect(folder.status).toMatchObject({ exists: 2_000 });
    const fetched = (await fetchAll(folder, (await folder.uids(1)).uids)).sort(byUid);
    const truth = await dovecot.serverMessages(user);
    expect(fetched.map(({ uid }) => uid)).toEqual(truth.map(({ uid }) => uid));
    expect(fetched.map(({ octets }) => octets && sha256(octets))).toEqual(
      truth.map(({ raw }) => sha256(raw)),
    );
    expect(fetched.map(({ facts }) => facts?.internalDate)).toEqual(
      truth.map(({ internalDate }) => internalDate.getTime()),
    );
    expect(new Set(fetched.map(({ octets }) => octets && sha256(octets)))).toEqual(
      new Set(messages.map(sha256)),
    );
    await session.close();
  });

  test('odd messages, as the server has them', async () => {
    const user = await dovecot.addUser();
    await dovecot.deliver(user, 'INBOX', [...oddMessages().values()]);
    const session = await enter(user);
    const folder = await session.select('INBOX');
    const fetched = (await fetchAll(folder, (await folder.uids(1)).uids)).sort(byUid);
    const truth = await dovecot.serverMessages(user);
    expect(fetched.length).toBe(oddMessages().size);
    expect(fetched.map(({ octets }) => octets && sha256(octets))).toEqual(
      truth.map(({ raw }) => sha256(raw)),
    );
    await session.close();
  });

  test('120 MB in bounded memory', async () => {
    const user = await dovecot.addUser();
    const huge = hugeMessage(120_000_000);
    await dovecot.deliver(user, 'INBOX', huge);
    const session = await enter(user, { security: 'tls', tls: { ca: dovecot.ca } });
    const folder = await session.select('INBOX');
    const before = process.memoryUsage().arrayBuffers;
    const hash = createHash('sha256');
    let peak = 0;
    for await (const batch of folder.fetch(UidSet.of([1]))) {
      const [item] = batch;
      if (item?.kind !== 'message' || item.body.kind !== 'stream') continue;
      for await (const chunk of item.body.chunks) {
        hash.update(chunk);
        peak = Math.max(peak, process.memoryUsage().arrayBuffers - before);
      }
    }
    expect(hash.digest('hex')).toBe(sha256(huge));
    expect(peak).toBeLessThan(60_000_000);
    await session.close();
  });

  test('folders with odd names, opened and filed into', async () => {
    const user = await dovecot.addUser();
    const names = ['Entwürfe', 'R & D', 'Projekte.Straße', '日本語', 'quoted "x"', 'tilde~'];
    for (const name of names) await dovecot.createFolder(user, name);
    const session = await enter(user);
    const { folders } = await session.folders();
    for (const name of names) {
      const folder = folders.find(({ path }) => path === name);
      expect(folder?.segments).toEqual(name.split('.'));
      expect((await session.select(name)).status).toMatchObject({ exists: 0 });
      const octets = Buffer.from(`Message-ID: <${name.length}@here>\r\n\r\n${name}\r\n`);
      const uid = await session.append(name, octets, ['S'], Date.UTC(2024, 0, 2));
      expect(uid).toBe(1);
      expect(await session.uidNext(name)).toBe(2);
      expect(await session.findByMessageId(name, `<${name.length}@here>`, 1)).toEqual([1]);
      const [fetched] = await fetchAll(await session.select(name), [1]);
      expect(fetched?.octets?.equals(octets)).toBe(true);
      expect(fetched?.facts).toMatchObject({ flags: ['S'], internalDate: Date.UTC(2024, 0, 2) });
    }
    await session.close();
  });

  test('roles by SPECIAL-USE', async () => {
    const session = await enter(await dovecot.addUser());
    const roles = (await session.folders()).folders.map(({ path, role }) => [path, role]);
    expect(Object.fromEntries(roles)).toMatchObject({
      ...{ INBOX: 'inbox', Sent: 'sent', Drafts: 'drafts', Trash: 'trash', Junk: 'spam' },
      Archive: 'archive',
    });
    await session.close();
  });

  test('reading leaves no trace', async () => {
    const user = await dovecot.addUser();
    await dovecot.deliver(user, 'INBOX', corpus(3));
    const session = await enter(user);
    expect(await fetchAll(await session.select('INBOX'), [1, 2, 3])).toHaveLength(3);
    await session.close();
    const truth = await dovecot.serverMessages(user);
    expect(truth.map(({ flags }) => flags)).toEqual([[], [], []]);
  });

  test('a server that throws its clients out', async () => {
    const user = await dovecot.addUser();
    const session = await enter(user);
    await dovecot.kick(user);
    expect(await refusalOf(session.select('INBOX'))).toMatchObject({
      exitStatus: 75,
      reach: 'account',
    });
    await session.close();
  });
});
