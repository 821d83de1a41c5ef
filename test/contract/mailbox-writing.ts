/** What every MailboxSource must do that changes mail on the server, run against each implementation and each kind of server. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Flag } from '../../src/core/sync/flags.ts';
import type { MessageFacts } from '../../src/core/sync/remote.ts';
import { UidSet } from '../../src/core/sync/uid-set.ts';
import { StorageError, type PosthornError } from '../../src/errors.ts';
import type {
  FlagNames,
  MailboxSession,
  OpenFolder,
  RemoteIdentity,
  Upload,
  Uploaded,
} from '../../src/ports/receiving/mailbox-source.ts';
import { messageIdHash } from '../../src/wire/message-id.ts';
import {
  errorOf,
  sample,
  samples,
  type MailboxAccount,
  type MailboxWorld,
  type SampleMessage,
} from './mailbox-source.ts';

export interface WritingWorld extends MailboxWorld {
  readonly can: MailboxWorld['can'] & {
    /** Expunges single messages (UIDPLUS, RFC 4315). */
    readonly expunge: boolean;
    readonly move: boolean;
    /** Tells with the list which folders are subscribed (RFC 5258). */
    readonly subscriptions: boolean;
  };
  account(folders?: readonly string[]): Promise<WritingAccount>;
}

export interface WritingAccount extends MailboxAccount {
  /** What stands there, ascending, as nobody of ours reads it; flags as IMAP names, sorted. */
  messages(folder: string): Promise<readonly TrueMessage[]>;
  /** Paths, sorted. */
  subscribed(): Promise<readonly string[]>;
}

export interface TrueMessage {
  readonly uid: number;
  readonly flags: readonly string[];
  readonly octets: Buffer;
  readonly internalDate: number;
}

const none: FlagNames = { flags: [], keywords: [] };

function flags(...names: Flag[]): FlagNames {
  return { flags: names, keywords: [] };
}

function keywords(...names: string[]): FlagNames {
  return { flags: [], keywords: names };
}

async function* pieces(octets: Buffer, size = 50_000): AsyncGenerator<Buffer> {
  for (let at = 0; at < octets.length; at += size) yield octets.subarray(at, at + size);
}

function uploadOf(message: SampleMessage, more: Partial<Upload> = {}): Upload {
  const { octets, internalDate } = message;
  const usual = { flags: [], keywords: [], internalDate };
  return { size: octets.length, octets: () => pieces(octets), ...usual, ...more };
}

async function uploadAll(
  session: MailboxSession,
  path: string,
  uploads: readonly Upload[],
): Promise<Uploaded[]> {
  const all: Uploaded[] = [];
  for await (const each of session.upload(path, uploads)) all.push(each);
  return all;
}

async function identitiesOf(folder: OpenFolder, uids: UidSet): Promise<RemoteIdentity[]> {
  const all: RemoteIdentity[] = [];
  for await (const page of folder.identify(uids)) all.push(...page);
  return all;
}

async function factsOf(folder: OpenFolder, uids: UidSet): Promise<MessageFacts[]> {
  const all: MessageFacts[] = [];
  for await (const page of folder.facts(uids)) all.push(...page);
  return all;
}

function uidsOf(messages: readonly TrueMessage[]): number[] {
  return messages.map(({ uid }) => uid);
}

interface Setup {
  readonly folders: readonly string[];
  readonly messages: readonly SampleMessage[];
}

type Enter = (
  setup: Partial<Setup>,
  use: (session: MailboxSession, account: WritingAccount) => Promise<void>,
) => Promise<void>;

interface Stage {
  readonly enter: Enter;
  /** Once the tests run. */
  readonly can: () => WritingWorld['can'];
}

export function mailboxWritingContract(
  title: string,
  makeWorld: () => Promise<WritingWorld>,
): void {
  describe(`mailbox writing: ${title}`, () => {
    let world: WritingWorld;
    beforeAll(async () => {
      world = await makeWorld();
    });
    afterAll(async () => {
      await world.dispose();
    });
    const enter: Enter = async ({ folders = [], messages = [] }, use) => {
      const account = await world.account(folders);
      if (messages.length > 0) await account.deliver('INBOX', messages);
      const session = await account.connect();
      try {
        await use(session, account);
      } finally {
        await session.close();
      }
    };
    const stage: Stage = { enter, can: () => world.can };
    describe('a folder open for writing', () => openTests(stage));
    describe('flags', () => flagTests(stage));
    describe('moving', () => moveTests(stage));
    describe('expunging', () => expungeTests(stage));
    describe('uploading', () => uploadTests(stage));
    describe('folders', () => folderTests(stage));
  });
}

function openTests({ enter, can }: Stage): void {
  test('tells what may be kept, and is read like any other', async () => {
    await enter({ messages: samples(2) }, async (session) => {
      const folder = await session.selectForWriting('INBOX');
      expect(folder).toMatchObject({ path: 'INBOX', readOnly: false });
      expect(folder.status).toEqual(await session.status('INBOX'));
      expect(folder.permanent.flags).toEqual(
        expect.arrayContaining(['D', 'F', 'P', 'R', 'S', 'T']),
      );
      expect(folder.permanent.keywords).toBe('any');
      expect([...(await folder.uids(1)).uids]).toEqual([1, 2]);
      const facts = await factsOf(folder, UidSet.of([1]));
      expect(facts.map(({ modSeq }) => modSeq !== null)).toEqual([can().condstore]);
    });
  });

  test('tells what messages are, by Message-ID', async () => {
    const folded =
      'Subject: x\r\nmessage-id:\r\n\t<Folded@contract.example> (a comment)\r\n\r\nx\r\n';
    const nameless = 'Subject: none\r\n\r\nMessage-ID: <body@contract.example>\r\n';
    const messages = [sample(1).octets, Buffer.from(folded), Buffer.from(nameless)].map(
      (octets) => ({ octets, internalDate: sample(1).internalDate }),
    );
    await enter({ messages }, async (session) => {
      const folder = await session.select('INBOX');
      const found = await identitiesOf(folder, UidSet.of([1, 2, 3, 9]));
      expect(found.map(({ facts }) => facts.uid)).toEqual([1, 2, 3]);
      expect(found.map((each) => each.messageIdHash)).toEqual(
        messages.map(({ octets }) => messageIdHash(octets)),
      );
      expect(found[1]?.messageIdHash).toMatch(/^[0-9a-f]{16}$/);
      expect(found[2]?.messageIdHash).toBeNull();
      expect(found[0]?.facts.size).toBe(messages[0]?.octets.length);
    });
  });

  test('gives a header alone', async () => {
    await enter({ messages: [sample(1)] }, async (session) => {
      const folder = await session.select('INBOX');
      const header = await folder.header(1);
      expect(header?.toString()).toBe('Message-ID: <1@contract.example>\r\nSubject: 1\r\n\r\n');
      expect(await folder.header(7)).toBeNull();
    });
  });

  test('is no longer open once another one is', async () => {
    await enter({ folders: ['Other'], messages: samples(1) }, async (session) => {
      const folder = await session.selectForWriting('INBOX');
      await session.select('Other');
      const one = UidSet.of([1]);
      const calls = [
        () => folder.store([{ uids: one, add: flags('S'), remove: none }]),
        () => folder.move(one, 'Other'),
        () => folder.copy(one, 'Other'),
        () => folder.expunge(one),
        () => folder.header(1),
      ];
      for (const call of calls) expect(await errorOf(call())).toMatchObject({ code: 'internal' });
    });
  });

  test('is left without harm to what is marked', async () => {
    await enter({ folders: ['Other'], messages: samples(3) }, async (session, account) => {
      await account.addFlag('INBOX', 1, 'T');
      const folder = await session.selectForWriting('INBOX');
      await folder.store([{ uids: UidSet.of([2]), add: flags('T'), remove: none }]);
      await session.selectForWriting('Other');
      await session.selectForWriting('INBOX');
      await session.select('INBOX');
      await session.selectForWriting('INBOX');
      await session.close();
      expect(uidsOf(await account.messages('INBOX'))).toEqual([1, 2, 3]);
    });
  });
}

function flagTests({ enter, can }: Stage): void {
  test('are added and taken off, and the rest stays', async () => {
    await enter({ messages: samples(4) }, async (session, account) => {
      await account.addFlag('INBOX', 1, 'F');
      await account.addFlag('INBOX', 2, 'S');
      const folder = await session.selectForWriting('INBOX');
      await folder.store([
        { uids: UidSet.of([1, 2, 3]), add: flags('R', 'P'), remove: flags('S') },
        { uids: UidSet.of([3]), add: keywords('work', '$Junk'), remove: none },
        { uids: UidSet.of([4]), add: none, remove: none },
      ]);
      expect((await account.messages('INBOX')).map((each) => each.flags)).toEqual([
        ['$Forwarded', '\\Answered', '\\Flagged'],
        ['$Forwarded', '\\Answered'],
        ['$Forwarded', '$Junk', '\\Answered', 'work'],
        [],
      ]);
      await folder.store([{ uids: UidSet.of([3]), add: none, remove: keywords('WORK') }]);
      const [, , third] = await account.messages('INBOX');
      expect(third?.flags).toEqual(['$Forwarded', '$Junk', '\\Answered']);
    });
  });

  test('come with the MODSEQs of the messages, where the server keeps count', async () => {
    await enter({ messages: samples(3) }, async (session) => {
      const folder = await session.selectForWriting('INBOX');
      const uids = UidSet.of([1, 3]);
      const told = await folder.store([{ uids, add: flags('F'), remove: none }]);
      const facts = await factsOf(folder, uids);
      const known = new Map(facts.map(({ uid, modSeq }) => [uid, modSeq]));
      if (can().condstore) expect(told).toEqual(known);
      else expect(told.size).toBe(0);
    });
  });

  test('of messages that are gone are no error', async () => {
    await enter({ messages: samples(3) }, async (session, account) => {
      const folder = await session.selectForWriting('INBOX');
      await account.expunge('INBOX', 2);
      const uids = UidSet.of([1, 2, 3, 44]);
      await folder.store([{ uids, add: flags('S'), remove: none }]);
      const left = await account.messages('INBOX');
      expect(left.map(({ uid, flags: set }) => [uid, set])).toEqual([
        [1, ['\\Seen']],
        [3, ['\\Seen']],
      ]);
    });
  });

  test('that IMAP cannot write are left out', async () => {
    await enter({ messages: samples(1) }, async (session, account) => {
      const folder = await session.selectForWriting('INBOX');
      const add = keywords('two words', 'a)b', 'x\r\ny', 'grün', '', 'good');
      await folder.store([{ uids: UidSet.of([1]), add, remove: none }]);
      expect((await account.messages('INBOX'))[0]?.flags).toEqual(['good']);
    });
  });
}

function moveTests({ enter, can }: Stage): void {
  test('takes octets, flags and date along, and what is not named stays', async () => {
    const messages = samples(4);
    await enter({ folders: ['R & D'], messages }, async (session, account) => {
      await account.deliver('R & D', [sample(9)]);
      await account.addFlag('INBOX', 3, 'F');
      await account.addFlag('INBOX', 4, 'T');
      const folder = await session.selectForWriting('INBOX');
      const moved = await folder.move(UidSet.of([1, 3]), 'R & D');
      expect(moved.source).toBe(can().move || can().expunge ? 'gone' : 'marked');
      const source = await account.messages('INBOX');
      const marked = source.filter((each) => each.flags.includes('\\Deleted'));
      if (moved.source === 'gone') expect(uidsOf(source)).toEqual([2, 4]);
      else expect(uidsOf(marked)).toEqual([1, 3, 4]);
      const target = await account.messages('R & D');
      expect(uidsOf(target)).toEqual([1, 2, 3]);
      for (const [at, number] of [
        [1, 0],
        [2, 2],
      ] as const) {
        expect(target[at]?.octets.equals(messages[number]?.octets ?? Buffer.alloc(0))).toBe(true);
        expect(target[at]?.internalDate).toBe(messages[number]?.internalDate);
      }
      expect(target.map((each) => each.flags)).toEqual([[], [], ['\\Flagged']]);
      if (!can().uidPlus) expect(moved).toMatchObject({ uids: null, uidValidity: null });
      else {
        expect(moved.uids).toEqual(
          new Map([
            [1, 2],
            [3, 3],
          ]),
        );
        expect(moved.uidValidity).toBe((await session.status('R & D')).uidValidity);
      }
    });
  });

  test('to a folder that is not there moves nothing', async () => {
    await enter({ messages: samples(2) }, async (session, account) => {
      const folder = await session.selectForWriting('INBOX');
      const all = UidSet.of([1, 2]);
      const gone = { code: 'no-such-folder', reach: 'folder' };
      expect(await errorOf(folder.move(all, 'Nowhere'))).toMatchObject(gone);
      expect(await errorOf(folder.copy(all, 'Nowhere'))).toMatchObject(gone);
      const left = await account.messages('INBOX');
      expect(left.map((each) => each.flags)).toEqual([[], []]);
    });
  });

  test('of messages some of which are gone moves the rest', async () => {
    await enter({ folders: ['Other'], messages: samples(3) }, async (session, account) => {
      const folder = await session.selectForWriting('INBOX');
      await account.expunge('INBOX', 2);
      await folder.move(UidSet.of([1, 2, 3]), 'Other');
      const target = await account.messages('Other');
      expect(target.map(({ octets }) => octets)).toEqual(
        [1, 3].map((number) => sample(number).octets),
      );
    });
  });

  test('copying leaves them where they are', async () => {
    await enter({ folders: ['Other'], messages: samples(3) }, async (session, account) => {
      const folder = await session.selectForWriting('INBOX');
      const copied = await folder.copy(UidSet.of([2, 3]), 'Other');
      expect(copied.source).toBe('copied');
      const pairs = new Map([
        [2, 1],
        [3, 2],
      ]);
      expect(copied.uids).toEqual(can().uidPlus ? pairs : null);
      const left = await account.messages('INBOX');
      expect(left.map((each) => each.flags)).toEqual([[], [], []]);
      expect(uidsOf(await account.messages('Other'))).toEqual([1, 2]);
    });
  });
}

function expungeTests({ enter, can }: Stage): void {
  test('takes those that are named, whoever marked others', async () => {
    await enter({ messages: samples(4) }, async (session, account) => {
      await account.addFlag('INBOX', 1, 'T');
      const folder = await session.selectForWriting('INBOX');
      const done = await folder.expunge(UidSet.of([2, 3, 77]));
      expect(done).toBe(can().expunge ? 'gone' : 'marked');
      const left = await account.messages('INBOX');
      const marked = left.filter((each) => each.flags.includes('\\Deleted'));
      if (can().expunge) expect(uidsOf(left)).toEqual([1, 4]);
      else expect(uidsOf(marked)).toEqual([1, 2, 3]);
      expect((await folder.uids(1)).uids.size).toBe(left.length);
    });
  });
}

function uploadTests({ enter, can }: Stage): void {
  test('keeps order, octets, flags, keywords and dates, small and large', async () => {
    const sizes = [0, 0, 3_000, 5_000, 300_000, 0, 3_000_000, 0];
    const messages = sizes.map((size, index) => sample(index + 1, size));
    await enter({ folders: ['Größe'] }, async (session, account) => {
      const uploads = messages.map((message, index) =>
        uploadOf(message, index === 1 ? { flags: ['S', 'P'], keywords: ['work'] } : {}),
      );
      const told = await uploadAll(session, 'Größe', uploads);
      const stored = await account.messages('Größe');
      expect(stored.map(({ octets }) => octets.length)).toEqual(uploads.map(({ size }) => size));
      messages.forEach(({ octets, internalDate }, index) => {
        expect(stored[index]?.octets.equals(octets)).toBe(true);
        expect(stored[index]?.internalDate).toBe(internalDate);
      });
      expect(stored[1]?.flags).toEqual(['$Forwarded', '\\Seen', 'work']);
      expect(stored[0]?.flags).toEqual([]);
      const { uidValidity } = await session.status('Größe');
      expect(told).toEqual(
        messages.map((_, index) =>
          can().uidPlus
            ? { kind: 'uploaded', uid: index + 1, uidValidity }
            : { kind: 'uploaded', uid: null, uidValidity: null },
        ),
      );
    });
  });

  test('of many', async () => {
    await enter({ folders: ['Many'] }, async (session, account) => {
      const messages = samples(120);
      const told = await uploadAll(
        session,
        'Many',
        messages.map((each) => uploadOf(each)),
      );
      expect(told.map(({ kind }) => kind)).toEqual(messages.map(() => 'uploaded'));
      const stored = await account.messages('Many');
      expect(stored.map(({ octets }) => octets)).toEqual(messages.map(({ octets }) => octets));
    });
  });

  test('passes over a file that is gone, or not as large any more', async () => {
    await enter({ folders: ['Some'] }, async (session, account) => {
      const gone = new StorageError('it is gone', { reach: 'message' });
      const broken = async function* (): AsyncGenerator<Buffer> {
        throw gone;
      };
      const told = await uploadAll(session, 'Some', [
        uploadOf(sample(1)),
        uploadOf(sample(2), { octets: broken }),
        uploadOf(sample(3), { octets: broken, size: 9_000_000 }),
        uploadOf(sample(4), { size: 10 }),
        uploadOf(sample(5), { size: 1_000 }),
        uploadOf(sample(6)),
      ]);
      const kinds = ['uploaded', 'unsent', 'unsent', 'unsent', 'unsent', 'uploaded'];
      expect(told.map(({ kind }) => kind)).toEqual(kinds);
      expect(told[1]).toEqual({ kind: 'unsent', error: gone });
      expect(told[4]).toMatchObject({ error: { code: 'storage', reach: 'message' } });
      const stored = await account.messages('Some');
      expect(stored.map(({ octets }) => octets)).toEqual([1, 6].map((each) => sample(each).octets));
    });
  });

  test.each([
    ['shorter', -1_000],
    ['longer', 1_000],
  ])('is given up with the connection where a file is %s than it was', async (_title, more) => {
    await enter({ folders: ['Cut'] }, async (session, account) => {
      const large = sample(2, 900_000);
      const size = large.octets.length - more;
      const told: Uploaded[] = [];
      const uploads = [uploadOf(sample(1)), uploadOf(large, { size }), uploadOf(sample(3))];
      const all = async (): Promise<void> => {
        for await (const each of session.upload('Cut', uploads)) told.push(each);
      };
      expect(await errorOf(all())).toMatchObject({
        exitStatus: 75,
      } satisfies Partial<PosthornError>);
      expect(told.map(({ kind }) => kind)).toEqual(['uploaded']);
      expect(session.spent).toBe(true);
      const stored = await account.messages('Cut');
      expect(stored.map(({ octets }) => octets)).toEqual([sample(1).octets]);
    });
  });

  test('into a folder that is not there fails by its name', async () => {
    await enter({}, async (session) => {
      const error = await errorOf(uploadAll(session, 'Nowhere', [uploadOf(sample(1))]));
      expect(error).toMatchObject({ code: 'no-such-folder', reach: 'folder' });
      expect((await session.select('INBOX')).status.exists).toBe(0);
    });
  });

  test('may be left early, and the session goes on', async () => {
    await enter({ folders: ['Left'] }, async (session, account) => {
      for await (const each of session.upload(
        'Left',
        samples(20).map((one) => uploadOf(one)),
      )) {
        expect(each.kind).toBe('uploaded');
        break;
      }
      expect(session.spent).toBe(false);
      const folder = await session.select('Left');
      expect((await folder.uids(1)).uids.size).toBe((await account.messages('Left')).length);
    });
  });
}

function folderTests({ enter, can }: Stage): void {
  test('are renamed with what is below them, and with their subscriptions', async () => {
    await enter({}, async (session, account) => {
      await session.folders();
      const below = session.delimiter ?? '/';
      const paths = ['Ältere', `Ältere${below}100%`, 'Ältere Sachen', `Ältere${below}ohne`];
      for (const path of paths) await session.createFolder(path, null);
      await session.subscribe(`Ältere${below}ohne`, false);
      await session.selectForWriting(`Ältere${below}100%`);
      await uploadAll(session, `Ältere${below}100%`, [uploadOf(sample(1))]);
      await session.renameFolder('Ältere', 'Neuere');
      const { folders } = await session.folders();
      const names = folders.map(({ path }) => path).filter((path) => /Älte|Neue/.test(path));
      const renamed = ['Neuere', `Neuere${below}100%`, `Neuere${below}ohne`];
      expect(names.sort()).toEqual(['Ältere Sachen', ...renamed].sort());
      expect(await account.messages(`Neuere${below}100%`)).toHaveLength(1);
      const subscribed = (await account.subscribed()).filter((path) => /Älte|Neue/.test(path));
      expect(subscribed).toEqual(['Ältere Sachen', 'Neuere', `Neuere${below}100%`].sort());
    });
  });

  test('are subscribed and unsubscribed', async () => {
    await enter({}, async (session) => {
      await session.createFolder('News', null);
      const isSubscribed = async () =>
        (await session.folders()).folders.find(({ path }) => path === 'News')?.subscribed;
      const told = can().subscriptions;
      expect(await isSubscribed()).toBe(told ? true : null);
      await session.subscribe('News', false);
      expect(await isSubscribed()).toBe(told ? false : null);
      await session.subscribe('News', true);
      expect(await isSubscribed()).toBe(told ? true : null);
    });
  });

  test('are deleted, and nobody minds where they are gone', async () => {
    await enter({}, async (session, account) => {
      await session.createFolder('Old', null);
      await uploadAll(session, 'Old', [uploadOf(sample(1))]);
      await session.selectForWriting('Old');
      await session.deleteFolder('Old');
      await session.deleteFolder('Old');
      const { folders } = await session.folders();
      expect(folders.some(({ path }) => path === 'Old')).toBe(false);
      expect(await account.subscribed()).not.toContain('Old');
      expect((await session.select('INBOX')).status.exists).toBe(0);
    });
  });

  test('one that is in the way is not replaced', async () => {
    await enter({ folders: ['One', 'Two'] }, async (session) => {
      expect((await errorOf(session.renameFolder('One', 'Two'))).reach).toBe('folder');
      expect((await errorOf(session.renameFolder('INBOX', 'Three'))).reach).toBe('folder');
      expect((await errorOf(session.deleteFolder('INBOX'))).reach).toBe('folder');
      const { folders } = await session.folders();
      expect(folders.map(({ path }) => path)).toEqual(
        expect.arrayContaining(['INBOX', 'One', 'Two']),
      );
    });
  });
}
