/** What the tests of the bulk reader share: connections with an open folder, and everything that comes of a fetch. */

import {
  defaultTimeouts,
  openConnection,
} from '../../../../src/adapters/imap/connecting/open-connection.ts';
import type { ImapConnection } from '../../../../src/adapters/imap/connection.ts';
import { atom } from '../../../../src/adapters/imap/answers/tokens.ts';
import type { BulkItem, TaggedAnswer } from '../../../../src/adapters/imap/bulk/bulk-item.ts';
import type { IncomingServer } from '../../../../src/core/account/account.ts';
import type { MessageFacts } from '../../../../src/core/sync/remote.ts';
import type { MessageBody } from '../../../../src/ports/receiving/message-body.ts';
import { accountAt, secret } from '../harness.ts';

export interface EnterOptions {
  readonly port: number;
  readonly incoming?: Partial<IncomingServer>;
  readonly password?: string;
  readonly signal?: AbortSignal;
}

/** Logged in, with INBOX open. */
export async function enter(options: EnterOptions): Promise<ImapConnection> {
  const account = accountAt(options.port, options.incoming);
  const server = account.incoming;
  if (server === undefined) throw new Error('an account without a server');
  const login = { username: server.username, password: options.password ?? secret };
  const timeouts = { ...defaultTimeouts, connectMs: 10_000, stallMs: 10_000 };
  const { connection } = await openConnection(
    { account, server, login },
    timeouts,
    options.signal ?? new AbortController().signal,
  );
  await connection.run('EXAMINE', [atom('INBOX')]);
  return connection;
}

export interface Gathered {
  readonly messages: { facts: MessageFacts; octets: Buffer | null; error: unknown }[];
  readonly unreadable: { uid: number | null; reason: string }[];
  readonly answers: { missing: number[]; answer: TaggedAnswer }[];
  /** What it ended with, if not well. */
  error: unknown;
}

/** Reads everything, streams too. Never rejects. */
export async function gather(batches: AsyncIterable<readonly BulkItem[]>): Promise<Gathered> {
  const all: Gathered = { messages: [], unreadable: [], answers: [], error: undefined };
  try {
    for await (const batch of batches) for (const item of batch) await sort(all, item);
  } catch (error) {
    all.error = error;
  }
  return all;
}

async function sort(all: Gathered, item: BulkItem): Promise<void> {
  switch (item.kind) {
    case 'message':
      all.messages.push({ facts: item.facts, ...(await read(item.body)) });
      return;
    case 'unreadable':
      all.unreadable.push({ uid: item.uid, reason: item.reason });
      return;
    case 'answered':
      all.answers.push({ missing: [...item.missing], answer: item.answer });
  }
}

async function read(body: MessageBody): Promise<{ octets: Buffer | null; error: unknown }> {
  if (body.kind === 'whole') return { octets: Buffer.concat(body.octets), error: undefined };
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of body.chunks) chunks.push(chunk);
    return { octets: Buffer.concat(chunks), error: undefined };
  } catch (error) {
    return { octets: null, error };
  }
}
