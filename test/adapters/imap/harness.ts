/** What the tests of the IMAP adapter share: accounts, sessions, and whole folders read at once. */

import { createHash } from 'node:crypto';
import { imapSource } from '../../../src/adapters/imap/source.ts';
import type { Timeouts } from '../../../src/adapters/imap/client.ts';
import type { Account, IncomingServer } from '../../../src/core/account/account.ts';
import type { RemoteFolder, RemoteMessage } from '../../../src/core/sync/message.ts';
import { PosthornError } from '../../../src/errors.ts';
import type { FilingSession, MailboxSession } from '../../../src/ports/mailbox-source.ts';

export const secret = 'geheim';

export function accountAt(port: number, incoming: Partial<IncomingServer> = {}): Account {
  return {
    name: 'work',
    id: 'aaaaaa',
    label: 'Work',
    tags: [],
    type: 'imap',
    enabled: true,
    identity: { address: 'mara@brunnen.example' },
    incoming: {
      host: '127.0.0.1',
      port,
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
      ...incoming,
    },
    receive: true,
    send: false,
    saveSent: 'auto',
    path: '/nowhere',
    folders: {},
    signature: { onReply: false },
    rules: [],
  };
}

export interface ConnectOptions {
  password?: string;
  timeouts?: Partial<Timeouts>;
  signal?: AbortSignal;
}

export async function connect(
  account: Account,
  { password = secret, timeouts = {}, signal }: ConnectOptions = {},
): Promise<FilingSession> {
  const source = imapSource({ timeouts });
  const username = account.incoming?.username ?? '';
  return await source.connect(
    account,
    { username, password },
    signal ?? new AbortController().signal,
  );
}

export const inbox: RemoteFolder = {
  path: 'INBOX',
  segments: ['INBOX'],
  role: 'inbox',
  attributes: [],
  selectable: true,
};

export function plainFolder(path: string): RemoteFolder {
  return { ...inbox, path, segments: [path], role: null };
}

export async function listAll(session: MailboxSession, above = 0): Promise<RemoteMessage[]> {
  const all: RemoteMessage[] = [];
  for await (const page of session.list(above)) all.push(...page);
  return all;
}

export async function readAll(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export interface Fetched {
  message: RemoteMessage;
  octets: Buffer | null;
  error: PosthornError | null;
}

/** Every message with its octets, or with what its body threw. */
export async function fetchAll(
  session: MailboxSession,
  messages: readonly RemoteMessage[],
): Promise<Fetched[]> {
  const all: Fetched[] = [];
  for await (const { message, body } of session.fetch(messages)) {
    const octets = await readAll(body).catch((error: unknown) => error);
    if (octets instanceof Error && !(octets instanceof PosthornError)) throw octets;
    all.push(
      octets instanceof PosthornError
        ? { message, octets: null, error: octets }
        : { message, octets: octets as Buffer, error: null },
    );
  }
  return all;
}

/** What a promise was rejected with; one of our errors, or the test fails. */
export async function refusalOf(promise: Promise<unknown>): Promise<PosthornError> {
  const error: unknown = await promise.then(
    () => new Error('it was not refused'),
    (reason: unknown) => reason,
  );
  if (error instanceof PosthornError) return error;
  throw error;
}

export function sha256(octets: Buffer): string {
  return createHash('sha256').update(octets).digest('hex');
}
