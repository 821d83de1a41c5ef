/** What every MailboxSource must do, run against each implementation and each kind of server. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Flag } from '../../src/core/sync/flags.ts';
import type { MessageFacts } from '../../src/core/sync/remote.ts';
import { UidSet } from '../../src/core/sync/uid-set.ts';
import { PosthornError } from '../../src/errors.ts';
import type { MailboxSession, OpenFolder } from '../../src/ports/receiving/mailbox-source.ts';
import type { MessageBody } from '../../src/ports/receiving/message-body.ts';

export interface SampleMessage {
  readonly octets: Buffer;
  /** Default none. */
  readonly flags?: readonly Flag[];
  /** Milliseconds since the epoch, whole seconds. */
  readonly internalDate: number;
}

/** A server with an account of its own for each test. */
export interface MailboxWorld {
  /** What the server can do beyond the least. */
  readonly can: {
    /** Status with the list (RFC 5819). */
    readonly listStatus: boolean;
    /** Counts of changes (RFC 7162). */
    readonly condstore: boolean;
    /** Tells what vanished (QRESYNC). */
    readonly qresync: boolean;
    /** Tells the UID of what was appended (RFC 4315). */
    readonly uidPlus: boolean;
  };
  /** An account whose INBOX is empty, with other folders of these names. */
  account(folders?: readonly string[]): Promise<MailboxAccount>;
  dispose(): Promise<void>;
}

export interface MailboxAccount {
  connect(): Promise<MailboxSession>;
  /** Puts messages into a folder behind the session's back; in the order given, with UIDs from 1 on where it was empty. */
  deliver(folder: string, messages: readonly SampleMessage[]): Promise<void>;
  /** Removes one behind the session's back. */
  expunge(folder: string, uid: number): Promise<void>;
  addFlag(folder: string, uid: number, flag: Flag): Promise<void>;
}

const date = Date.UTC(2024, 1, 29, 12, 34, 56);

export function sample(number: number, size = 0): SampleMessage {
  const head = `Message-ID: <${number}@contract.example>\r\nSubject: ${number}\r\n\r\n`;
  const line = 'a line of text that is not short, to come to some size\r\n';
  const body = line.repeat(Math.ceil(size / line.length));
  return { octets: Buffer.from(`${head}${body}end\r\n`), internalDate: date + number * 1000 };
}

export function samples(count: number): SampleMessage[] {
  return Array.from({ length: count }, (_, index) => sample(index + 1));
}

interface Read {
  readonly facts: MessageFacts;
  readonly octets: Buffer;
}

async function octetsOf(body: MessageBody): Promise<Buffer> {
  if (body.kind === 'whole') return Buffer.concat(body.octets);
  const chunks: Buffer[] = [];
  for await (const chunk of body.chunks) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** By UID. A second one of the same UID fails the test. */
async function read(folder: OpenFolder, uids: UidSet): Promise<Map<number, Read | string>> {
  const all = new Map<number, Read | string>();
  for await (const batch of folder.fetch(uids))
    for (const item of batch) {
      const uid = item.kind === 'message' ? item.facts.uid : item.uid;
      expect(all.has(uid)).toBe(false);
      if (item.kind !== 'message') all.set(uid, item.kind);
      else all.set(uid, { facts: item.facts, octets: await octetsOf(item.body) });
    }
  return all;
}

async function factsOf(folder: OpenFolder, uids: UidSet): Promise<MessageFacts[]> {
  const all: MessageFacts[] = [];
  for await (const page of folder.facts(uids)) all.push(...page);
  return all;
}

export async function errorOf(promise: Promise<unknown>): Promise<PosthornError> {
  const thrown = await promise.then(
    () => null,
    (error: unknown) => error,
  );
  if (thrown instanceof PosthornError) return thrown;
  throw new Error('no error of ours was thrown', { cause: thrown });
}

export function mailboxSourceContract(title: string, makeWorld: () => Promise<MailboxWorld>): void {
  describe(`mailbox source: ${title}`, () => {
    let world: MailboxWorld;
    beforeAll(async () => {
      world = await makeWorld();
    });
    afterAll(async () => {
      await world.dispose();
    });

    /** A session, closed when the test is over. */
    async function enter(
      { folders = [], messages = [] }: Partial<Setup>,
      use: (session: MailboxSession, account: MailboxAccount) => Promise<void>,
    ): Promise<void> {
      const account = await world.account(folders);
      if (messages.length > 0) await account.deliver('INBOX', messages);
      const session = await account.connect();
      try {
        await use(session, account);
      } finally {
        await session.close();
      }
    }

    interface Setup {
      readonly folders: readonly string[];
      readonly messages: readonly SampleMessage[];
    }

    describe('folders', () => {
      test('are listed with roles, and with their status where the server can', async () => {
        const folders = ['Entwürfe', 'R & D'];
        await enter({ folders, messages: samples(3) }, async (session) => {
          const listing = await session.folders();
          expect(listing.warnings).toEqual([]);
          const byPath = new Map(listing.folders.map((folder) => [folder.path, folder]));
          expect(byPath.get('INBOX')).toMatchObject({ role: 'inbox', selectable: true });
          expect(byPath.get('Entwürfe')).toMatchObject({ role: 'drafts', selectable: true });
          expect(byPath.get('R & D')).toMatchObject({ role: null, segments: ['R & D'] });
          const { status } = byPath.get('INBOX') ?? { status: undefined };
          if (world.can.listStatus) expect(status).toMatchObject({ exists: 3, uidNext: 4 });
          else expect(status).toBeNull();
        });
      });

      test('tell the same status by themselves and when they are open', async () => {
        await enter({ messages: samples(2) }, async (session) => {
          const status = await session.status('INBOX');
          expect(status).toMatchObject({ exists: 2, uidNext: 3 });
          expect(status.uidValidity).toMatch(/^[1-9][0-9]*$/);
          expect(status.highestModSeq !== null).toBe(world.can.condstore);
          const opened = await session.select('INBOX');
          expect(opened.path).toBe('INBOX');
          expect(opened.status).toEqual(status);
          expect(await session.uidNext('INBOX')).toBe(3);
        });
      });

      test('that are not there stop themselves alone', async () => {
        await enter({ messages: samples(1) }, async (session) => {
          expect((await errorOf(session.select('Gone'))).reach).toBe('folder');
          expect((await errorOf(session.status('Gone'))).reach).toBe('folder');
          expect((await session.select('INBOX')).status.exists).toBe(1);
        });
      });

      test('are created once, and found again', async () => {
        await enter({}, async (session) => {
          const path = `${await session.personalPrefix()}Größe`;
          await session.createFolder(path, null);
          await session.createFolder(path, null);
          const { folders } = await session.folders();
          expect(folders.filter((folder) => folder.path === path)).toHaveLength(1);
          expect((await session.select(path)).status.exists).toBe(0);
        });
      });
    });

    describe('an open folder', () => {
      test('lists UIDs from one on, and knows when it saw all', async () => {
        await enter({ messages: samples(5) }, async (session) => {
          const folder = await session.select('INBOX');
          const all = await folder.uids(1);
          expect(all.complete).toBe(true);
          expect([...all.uids]).toEqual([1, 2, 3, 4, 5]);
          expect([...(await folder.uids(4)).uids]).toEqual([4, 5]);
          expect((await folder.uids(6)).uids.isEmpty).toBe(true);
          expect((await folder.uids(4_294_967_295)).uids.isEmpty).toBe(true);
        });
      });

      test('that is empty', async () => {
        await enter({}, async (session) => {
          const folder = await session.select('INBOX');
          expect(folder.status).toMatchObject({ exists: 0, uidNext: 1 });
          expect(await folder.uids(1)).toEqual({ uids: UidSet.empty, complete: true });
          expect(await factsOf(folder, UidSet.of([1, 2]))).toEqual([]);
        });
      });

      test('tells facts, ascending, of those that are there', async () => {
        const messages = samples(4);
        await enter({ messages }, async (session, account) => {
          await account.addFlag('INBOX', 3, 'S');
          const folder = await session.select('INBOX');
          const facts = await factsOf(folder, UidSet.of([3, 9, 1]));
          expect(facts).toMatchObject(
            [1, 3].map((uid) => ({
              uid,
              flags: uid === 3 ? ['S'] : [],
              keywords: [],
              internalDate: messages[uid - 1]?.internalDate,
              size: messages[uid - 1]?.octets.length,
            })),
          );
          for (const { modSeq } of facts) expect(modSeq !== null).toBe(world.can.condstore);
        });
      });

      test('gives every message once, octet by octet, small and large', async () => {
        const messages = [...samples(30), sample(31, 700_000), sample(32, 3_000_000), sample(33)];
        await enter({ messages }, async (session) => {
          const folder = await session.select('INBOX');
          const got = await read(folder, UidSet.ofRanges([{ from: 1, to: 33 }]));
          expect(got.size).toBe(33);
          messages.forEach(({ octets, internalDate }, index) => {
            const message = got.get(index + 1) as Read;
            expect(message.octets.equals(octets)).toBe(true);
            expect(message.facts).toMatchObject({ internalDate, size: octets.length, flags: [] });
          });
          expect(session.spent).toBe(false);
          expect((await folder.uids(33)).uids.size).toBe(1);
        });
      });

      test('tells which of the asked have vanished', async () => {
        await enter({ messages: samples(4) }, async (session, account) => {
          const folder = await session.select('INBOX');
          await account.expunge('INBOX', 2);
          await session.status('INBOX');
          const got = await read(folder, UidSet.of([1, 2, 3, 77]));
          expect(got.get(2)).toBe('vanished');
          expect(got.get(77)).toBe('vanished');
          expect([...got].filter(([, each]) => typeof each !== 'string')).toHaveLength(2);
        });
      });

      test('tells what changed, where the server keeps count', async () => {
        await enter({ messages: samples(3) }, async (session, account) => {
          const before = (await session.select('INBOX')).status.highestModSeq;
          await account.addFlag('INBOX', 2, 'F');
          await account.expunge('INBOX', 3);
          const folder = await session.select('INBOX');
          const changes = await folder.changesSince(before ?? '1');
          if (!world.can.condstore) expect(changes).toBeNull();
          else {
            expect(changes?.changed.map(({ uid, flags }) => [uid, flags])).toEqual([[2, ['F']]]);
            const vanished = world.can.qresync ? UidSet.of([3]) : null;
            expect(changes?.vanished).toEqual(vanished);
          }
        });
      });

      test('is no longer open once another one is', async () => {
        const folders = ['Other'];
        await enter({ folders, messages: samples(1) }, async (session) => {
          const folder = await session.select('INBOX');
          const other = await session.select('Other');
          expect(await errorOf(folder.uids(1))).toMatchObject({ code: 'internal' });
          expect(await errorOf(read(folder, UidSet.of([1])))).toMatchObject({ code: 'internal' });
          expect((await other.uids(1)).uids.isEmpty).toBe(true);
        });
      });
    });

    describe('filing', () => {
      test('appends octets, flags and date as they are', async () => {
        await enter({ folders: ['Filed'] }, async (session) => {
          const { octets, internalDate } = sample(1);
          const uid = await session.append('Filed', octets, ['F', 'S'], internalDate);
          expect(uid).toBe(world.can.uidPlus ? 1 : null);
          const folder = await session.select('Filed');
          const got = (await read(folder, UidSet.of([1]))).get(1) as Read;
          expect(got.octets.equals(octets)).toBe(true);
          expect(got.facts).toMatchObject({ flags: ['F', 'S'], internalDate });
        });
      });

      test('finds by Message-ID, from a UID on', async () => {
        await enter({ messages: [sample(1), sample(2), sample(1)] }, async (session) => {
          const find = async (number: number, from: number) =>
            await session.findByMessageId('INBOX', `<${number}@contract.example>`, from);
          expect(await find(1, 1)).toEqual([1, 3]);
          expect(await find(1, 2)).toEqual([3]);
          expect(await find(1, 9)).toEqual([]);
          expect(await find(7, 1)).toEqual([]);
        });
      });

      test('a folder that is not there takes nothing', async () => {
        await enter({}, async (session) => {
          const error = await errorOf(session.append('Nowhere', Buffer.from('x'), [], date));
          expect(error.reach).toBe('folder');
        });
      });
    });

    describe('the end', () => {
      test('a fetch that is left early leaves a session that is spent', async () => {
        await enter({ messages: [sample(1, 2_000_000), sample(2)] }, async (session) => {
          const folder = await session.select('INBOX');
          for await (const batch of folder.fetch(UidSet.of([1, 2]))) {
            expect(batch.length).toBeGreaterThan(0);
            break;
          }
          expect(session.spent).toBe(true);
        });
      });

      test('closing is done once and for all', async () => {
        await enter({}, async (session) => {
          expect(session.spent).toBe(false);
          await session.close();
          await session.close();
          expect(session.spent).toBe(true);
          await expect(session.folders()).rejects.toThrow();
        });
      });
    });
  });
}
