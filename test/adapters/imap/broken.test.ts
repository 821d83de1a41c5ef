/** Connections that break, stall, or drip, at any point. */

import { afterEach, describe, expect, test } from 'vitest';
import { UidSet } from '../../../src/core/sync/uid-set.ts';
import { closeAt, cutAfterBytes, stallAt } from '../../../src/demo/faults.ts';
import { corpus, hugeMessage } from '../../servers/messages.ts';
import { demo, scripted, scriptedInbox, stopAll } from './fixtures.ts';
import { fetchAll, readBody, refusalOf } from './harness.ts';

afterEach(stopAll);

describe('a connection that breaks', () => {
  test('what had come whole is delivered, then the error reaches the account', async () => {
    const messages = corpus(300, 5);
    const { session } = await demo(messages, { onResponse: cutAfterBytes(200_000) });
    const folder = await session.select('INBOX');
    const { uids } = await folder.uids(1);
    const got = new Map<number, Buffer>();
    const error = await refusalOf(
      (async () => {
        for await (const batch of folder.fetch(uids))
          for (const item of batch)
            if (item.kind === 'message') got.set(item.facts.uid, await readBody(item.body));
      })(),
    );
    expect(error).toMatchObject({ reach: 'account', exitStatus: 75 });
    expect(got.size).toBeGreaterThan(20);
    for (const [uid, octets] of got) expect(octets.equals(messages[uid - 1] ?? octets)).toBe(true);
    expect(session.spent).toBe(true);
    await session.close();
  });

  test('in the middle of a large message', async () => {
    const { session } = await demo([hugeMessage(6_000_000)], {
      onResponse: cutAfterBytes(3_500_000),
    });
    const folder = await session.select('INBOX');
    const error = await refusalOf(
      (async () => {
        for (const { error: broken } of await fetchAll(folder, [1])) if (broken) throw broken;
      })(),
    );
    expect(error).toMatchObject({ reach: 'account', exitStatus: 75 });
    expect(await refusalOf(session.uidNext('INBOX'))).toMatchObject({ reach: 'account' });
  });

  test('an answer that never comes', async () => {
    const { session } = await demo([Buffer.from('x')], {
      onResponse: stallAt('UID FETCH'),
      timeouts: { stallMs: 200, logoutMs: 100 },
    });
    const folder = await session.select('INBOX');
    const error = await refusalOf(fetchAll(folder, [1]));
    expect(error).toMatchObject({ reach: 'account', exitStatus: 75, code: 'timeout' });
  });

  test('LOGOUT is said, and its answer not waited for', async () => {
    const { session } = await demo([], { onResponse: stallAt('LOGOUT') });
    const start = performance.now();
    await session.close();
    expect(performance.now() - start).toBeLessThan(1_500);
    await session.close();
  });

  test('the server hears LOGOUT', async () => {
    const { server, session } = await scripted(() => undefined);
    await session.close();
    await expect.poll(() => server.heard.at(-1), { timeout: 5_000 }).toMatch(/ LOGOUT$/);
  });

  test('an aborted signal ends what is under way', async () => {
    const abort = new AbortController();
    const { session } = await demo([Buffer.from('x')], {
      onResponse: stallAt('UID SEARCH'),
      signal: abort.signal,
    });
    const folder = await session.select('INBOX');
    const listing = refusalOf(folder.uids(1));
    setTimeout(() => abort.abort(), 30);
    expect(await listing).toMatchObject({ exitStatus: 75, reach: 'account' });
    await session.close();
  });

  test('closed instead of answered', async () => {
    const { session } = await demo([], { onResponse: closeAt('LIST') });
    expect(await refusalOf(session.folders())).toMatchObject({ exitStatus: 75 });
  });
});

describe('a connection that does not get on', () => {
  const quick = {
    stallMs: 5_000,
    floorMs: 300,
    floorOctets: 200,
    commandMs: 60_000,
    logoutMs: 100,
  };
  const drips: ReturnType<typeof setInterval>[] = [];
  afterEach(() => {
    for (const drip of drips.splice(0)) clearInterval(drip);
  });

  /** Instead of an answer to the command, a few octets again and again. */
  function dripping(command: string, octets: string) {
    return ({ text }: { text: string }, socket: { write(text: string): unknown }) => {
      if (text.startsWith('EXAMINE') && command !== 'EXAMINE') return undefined;
      if (!text.startsWith(command)) return undefined;
      drips.push(setInterval(() => socket.write(octets), 20));
      return '';
    };
  }

  test.each([
    ['an octet at a time', '*'],
    ['words that nobody asked for', '* OK still here, be patient with us please\r\n'],
    ['news of other things', '* 5 FETCH (FLAGS (\\Seen \\Flagged \\Answered \\Draft))\r\n'],
  ])('%s: ended as what it is', async (_title, octets) => {
    const { session } = await scripted(dripping('LIST', octets), { timeouts: quick });
    const error = await refusalOf(session.folders());
    expect(error).toMatchObject({ exitStatus: 75, code: 'timeout', reach: 'account' });
    expect(error.message).toContain('next to nothing');
  });

  test('an answer without an end, however much comes', async () => {
    const line = '* LIST () "/" "the same folder again and again and again"\r\n';
    const timeouts = { ...quick, commandMs: 400 };
    const { session } = await scripted(dripping('LIST', line.repeat(20)), { timeouts });
    const error = await refusalOf(session.folders());
    expect(error).toMatchObject({ exitStatus: 75, code: 'timeout' });
    expect(error.message).toContain('came to no end with LIST');
  });

  test('blanks while the server works are no reason to wait for ever', async () => {
    const { inbox } = await scriptedInbox(dripping('UID SEARCH', ' '), { timeouts: quick });
    expect(await refusalOf(inbox.uids(1))).toMatchObject({ code: 'timeout' });
  });

  test('a drip in a message', async () => {
    const script = dripping('UID FETCH', 'x');
    const { inbox } = await scriptedInbox(
      (line, socket) => {
        const begun = script(line, socket);
        if (begun === '') socket.write('* 1 FETCH (UID 1 BODY[] {900000}\r\n');
        return begun;
      },
      { timeouts: quick },
    );
    const error = await refusalOf(
      (async () => {
        for await (const batch of inbox.fetch(UidSet.of([1])))
          for (const item of batch) if (item.kind === 'message') await readBody(item.body);
      })(),
    );
    expect(error).toMatchObject({ exitStatus: 75, code: 'timeout', reach: 'account' });
  });

  test('closing takes a moment, whatever is under way', async () => {
    const { session } = await scripted(dripping('LIST', '*'));
    const listing = refusalOf(session.folders());
    await expect.poll(() => drips.length, { timeout: 5_000 }).toBe(1);
    const start = performance.now();
    await session.close();
    expect(performance.now() - start).toBeLessThan(1_500);
    expect((await listing).exitStatus).toBe(75);
  });
});
