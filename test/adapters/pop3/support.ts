/** Accounts and ways of reading for the tests of the POP3 client. */

import type { Account, IncomingServer } from '../../../src/core/account/account.ts';
import type { RemoteMessage } from '../../../src/core/sync/message.ts';
import type { MailboxSession } from '../../../src/ports/mailbox-source.ts';

export function popAccount(server: Partial<IncomingServer> & { port: number }): Account {
  return {
    name: 'test',
    label: 'Test',
    tags: [],
    type: 'pop3',
    enabled: true,
    identity: { address: 'mara@brunnen.example' },
    incoming: {
      host: '127.0.0.1',
      security: 'none',
      auth: 'auto',
      allowInsecure: false,
      tls: {},
      username: 'mara',
      intervalMs: null,
      idle: false,
      leaveOnServer: true,
      backgroundSync: true,
      createSystemFolders: false,
      ...server,
    },
    receive: true,
    send: false,
    saveSent: false,
    path: '/nonexistent',
    folders: {},
    signature: { onReply: false },
    rules: [],
  };
}

export async function listed(session: MailboxSession): Promise<RemoteMessage[]> {
  const messages: RemoteMessage[] = [];
  for await (const page of session.list(0)) messages.push(...page);
  return messages;
}

export async function whole(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** What became of each message: its octets, or what its body threw. */
export async function fetched(
  session: MailboxSession,
  messages: readonly RemoteMessage[],
): Promise<(Buffer | Error)[]> {
  const bodies: Promise<Buffer | Error>[] = [];
  for await (const { body } of session.fetch(messages)) {
    bodies.push(whole(body).catch((error: unknown) => error as Error));
  }
  return await Promise.all(bodies);
}

/** The error that was thrown; fails where none was. */
export async function thrownBy(work: Promise<unknown>): Promise<Error> {
  try {
    await work;
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}
