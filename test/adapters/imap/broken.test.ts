import { afterEach, describe, expect, test } from 'vitest';
import { closeAt, cutAfterBytes, stallAt } from '../../../src/demo/faults.ts';
import { corpus, hugeMessage } from '../../servers/messages.ts';
import { demo, stopAll } from './fixtures.ts';
import { fetchAll, inbox, listAll, readAll, refusalOf } from './harness.ts';

afterEach(stopAll);

describe('a connection that breaks', () => {
  test('what had come whole is delivered, then the error reaches the account', async () => {
    const messages = corpus(300, 5);
    const { session } = await demo(messages, { onResponse: cutAfterBytes(200_000) });
    await session.open(inbox);
    const listed = await listAll(session);
    const got: Buffer[] = [];
    const error = await refusalOf(
      (async () => {
        for await (const { body } of session.fetch(listed)) got.push(await readAll(body));
      })(),
    );
    expect(error).toMatchObject({ reach: 'account', exitStatus: 75 });
    expect(got.length).toBeGreaterThan(20);
    got.forEach((octets, index) => expect(octets.equals(messages[index] ?? octets)).toBe(true));
    await session.close();
  });

  test('in the middle of a large message', async () => {
    const { session } = await demo([hugeMessage(6_000_000)], {
      onResponse: cutAfterBytes(3_500_000),
    });
    await session.open(inbox);
    const [fetched] = await fetchAll(session, await listAll(session));
    expect(fetched?.error).toMatchObject({ reach: 'account', exitStatus: 75 });
    expect(await refusalOf(session.uidNext('INBOX'))).toMatchObject({ reach: 'account' });
  });

  test('an answer that never comes', async () => {
    const { session } = await demo([Buffer.from('x')], {
      onResponse: stallAt('UID FETCH'),
      timeouts: { stallMs: 200, logoutMs: 100 },
    });
    await session.open(inbox);
    const error = await refusalOf(
      fetchAll(session, [{ id: '1', size: 1, internalDate: null, flags: [] }]),
    );
    expect(error).toMatchObject({ reach: 'account', exitStatus: 75, code: 'timeout' });
  });

  test('a LOGOUT that is not answered takes no longer than it may', async () => {
    const { session } = await demo([], {
      onResponse: stallAt('LOGOUT'),
      timeouts: { logoutMs: 100 },
    });
    const start = Date.now();
    await session.close();
    expect(Date.now() - start).toBeLessThan(1_500);
    await session.close();
  });

  test('an aborted signal ends what is under way', async () => {
    const abort = new AbortController();
    const { session } = await demo([Buffer.from('x')], {
      onResponse: stallAt('UID SEARCH'),
      signal: abort.signal,
    });
    await session.open(inbox);
    const listing = refusalOf(listAll(session));
    setTimeout(() => abort.abort(), 30);
    expect(await listing).toMatchObject({ exitStatus: 75, reach: 'account' });
    await session.close();
  });

  test('closed instead of answered', async () => {
    const { session } = await demo([], { onResponse: closeAt('LIST') });
    expect(await refusalOf(session.folders() as Promise<unknown>)).toMatchObject({
      exitStatus: 75,
    });
  });
});
