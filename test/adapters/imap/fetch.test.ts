/** Octets of messages: whole, once each, and whose trouble it is where they don't come. */

import { afterEach, describe, expect, test } from 'vitest';
import { UidSet } from '../../../src/core/sync/uid-set.ts';
import { corpus, hugeMessage, oddMessages } from '../../servers/messages.ts';
import { demo, scriptedInbox, stopAll } from './fixtures.ts';
import { byUid, fetchAll, refusalOf, sha256 } from './harness.ts';

afterEach(stopAll);

describe('fetching', () => {
  test('2,000 messages, octet by octet', async () => {
    const messages = corpus(2_000, 3);
    const { session } = await demo(messages);
    const folder = await session.select('INBOX');
    const { uids } = await folder.uids(1);
    const fetched = (await fetchAll(folder, uids)).sort(byUid);
    expect(fetched.map(({ uid }) => uid)).toEqual(messages.map((_, index) => index + 1));
    fetched.forEach(({ octets }, index) => {
      expect(octets?.equals(messages[index] ?? Buffer.alloc(0))).toBe(true);
    });
  });

  test('odd messages', async () => {
    const odd = [...oddMessages().values()];
    const { session } = await demo(odd);
    const folder = await session.select('INBOX');
    const fetched = (await fetchAll(folder, (await folder.uids(1)).uids)).sort(byUid);
    expect(fetched.map(({ octets }) => octets && sha256(octets))).toEqual(odd.map(sha256));
  });

  test.each([1, 2, 3])('a message of exactly %i MiB, and one octet more or less', async (mebi) => {
    const size = mebi * 1024 * 1024;
    const messages = [size - 1, size, size + 1].map((each) => hugeMessage(each));
    const { session } = await demo(messages);
    const fetched = (await fetchAll(await session.select('INBOX'), [1, 2, 3])).sort(byUid);
    expect(fetched.map(({ octets }) => octets && sha256(octets))).toEqual(messages.map(sha256));
  });

  test('flags and date are those that came with the body', async () => {
    const { mailbox, session } = await demo([Buffer.from('x\r\n')]);
    const folder = await session.select('INBOX');
    mailbox.inbox.messages[0]?.flags.add('\\Flagged').add('Work');
    const [fetched] = await fetchAll(folder, [1]);
    expect(fetched?.facts).toMatchObject({ flags: ['F'], keywords: ['Work'], size: 3 });
    expect(fetched?.facts?.internalDate).not.toBeNull();
  });

  test('messages that vanished are told', async () => {
    const { mailbox, session } = await demo(['a', 'b', 'c'].map((text) => Buffer.from(text)));
    const folder = await session.select('INBOX');
    mailbox.inbox.remove(new Set([2]));
    // The server tells what is gone with the answer to some other command.
    await session.status('INBOX');
    const fetched = (await fetchAll(folder, [1, 2, 3])).sort(byUid);
    expect(fetched.map(({ kind }) => kind)).toEqual(['message', 'vanished', 'message']);
  });

  test('a message of nothing is one, if it is there; made up for one that is gone, it is none', async () => {
    let gone = false;
    const { inbox } = await scriptedInbox(({ text }) => {
      if (text.startsWith('NOOP')) return '$ OK\r\n';
      if (text.startsWith('UID SEARCH'))
        return gone ? '* SEARCH\r\n$ OK\r\n' : '* SEARCH 1\r\n$ OK\r\n';
      return text.startsWith('UID FETCH')
        ? '* 1 FETCH (UID 1 FLAGS () INTERNALDATE "01-Jan-1970 00:00:00 +0000" RFC822.SIZE 0 BODY[] {0}\r\n)\r\n$ OK\r\n'
        : undefined;
    });
    const [empty] = await fetchAll(inbox, [1]);
    expect(empty).toMatchObject({ kind: 'message', octets: Buffer.alloc(0) });
    gone = true;
    expect(await fetchAll(inbox, [1])).toMatchObject([{ kind: 'vanished', uid: 1 }]);
  });

  test('messages of another folder are not fetched by mistake', async () => {
    const { session } = await demo([hugeMessage(5_000_000), Buffer.from('b')]);
    const folder = await session.select('INBOX');
    await session.select('INBOX');
    expect(await refusalOf(fetchAll(folder, [1]))).toMatchObject({ exitStatus: 70 });
  });
});

const well = (uid: number, octets = `mail ${uid}`) =>
  `* ${uid} FETCH (UID ${uid} FLAGS () RFC822.SIZE ${octets.length} ` +
  `INTERNALDATE "01-Mar-2024 10:00:00 +0000" BODY[] {${octets.length}}\r\n${octets})\r\n`;

/** A folder of as many messages as are named; `refuse` says what one is refused with, undefined for none. */
async function folderOf(
  uids: readonly number[],
  refuse: (uid: number, fetches: number) => string | undefined,
) {
  let fetches = 0;
  const pauses: number[] = [];
  const pause = async (milliseconds: number): Promise<void> => void pauses.push(milliseconds);
  const fixture = await scriptedInbox(
    ({ text }) => {
      if (text.startsWith('NOOP')) return '$ OK\r\n';
      if (text.startsWith('EXAMINE'))
        return `* ${uids.length} EXISTS\r\n* OK [UIDVALIDITY 7]\r\n* OK [UIDNEXT 999]\r\n$ OK\r\n`;
      const [, command, set = ''] = /^UID (SEARCH UID|FETCH) (\S+)/.exec(text) ?? [];
      if (command === undefined) return undefined;
      const asked = uids.filter((uid) => within(set, uid));
      if (command !== 'FETCH') return `* SEARCH ${asked.join(' ')}\r\n$ OK\r\n`;
      if (!text.includes('BODY'))
        return `${asked.map((uid) => `* ${uid} FETCH (UID ${uid} RFC822.SIZE 6)\r\n`).join('')}$ OK\r\n`;
      fetches += 1;
      let answer = '';
      for (const uid of asked) {
        const no = refuse(uid, fetches);
        if (no !== undefined) return `${answer}$ ${no}\r\n`;
        answer += well(uid);
      }
      return `${answer}$ OK\r\n`;
    },
    { pause },
  );
  const refusals = () => fixture.server.heard.filter((line) => line.includes('BODY')).length;
  return { ...fixture, pauses, refusals };
}

function within(set: string, uid: number): boolean {
  return set.split(',').some((part) => {
    const [from = '', to = from] = part.split(':');
    return uid >= Number(from) && uid <= (to === '*' ? Infinity : Number(to));
  });
}

const hundred = Array.from({ length: 100 }, (_, index) => index + 1);

describe('a server that refuses', () => {
  test.each([
    ['NO [OVERQUOTA] Account exceeded command or bandwidth limits. (Failure)', 'account'],
    ['NO [ALERT] Account exceeded command or bandwidth limits. (Failure)', 'account'],
    ['NO Server Unavailable. 15', 'folder'],
    ['BAD Command Error. 12', 'folder'],
    ['NO [SERVERBUG] Internal error occurred.', 'folder'],
    ['NO [UNAVAILABLE] not now', 'folder'],
    ['OK done', 'folder'],
  ])(
    'everything: the trouble of the whole, said once, no message named (%s)',
    async (words, reach) => {
      const { inbox, pauses, refusals } = await folderOf(hundred, () => words);
      const error = await refusalOf(fetchAll(inbox, hundred));
      expect(error).toMatchObject({ reach, exitStatus: 75, code: 'temporary' });
      expect(refusals()).toBeLessThanOrEqual(6);
      expect(pauses.length).toBeGreaterThan(0);
      expect(error.message).not.toMatch(/\bmessage \d/);
    },
  );

  test('everything after a while: what came before is given', async () => {
    let given = 0;
    const { inbox } = await folderOf(hundred, () =>
      (given += 1) > 60 ? 'NO [OVERQUOTA] Account exceeded bandwidth limits' : undefined,
    );
    const got: number[] = [];
    const error = await refusalOf(
      (async () => {
        for await (const batch of inbox.fetch(UidSet.of(hundred)))
          for (const item of batch) if (item.kind === 'message') got.push(item.facts.uid);
      })(),
    );
    expect(error).toMatchObject({ reach: 'account', exitStatus: 75 });
    expect(got).toEqual(hundred.slice(0, 60));
  });

  test.each([
    'NO [UNAVAILABLE] mailbox is being repaired',
    'NO [UNKNOWN-CTE] bad',
    'BAD Command Error. 12',
    'OK but nothing',
  ])('one message alone, whatever it says, stops no other (%s)', async (words) => {
    const { inbox, session } = await folderOf(hundred, (uid) => (uid === 40 ? words : undefined));
    const got = (await fetchAll(inbox, hundred)).sort(byUid);
    expect(got.map(({ uid }) => uid)).toEqual(hundred);
    expect(got.filter(({ kind }) => kind !== 'message')).toMatchObject([
      { uid: 40, kind: 'refused', error: { reach: 'message' } },
    ]);
    expect(session.spent).toBe(false);
  });

  test('the newest message alone: another one of the folder is asked for', async () => {
    const { inbox } = await folderOf([1, 2, 3], (uid) =>
      uid === 3 ? 'NO [SERVERBUG] no' : undefined,
    );
    expect(await fetchAll(inbox, [3])).toMatchObject([{ uid: 3, kind: 'refused' }]);
  });

  test('the only message of a folder: nobody can tell, so it is the folder', async () => {
    const { inbox } = await folderOf([3], () => 'NO [SERVERBUG] no');
    expect(await refusalOf(fetchAll(inbox, [3]))).toMatchObject({
      reach: 'folder',
      exitStatus: 75,
    });
  });

  test('several bad ones in a row stop nothing either', async () => {
    const { inbox } = await folderOf(hundred, (uid) =>
      uid > 10 && uid < 30 ? 'NO [UNKNOWN-CTE] bad' : undefined,
    );
    const got = await fetchAll(inbox, hundred);
    expect(got.filter(({ kind }) => kind === 'refused')).toHaveLength(19);
    expect(got.filter(({ kind }) => kind === 'message')).toHaveLength(81);
  });

  test('sets alone: each comes by itself', async () => {
    const { inbox } = await scriptedInbox(({ text }) => {
      if (text.startsWith('NOOP')) return '$ OK\r\n';
      if (text.startsWith('UID SEARCH')) return '* SEARCH 1 2 3\r\n$ OK\r\n';
      const uid = /^UID FETCH (\d+) /.exec(text)?.[1];
      if (uid !== undefined) return `${well(Number(uid))}$ OK\r\n`;
      return text.startsWith('UID FETCH') ? '$ OK\r\n' : undefined;
    });
    const got = await fetchAll(inbox, [1, 2, 3]);
    expect(got.map(({ octets }) => String(octets))).toEqual(['mail 1', 'mail 2', 'mail 3']);
  });

  test('for now, and says for how long: at once, with the pause that it asks for', async () => {
    const words = 'BAD Request is throttled. Suggested Backoff Time: 178755 milliseconds';
    const { inbox, refusals } = await folderOf(hundred, () => words);
    const start = performance.now();
    const error = await refusalOf(fetchAll(inbox, hundred));
    expect(error).toMatchObject({ reach: 'account', exitStatus: 75, pauseMs: 178_755 });
    expect(error.message).toContain('Request is throttled');
    expect(refusals()).toBe(1);
    expect(performance.now() - start).toBeLessThan(5_000);
  });

  test('the same at another command', async () => {
    const words = 'BAD Request is throttled. Suggested Backoff Time: 9000 milliseconds';
    const { inbox } = await scriptedInbox(({ text }) =>
      text.startsWith('UID SEARCH') ? `$ ${words}\r\n` : undefined,
    );
    expect(await refusalOf(inbox.uids(1))).toMatchObject({ exitStatus: 75, pauseMs: 9_000 });
  });
});

describe('an answer that cannot be read', () => {
  test('for its flags: the message is taken without them', async () => {
    const { inbox } = await scriptedInbox(({ text }) => {
      if (text.startsWith('NOOP')) return '$ OK\r\n';
      if (text.startsWith('UID SEARCH')) return '* SEARCH 1 2\r\n$ OK\r\n';
      if (!text.startsWith('UID FETCH')) return undefined;
      const two = well(2);
      const odd = text.includes('FLAGS') ? two.replace('FLAGS ()', 'FLAGS (a)b)') : two;
      return text.startsWith('UID FETCH 2 ') ? `${odd}$ OK\r\n` : `${well(1)}${odd}$ OK\r\n`;
    });
    const got = (await fetchAll(inbox, [1, 2])).sort(byUid);
    expect(got.map(({ octets }) => String(octets))).toEqual(['mail 1', 'mail 2']);
    expect(got[1]?.facts?.flags).toEqual([]);
  });

  test.each([
    ['a line that breaks off', '* 2 FETCH (UID 2 BODY[] ((\r\n'],
    ['NIL for octets', '* 2 FETCH (UID 2 RFC822.SIZE 5 BODY[] NIL)\r\n'],
  ])('%s: refused, and stops no other', async (_title, odd) => {
    const { inbox } = await scriptedInbox(({ text }) => {
      if (text.startsWith('NOOP')) return '$ OK\r\n';
      if (text.startsWith('UID SEARCH')) return '* SEARCH 1 2\r\n$ OK\r\n';
      if (!text.startsWith('UID FETCH')) return undefined;
      if (text.startsWith('UID FETCH 1 ')) return `${well(1)}$ OK\r\n`;
      return text.startsWith('UID FETCH 2 ') ? `${odd}$ OK\r\n` : `${well(1)}${odd}$ OK\r\n`;
    });
    const got = (await fetchAll(inbox, [1, 2])).sort(byUid);
    expect(got).toMatchObject([
      { kind: 'message' },
      { kind: 'refused', error: { reach: 'message' } },
    ]);
  });
});
