/** The deadline of a whole poll: what becomes durable on either side puts it off, waiting does not. */

import { expect, it } from 'vitest';
import { syncAccount } from '../../../src/app/sync/sync-account.ts';
import type { AccountReport } from '../../../src/app/sync/report.ts';
import type { MailboxSource } from '../../../src/ports/receiving/mailbox-source.ts';
import { World } from '../world.ts';

const minute = 60_000;

/** A sync in which each APPEND takes so long, from the `slowFrom`-th on. */
async function syncSlowly(world: World, appendMs: number, slowFrom = 0): Promise<AccountReport> {
  let [signal, appends] = [new AbortController().signal, 0];
  const inner = world.server.mailbox(async (name) => {
    if (name !== 'append' || (appends += 1) <= slowFrom) return;
    await world.clock.advance(appendMs);
    signal.throwIfAborted();
  });
  const imap: MailboxSource = {
    ...inner,
    connect: (account, login, given) => {
      signal = given;
      return inner.connect(account, login, given);
    },
  };
  const neighbours = world.neighbours(world.state);
  const sources = { ...neighbours.sources, imap };
  return syncAccount(world.account, { ...neighbours, sources }, world.syncOptions);
}

async function withNewHere(count: number): Promise<World> {
  const world = new World('imap');
  world.server.deliver('old');
  expect((await world.sync()).error).toBeNull();
  const folder = world.disk.folder('/mail/work', 'INBOX');
  for (let at = 0; at < count; at += 1)
    folder?.set(`cur/new${String(at)}:2,S`, Buffer.from(`new ${String(at)}`));
  return world;
}

it('an upload that takes hours is not cut off while one message after the other gets there', async () => {
  const world = await withNewHere(5);
  const { error, received } = await syncSlowly(world, 50 * minute);
  expect(error).toBeNull();
  expect(received?.folders).toMatchObject([{ uploaded: 5, error: null }]);
});

it('one that stalls is; what got there is known, and not sent again', async () => {
  const world = await withNewHere(5);
  const { error, received } = await syncSlowly(world, 70 * minute, 2);
  expect(error).toMatchObject({ exitStatus: 75, code: 'timeout' });
  expect(received?.folders).toMatchObject([{ uploaded: 2 }]);
  // Without Message-IDs the first one finds out what got there, and the next sends the rest.
  for (let at = 0; at < 2; at += 1) await world.sync();
  const texts = world.server.folder().messages.map(({ text }) => text);
  expect(texts.sort()).toEqual(['new 0', 'new 1', 'new 2', 'new 3', 'new 4', 'old']);
});
