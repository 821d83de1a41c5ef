import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectInTurn, connectThread } from '../../../src/adapters/state/connect.ts';
import { createStateStore } from '../../../src/adapters/state/state-store.ts';
import { openSqlite } from '../../../src/disk/sqlite.ts';
import type { StateChange, StateStore } from '../../../src/ports/state-store.ts';
import { agreedMessage, agreeing, setUp, uidsOf } from '../../contract/state-samples.ts';
import { buildPrograms, type Built } from './built.ts';
import { startNode } from './child.ts';
import { useScratch } from './scratch.ts';

const scratch = useScratch();
let built: Built;
beforeAll(async () => {
  built = await buildPrograms('state/program-idle', 'state/program-commit');
});
afterAll(() => {
  built.remove();
});

function flagging(accountId: string, path: string, uids: readonly number[]): StateChange {
  return {
    ...{ kind: 'messages-flagged', accountId, path, uid: Uint32Array.from(uids) },
    flags: new Uint8Array(uids.length).fill(63),
    keywords: uids.map(() => ''),
    modSeq: new BigUint64Array(uids.length),
  };
}

/** A thread in the place of the state's, as a module of these lines. */
function threadOf(...lines: string[]): URL {
  const script = join(scratch(), 'thread.mjs');
  writeFileSync(script, ["import { parentPort } from 'node:worker_threads';", ...lines].join('\n'));
  return pathToFileURL(script);
}

test('the thread keeps the process alive while it is asked, and not a moment longer', async () => {
  const child = startNode(built.program('program-idle'), scratch());
  expect(await child.ended).toBe(0);
  expect(child.lines).toEqual(['answered []']);
});

test('its errors arrive as classified errors', async () => {
  const directory = scratch();
  writeFileSync(join(directory, 'state.db'), 'no database at all '.repeat(100));
  const store = createStateStore({ directory, connect: connectThread(built.worker) });
  await expect(store.accounts()).rejects.toMatchObject({ exitStatus: 74, reach: 'program' });
  await store.close();
});

test('a death is told to all who wait, and the next call starts it anew', async () => {
  const mortal = threadOf("parentPort.once('message', () => process.exit(3));");
  const connection = connectThread(mortal)(scratch());
  const asked = [connection.ask({ kind: 'accounts' }), connection.ask({ kind: 'accounts' })];
  const outcomes = await Promise.allSettled(asked);
  expect(outcomes).toMatchObject([
    { status: 'rejected', reason: { code: 'internal' } },
    { status: 'rejected', reason: { code: 'internal' } },
  ]);
  await expect(connection.ask({ kind: 'accounts' })).rejects.toMatchObject({ code: 'internal' });
});

test('several processes may meet an empty folder at once', async () => {
  const directory = scratch();
  const children = [1, 100_001, 200_001, 300_001].map((from) =>
    startNode(built.program('program-commit'), directory, String(from)),
  );
  await Promise.all(children.map((child) => child.line(3)));
  await Promise.all(children.map((child) => child.kill('SIGKILL')));
  const acknowledged = children.flatMap((child) => child.lines.map(Number).filter((n) => n > 0));
  const store = createStateStore({ directory });
  expect(await uidsOf(store, 'a', 'INBOX')).toEqual(expect.arrayContaining(acknowledged));
  await store.close();
}, 30_000);

/** Stands still at the given request, as a thread does whose disk is frozen; SIGCONT has no meaning for it. */
const frozenAt = (kind: string): URL =>
  threadOf(
    `parentPort.on('message', ({ number, request }) => {`,
    `  if (request.kind === '${kind}') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);`,
    `  parentPort.postMessage({ number, reply: { ok: true, value: [] } });`,
    `});`,
  );

describe('a disk that hangs', () => {
  const hung = {
    exitStatus: 74,
    message: expect.stringMatching(/^the disk that holds .*state\.db does not answer$/) as string,
    remedy: expect.stringContaining('dmesg') as string,
  };

  function frozen(kind: string, patience: { askMs: number; closeMs: number }): StateStore {
    return createStateStore({
      directory: scratch(),
      connect: connectThread(frozenAt(kind), patience),
    });
  }

  test('is told as what it is, to all who ask', async () => {
    const store = frozen('commit', { askMs: 1_500, closeMs: 200 });
    expect(await store.accounts()).toEqual([]);
    const commit = store.commit(setUp('a'), 'durable');
    // Once it has been sent there.
    await new Promise((resolve) => setImmediate(resolve));
    for (const call of await Promise.allSettled([commit, store.accounts()]))
      expect(call).toMatchObject({ status: 'rejected', reason: hung });
    await expect(store.close()).rejects.toMatchObject(hung);
  });

  test('holds up no close: whoever waits learns it then, also behind the transaction that runs', async () => {
    const store = frozen('commit', { askMs: 60_000, closeMs: 200 });
    const first = store.commit(setUp('a'), 'durable');
    const bind = store.bind([{ name: 'a', id: 'a', freshId: 'b' }], new Set());
    const outcomes = Promise.allSettled([first, bind]);
    await expect(store.close()).rejects.toMatchObject(hung);
    for (const call of await outcomes)
      expect(call).toMatchObject({ status: 'rejected', reason: hung });
  });

  test('at the close alone', async () => {
    const store = frozen('close', { askMs: 60_000, closeMs: 200 });
    expect(await store.accounts()).toEqual([]);
    await expect(store.close()).rejects.toMatchObject(hung);
  });
});

describe('first here, then in a thread', () => {
  /** Tells whether the thread was asked: it says that there is one account too many. */
  const telltale = (): URL =>
    threadOf(
      `parentPort.on('message', ({ number }) => parentPort.postMessage({ number, reply: { ok: true, value: ['thread'] } }));`,
    );

  async function isThreadAsked(store: StateStore): Promise<boolean> {
    return (await store.accounts()).length > 0;
  }

  test('a poll without news starts no thread', async () => {
    const store = createStateStore({ directory: scratch(), connect: connectInTurn(telltale()) });
    const none = new Set<string>();
    expect(await store.bind([{ name: 'a', id: undefined, freshId: 'a' }], none)).toHaveLength(1);
    expect(await store.folders('a')).toEqual([]);
    const history = {
      lastAttempt: 1,
      lastSuccess: 1,
      failures: 0,
      loginFailures: 0,
      failingSince: null,
    };
    const good = { ...history, lastError: null, suspended: null };
    await store.commit(
      [{ kind: 'polled', accountId: 'a', history: good, notBefore: null }],
      'relaxed',
    );
    expect((await store.account('a'))?.lastSuccess).toBe(1);
    await store.close();
  });

  test('nor do polls of two hundred accounts', async () => {
    const directory = scratch();
    const ids = Array.from({ length: 200 }, (_, at) => `account-${String(at)}`);
    const before = createStateStore({ directory });
    for (const id of ids) await before.commit(setUp(id), 'relaxed');
    await before.close();
    const store = createStateStore({ directory, connect: connectInTurn(telltale()) });
    for (const id of ids) {
      expect((await store.account(id))?.id).toBe(id);
      for (let at = 0; at < 4; at += 1) await store.troubles(id, 'INBOX');
      await store.commit([{ kind: 'root', accountId: id, root: '/mail' }], 'relaxed');
    }
    expect(await store.accounts()).toHaveLength(200);
    await store.close();
  });

  test('nor do messages by the hundred that are read, or have other flags', async () => {
    const directory = scratch();
    const before = createStateStore({ directory });
    const uids = Array.from({ length: 1_000 }, (_, at) => at + 1);
    await before.commit([...setUp('a', 'INBOX'), agreeing('a', 'INBOX', uids)], 'relaxed');
    await before.close();
    const store = createStateStore({ directory, connect: connectInTurn(telltale()) });
    expect((await store.agreed('a', 'INBOX')).uid).toHaveLength(1_000);
    expect(await store.former('a', 'INBOX')).toEqual([]);
    const { name = '' } = agreedMessage(7);
    const sought = { names: [name], wireSha256: [] };
    expect(await store.agreedElsewhere('a', sought)).toHaveLength(1);
    await store.commit([flagging('a', 'INBOX', uids)], 'durable');
    expect((await store.agreed('a', 'INBOX')).flags.every((bits) => bits === 63)).toBe(true);
    expect(await store.accounts()).not.toEqual(['thread']);
    await store.close();
  });

  test('messages by the ten thousand that are read do, and what follows is asked there', async () => {
    const directory = scratch();
    const before = createStateStore({ directory });
    const uids = Array.from({ length: 10_000 }, (_, at) => at + 1);
    await before.commit([...setUp('a', 'INBOX'), agreeing('a', 'INBOX', uids)], 'relaxed');
    await before.close();
    const store = createStateStore({ directory, connect: connectInTurn(telltale()) });
    await store.agreed('a', 'INBOX').catch(() => null);
    expect(await store.accounts()).toEqual(['thread']);
    await store.close();
  });

  test.each<{ what: string; ask: (store: StateStore) => Promise<unknown> }>([
    {
      what: 'a folder that is read',
      ask: (store) => store.agreedUids('a', 'INBOX', 1).catch(() => null),
    },
    {
      what: 'mail by the hundred',
      ask: (store) =>
        store.commit([agreeing('a', 'INBOX', Array(100).fill(1))], 'relaxed').catch(() => null),
    },
    {
      what: 'many questions',
      ask: (store) => Promise.all(Array.from({ length: 5_000 }, () => store.accounts())),
    },
    {
      what: 'what waits for the disk again and again',
      ask: async (store) => {
        for (let at = 0; at < 70; at += 1)
          await store.commit(setUp(`account-${String(at)}`), 'durable').catch(() => null);
      },
    },
  ])('$what does, and what follows is asked there', async ({ ask }) => {
    const store = createStateStore({ directory: scratch(), connect: connectInTurn(telltale()) });
    await ask(store);
    expect(await isThreadAsked(store)).toBe(true);
    await store.close();
  });

  test('so does a busy process: the caller is not held up', async () => {
    const directory = scratch();
    const before = createStateStore({ directory });
    await before.commit(setUp('a'), 'durable');
    await before.close();
    const other = openSqlite(join(directory, 'state.db'));
    other.exec('BEGIN IMMEDIATE');
    const store = createStateStore({ directory, connect: connectInTurn(built.worker) });
    const commit = store.commit([{ kind: 'root', accountId: 'a', root: '/mail' }], 'durable');
    expect(await Promise.race([commit, store.account('a')])).toMatchObject({ root: null });
    other.exec('ROLLBACK');
    other.close();
    await commit;
    expect((await store.account('a'))?.root).toBe('/mail');
    await store.close();
  }, 30_000);
});
