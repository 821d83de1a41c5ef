/** The bulk reader against a real Dovecot: octets that come back as they are, and a connection that goes on afterwards. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bulkFetch } from '../../../../src/adapters/imap/bulk/bulk-fetch.ts';
import type { ImapConnection } from '../../../../src/adapters/imap/connection.ts';
import { atom } from '../../../../src/adapters/imap/answers/tokens.ts';
import { UidSet } from '../../../../src/core/sync/uid-set.ts';
import { startDovecot, type Dovecot, type User } from '../../../servers/dovecot.ts';
import { corpus, hugeMessage } from '../../../servers/messages.ts';
import { enter, gather } from './bulk-harness.ts';

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

/** imapflow's own commands, each with an answer that is its own. */
async function expectInStep(connection: ImapConnection): Promise<void> {
  await connection.run('NOOP', []);
  await connection.run('EXAMINE', [atom('INBOX')]);
  const told: unknown[] = [];
  await connection.run('STATUS', [atom('INBOX'), [atom('UIDNEXT')]], {
    data: { STATUS: (answer) => told.push(answer) },
  });
  expect(told).toHaveLength(1);
}

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
