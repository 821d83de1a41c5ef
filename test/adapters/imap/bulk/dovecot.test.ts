/** The bulk reader against a real Dovecot: octets that come back as they are, and a connection that goes on afterwards. */

import { chmod, chown, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bulkFetch } from '../../../../src/adapters/imap/bulk/bulk-fetch.ts';
import type { ImapConnection } from '../../../../src/adapters/imap/connection.ts';
import { UidSet } from '../../../../src/core/sync/uid-set.ts';
import { startDovecot, type Dovecot, type User } from '../../../servers/dovecot.ts';
import { corpus, hugeMessage } from '../../../servers/messages.ts';
import { enter, gather } from './bulk-harness.ts';
import { expectInStep } from './scripted.ts';

let dovecot: Dovecot;
beforeAll(async () => {
  dovecot = await startDovecot();
});
afterAll(() => dovecot.stop());

async function open(user: User, security: 'none' | 'tls' = 'none'): Promise<ImapConnection> {
  const port = security === 'tls' ? dovecot.ports.imaps : dovecot.ports.imap;
  const incoming = { username: user.address, security, tls: { ca: dovecot.ca } };
  return await enter({ port, incoming, password: user.password });
}

/** Dovecot takes no argument of more than 64 KiB. */
const tooMany = UidSet.of(Array.from({ length: 15_000 }, (_, at) => 2 * at + 1));

test('a window that Dovecot refuses: the connection goes on', async () => {
  const user = await dovecot.addUser();
  await dovecot.deliver(user, 'INBOX', corpus(20));
  const connection = await open(user);
  const refused = await gather(bulkFetch(connection, tooMany, { condstore: true, window: 15_000 }));
  expect(refused).toMatchObject({ messages: [], error: undefined });
  expect(refused.answers.map(({ answer }) => answer.status)).toEqual(['BAD']);
  await expectInStep(connection);
  const all = UidSet.ofRanges([{ from: 1, to: 20 }]);
  const again = await gather(bulkFetch(connection, all, { condstore: true, window: 3 }));
  expect([again.messages.length, again.answers.length, again.error]).toEqual([20, 7, undefined]);
  await expectInStep(connection);
  connection.flow.close();
});

test('a message that Dovecot cannot read: it hangs up in the middle of a line, and says why', async () => {
  const user = await dovecot.addUser();
  await dovecot.deliver(user, 'INBOX', corpus(60));
  await dovecot.serverMessages(user);
  const connection = await open(user);
  const fresh = join(await dovecot.maildir(user), 'new');
  const [spoiled = ''] = (await readdir(fresh)).toSorted().slice(30);
  await chown(join(fresh, spoiled), 0, 0);
  await chmod(join(fresh, spoiled), 0);
  const all = UidSet.ofRanges([{ from: 1, to: 60 }]);
  const { messages, error } = await gather(bulkFetch(connection, all, { condstore: true }));
  expect(messages.map(({ facts }) => facts.uid)).toEqual(
    Array.from({ length: 30 }, (_, at) => at + 1),
  );
  expect(error).toMatchObject({ reach: 'account', message: expect.stringMatching(/FETCH failed/) });
});

describe.each(['none', 'tls'] as const)('2,000 messages, security %s', (security) => {
  test('come byte for byte, and the connection goes on', async () => {
    const user = await dovecot.addUser();
    await dovecot.deliver(user, 'INBOX', [...corpus(1_998), hugeMessage(3_000_000), ...corpus(1)]);
    const truth = await dovecot.serverMessages(user);
    const connection = await open(user, security);
    const uids = UidSet.of(truth.map(({ uid }) => uid));
    const { messages, unreadable, answers, error } = await gather(
      bulkFetch(connection, uids, { condstore: true }),
    );
    expect({ unreadable, error }).toEqual({ unreadable: [], error: undefined });
    expect(answers.map(({ missing, answer }) => [missing, answer.status])).toEqual(
      Array.from({ length: 4 }, () => [[], 'OK']),
    );
    const byUid = messages.toSorted((a, b) => a.facts.uid - b.facts.uid);
    expect(byUid.map(({ facts }) => facts.uid)).toEqual([...uids]);
    for (const [at, { uid, raw, internalDate }] of truth.entries()) {
      const message = byUid[at];
      expect(message?.octets?.equals(raw), `UID ${String(uid)}`).toBe(true);
      expect(message?.facts).toMatchObject({ uid, size: raw.length, flags: [], keywords: [] });
      expect(message?.facts.internalDate).toBe(Number(internalDate));
      expect(message?.facts.modSeq).toMatch(/^\d+$/);
    }
    await expectInStep(connection);
    connection.flow.close();
  });
});
