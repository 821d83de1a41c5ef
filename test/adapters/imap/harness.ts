/** What the tests of the IMAP adapter share: accounts, sessions, and whole folders read at once. */

import { createHash } from 'node:crypto';
import { systemClock } from '../../../src/adapters/clock/system-clock.ts';
import type { Timeouts } from '../../../src/adapters/imap/connecting/open-connection.ts';
import { imapSource } from '../../../src/adapters/imap/source.ts';
import type { Account, IncomingServer } from '../../../src/core/account/account.ts';
import { usualSync } from '../../../src/core/account/policy/sync-settings.ts';
import type { MessageFacts } from '../../../src/core/sync/remote.ts';
import { UidSet } from '../../../src/core/sync/uid-set.ts';
import { PosthornError } from '../../../src/errors.ts';
import type {
  Fetched,
  MailboxSession,
  OpenFolder,
} from '../../../src/ports/receiving/mailbox-source.ts';
import type { MessageBody } from '../../../src/ports/receiving/message-body.ts';

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
      maxConnections: 4,
      ...incoming,
    },
    receive: true,
    send: false,
    saveSent: 'auto',
    path: '/nowhere',
    folders: {},
    sync: usualSync.imap,
    signature: { onReply: false },
    rules: [],
  };
}

export interface ConnectOptions {
  password?: string;
  timeouts?: Partial<Timeouts>;
  signal?: AbortSignal;
  pause?: (milliseconds: number) => Promise<void>;
}

export async function connect(
  account: Account,
  { password = secret, timeouts = {}, signal, pause = async () => {} }: ConnectOptions = {},
): Promise<MailboxSession> {
  const source = imapSource({ clock: systemClock, timeouts, pause });
  const username = account.incoming?.username ?? '';
  return await source.connect(
    account,
    { username, password },
    signal ?? new AbortController().signal,
  );
}

/** What is known of each message from a UID on. */
export async function factsFrom(folder: OpenFolder, from = 1): Promise<MessageFacts[]> {
  const { uids } = await folder.uids(from);
  return await factsOf(folder, uids);
}

export async function factsOf(folder: OpenFolder, uids: UidSet): Promise<MessageFacts[]> {
  const all: MessageFacts[] = [];
  for await (const page of folder.facts(uids)) all.push(...page);
  return all;
}

export async function readBody(body: MessageBody): Promise<Buffer> {
  if (body.kind === 'whole') return Buffer.concat(body.octets);
  const chunks: Buffer[] = [];
  for await (const chunk of body.chunks) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export interface Got {
  uid: number;
  kind: Fetched['kind'];
  facts: MessageFacts | null;
  octets: Buffer | null;
  error: PosthornError | null;
}

/** Everything that comes of a fetch, in the order in which it came; streams that break off with their error. */
export async function fetchAll(folder: OpenFolder, uids: Iterable<number>): Promise<Got[]> {
  const all: Got[] = [];
  for await (const batch of folder.fetch(UidSet.of(uids)))
    for (const item of batch) all.push(await got(item));
  return all;
}

async function got(item: Fetched): Promise<Got> {
  const nothing = { facts: null, octets: null, error: null };
  if (item.kind === 'vanished') return { ...nothing, uid: item.uid, kind: item.kind };
  if (item.kind === 'refused') return { ...nothing, ...item };
  const { facts, body, kind } = item;
  try {
    return { ...nothing, uid: facts.uid, kind, facts, octets: await readBody(body) };
  } catch (error) {
    if (!(error instanceof PosthornError)) throw error;
    return { ...nothing, uid: facts.uid, kind, facts, error };
  }
}

export function byUid(one: { uid: number }, other: { uid: number }): number {
  return one.uid - other.uid;
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
