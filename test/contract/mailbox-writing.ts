/** What every MailboxSource must do that changes mail on the server, run against each implementation and each kind of server. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Flag } from '../../src/core/sync/flags.ts';
import type { MessageFacts } from '../../src/core/sync/remote.ts';
import { UidSet } from '../../src/core/sync/uid-set.ts';
import type {
  FlagNames,
  OpenFolder,
  RemoteIdentity,
} from '../../src/ports/receiving/mailbox-source.ts';
import { messageIdHash } from '../../src/wire/message-id.ts';
import { folderTests } from './mailbox-folders.ts';
import { errorOf, sample, samples } from './mailbox-source.ts';
import type { Enter, Stage, TrueMessage, WritingWorld } from './mailbox-stage.ts';
import { uploadTests } from './mailbox-uploads.ts';

const none: FlagNames = { flags: [], keywords: [] };

function flags(...names: Flag[]): FlagNames {
  return { flags: names, keywords: [] };
}

function keywords(...names: string[]): FlagNames {
  return { flags: [], keywords: names };
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
