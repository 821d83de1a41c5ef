/** What every MailStore must do, run against each implementation. */

import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Flag } from '../../src/core/sync/flags.ts';
import { ConfigurationError, DataError, StorageError } from '../../src/errors.ts';
import type {
  Delivered,
  Delivery,
  MailStore,
  MailTree,
  Staged,
  Staging,
} from '../../src/ports/receiving/mail-store.ts';
import { mailBothWaysContract } from './mail-both-ways.ts';
import { mailChangesContract } from './mail-changes.ts';

/** A store, and the other program that reads and writes the same folders. */
export interface StoreWorld {
  readonly store: MailStore;
  /** Of a root that does not exist yet. */
  readonly root: string;
  /** Path below the folder (`new/…`, `cur/…:2,S`) → octets. */
  files(localPath: string): Promise<Map<string, Buffer>>;
  /** Files in `tmp/`. */
  temporary(localPath: string): Promise<string[]>;
  put(localPath: string, path: string, content: string): Promise<void>;
  move(localPath: string, from: string, to: string): Promise<void>;
  remove(localPath: string, path: string): Promise<void>;
  /** Removes the marker of the root. */
  unmark(): Promise<void>;
  /** A Maildir folder of another program's. */
  makeFolder(localPath: string): Promise<void>;
  dispose(): Promise<void>;
}

export interface Message {
  readonly key: string;
  readonly text: string | Buffer;
  readonly flags?: readonly Flag[];
  readonly internalDate?: number;
}

/** A body in chunks of so many octets. */
export async function* inChunks(text: string | Buffer, size = 7): AsyncGenerator<Buffer> {
  const octets = Buffer.from(text);
  for (let at = 0; at < octets.length; at += size)
    yield await Promise.resolve(octets.subarray(at, at + size));
}

/** Whole, in two pieces. */
export function asDelivery({ key, text, flags = [], internalDate }: Message): Delivery {
  const octets = Buffer.from(text);
  const half = octets.length >> 1;
  const pieces = [octets.subarray(0, half), octets.subarray(half)];
  const body = { kind: 'whole', octets: pieces } as const;
  return { key, flags, internalDate: internalDate ?? null, body };
}

/** As it comes, in chunks of so many octets. */
export function asStream(message: Message, size?: number): Delivery {
  const chunks = inChunks(message.text, size);
  return { ...asDelivery(message), body: { kind: 'stream', chunks } };
}

export function stagedOf(stagings: readonly Staging[]): Staged[] {
  return stagings.map((staging) => {
    if (staging.kind === 'failed') throw staging.error;
    return staging.staged;
  });
}

export async function deliver(
  tree: MailTree,
  localPath: string,
  messages: readonly Message[],
): Promise<readonly Delivered[]> {
  const stagings = await tree.stage(localPath, messages.map(asDelivery));
  return tree.publish(localPath, stagedOf(stagings));
}

export function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

const inbox = 'INBOX';

export function mailStoreContract(title: string, makeWorld: () => Promise<StoreWorld>): void {
  describe(`mail store: ${title}`, () => {
    let world: StoreWorld;
    let tree: MailTree;

    beforeEach(async () => {
      world = await makeWorld();
      tree = await world.store.create(world.root, 'mine');
      await tree.ensureFolder(inbox);
    });

    afterEach(async () => {
      await world.dispose();
    });

    const texts = async (): Promise<string[]> =>
      [...(await world.files(inbox)).values()].map(String).sort();

    const stage = async (...deliveries: Delivery[]): Promise<Staged[]> =>
      stagedOf(await tree.stage(inbox, deliveries));

    it('delivers mail without flags to new/ and all else to cur/, CRLF as LF', async () => {
      const [plain, flagged] = await deliver(tree, inbox, [
        { key: 'a', text: 'Subject: a\r\n\r\nA\r\n' },
        { key: 'b', text: 'Subject: b\r\n\r\nB', flags: ['S', 'F'] },
      ]);
      expect(plain).toEqual({
        key: 'a',
        name: sha256('a').slice(0, 32),
        outcome: 'delivered',
        collided: false,
      });
      expect(await world.files(inbox)).toEqual(
        new Map([
          [`new/${plain?.name ?? ''}`, Buffer.from('Subject: a\n\nA\n')],
          [`cur/${flagged?.name ?? ''}:2,FS`, Buffer.from('Subject: b\n\nB')],
        ]),
      );
      expect(await world.temporary(inbox)).toEqual([]);
    });

    it('measures both forms, whole or as a stream, and shows nothing before publish', async () => {
      const message = { key: 'k', text: 'Message-Id:\r\n <a@b>\r\n\r\na\r\nb\rc\n\r\n' };
      const staged = await stage(
        asDelivery(message),
        asDelivery(message),
        asStream(message, 1),
        asStream(message, 500),
      );
      for (const each of staged)
        expect(each).toMatchObject({
          wireSize: message.text.length,
          wireSha256: sha256(message.text),
          size: message.text.replaceAll('\r\n', '\n').length,
          messageIdHash: sha256('<a@b>').slice(0, 16),
        });
      expect((await world.files(inbox)).size).toBe(0);
      for (const each of staged) await tree.discard(each);
    });

    it('knows a message without Message-ID', async () => {
      const text = 'Subject: x\r\n\r\nMessage-ID: <in@the.body>\r\n';
      const staged = await stage(asDelivery({ key: 'a', text }), asStream({ key: 'b', text }));
      expect(staged.map(({ messageIdHash }) => messageIdHash)).toEqual([null, null]);
      for (const each of staged) await tree.discard(each);
    });

    it('adopts what a broken run delivered, wherever a reader put it', async () => {
      const message: Message = { key: 'a', text: 'same\r\n' };
      const [first] = await deliver(tree, inbox, [message]);
      const name = first?.name ?? '';
      await world.move(inbox, `new/${name}`, `cur/${name}:2,RSa`);
      const again = await world.store.open(world.root, 'mine');
      await again.ensureFolder(inbox);
      expect(await deliver(again, inbox, [message])).toEqual([{ ...first, outcome: 'adopted' }]);
      expect([...(await world.files(inbox)).keys()]).toEqual([`cur/${name}:2,RSa`]);
      expect(await world.temporary(inbox)).toEqual([]);
    });

    it('adopts within one run, and after a move that it has not seen', async () => {
      const message: Message = { key: 'a', text: 'same\r\n' };
      const [first] = await deliver(tree, inbox, [message]);
      const name = first?.name ?? '';
      expect(await deliver(tree, inbox, [message])).toEqual([{ ...first, outcome: 'adopted' }]);
      await world.move(inbox, `new/${name}`, `cur/${name}:2,`);
      expect(await deliver(tree, inbox, [message])).toEqual([{ ...first, outcome: 'adopted' }]);
      expect(await texts()).toEqual(['same\n']);
    });

    it('gives other content under the same key a suffix, and finds each again', async () => {
      const versions = ['one', 'two', 'xyz'].map((text): Message => ({ key: 'k', text }));
      const results: Delivered[] = [];
      for (const version of versions) results.push(...(await deliver(tree, inbox, [version])));
      const hash = sha256('k').slice(0, 32);
      expect(results.map(({ name }) => name)).toEqual([hash, `${hash}-2`, `${hash}-3`]);
      expect(results.map(({ collided }) => collided)).toEqual([false, true, true]);
      const again = await world.store.open(world.root, 'mine');
      for (const [index, version] of versions.entries())
        expect(await deliver(again, inbox, [version])).toEqual([
          { ...results[index], outcome: 'adopted' },
        ]);
      expect(await texts()).toEqual(['one', 'two', 'xyz']);
    });

    it('settles one key twice in a batch', async () => {
      const results = await deliver(tree, inbox, [
        { key: 'k', text: 'one' },
        { key: 'k', text: 'one' },
        { key: 'k', text: 'two', flags: ['S'] },
      ]);
      expect(results.map(({ outcome, collided }) => [outcome, collided])).toEqual([
        ['delivered', false],
        ['adopted', false],
        ['delivered', true],
      ]);
      expect(await texts()).toEqual(['one', 'two']);
    });

    it('takes batches one over the other, in the order of their publishing', async () => {
      const batches = [0, 1, 2, 3].map((batch) =>
        Array.from({ length: 30 }, (_, index) => ({
          key: String(batch * 20 + index),
          text: `message ${String(batch * 20 + index)}`,
        })),
      );
      const publishing: Promise<readonly Delivered[]>[] = [];
      for (const batch of batches)
        publishing.push(tree.publish(inbox, await stage(...batch.map(asDelivery))));
      const results = await Promise.all(publishing);
      expect(results.map((each) => each.filter((one) => one.outcome === 'adopted').length)).toEqual(
        [0, 10, 10, 10],
      );
      expect((await texts()).length).toBe(90);
    });

    it('delivers again what a person removed meanwhile', async () => {
      const [first] = await deliver(tree, inbox, [{ key: 'a', text: 'x' }]);
      await world.remove(inbox, `new/${first?.name ?? ''}`);
      expect(await deliver(tree, inbox, [{ key: 'a', text: 'x' }])).toEqual([first]);
      expect(await texts()).toEqual(['x']);
    });

    async function* breaking(error: Error): AsyncGenerator<Buffer> {
      yield Buffer.from('half');
      await Promise.reject(error);
    }

    it('leaves out the one whose body broke off, where that reaches the message alone', async () => {
      const error = new DataError('cut');
      const body: Delivery['body'] = { kind: 'stream', chunks: breaking(error) };
      const stagings = await tree.stage(inbox, [
        asDelivery({ key: 'a', text: 'a' }),
        { key: 'b', flags: [], internalDate: null, body },
        asDelivery({ key: 'c', text: 'c' }),
      ]);
      expect(stagings[1]).toEqual({ kind: 'failed', error });
      const staged = stagings.flatMap((each) => (each.kind === 'staged' ? [each.staged] : []));
      expect(await world.temporary(inbox)).toHaveLength(2);
      await tree.publish(inbox, staged);
      expect(await texts()).toEqual(['a', 'c']);
      expect(await world.temporary(inbox)).toEqual([]);
    });

    it('passes any other error of a body on as it came, keeps nothing, and reads no other', async () => {
      const broken = Object.assign(new Error('cut'), { code: 'ENOSPC', syscall: 'read' });
      const body: Delivery['body'] = { kind: 'stream', chunks: breaking(broken) };
      let isLeft = false;
      async function* unread(): AsyncGenerator<Buffer> {
        yield await Promise.resolve(Buffer.from('x'));
      }
      const chunks = unread();
      const leaving = { [Symbol.asyncIterator]: () => ({ ...iterator(chunks), return: left }) };
      const left = (): Promise<IteratorResult<Buffer>> => {
        isLeft = true;
        return Promise.resolve({ done: true, value: undefined });
      };
      const staging = tree.stage(inbox, [
        asDelivery({ key: 'a', text: 'a' }),
        { key: 'k', flags: [], internalDate: null, body },
        { key: 'l', flags: [], internalDate: null, body: { kind: 'stream', chunks: leaving } },
      ]);
      await expect(staging).rejects.toBe(broken);
      expect(isLeft).toBe(true);
      expect(await world.temporary(inbox)).toEqual([]);
      expect((await world.files(inbox)).size).toBe(0);
    });

    it('drops a staged message, twice without complaint', async () => {
      const [staged] = await stage(asDelivery({ key: 'k', text: 'x' }));
      if (staged === undefined) throw new Error('nothing staged');
      await tree.discard(staged);
      await tree.discard(staged);
      expect(await world.temporary(inbox)).toEqual([]);
    });

    it('counts, and knows no folder that is not there', async () => {
      expect(await tree.count('Nowhere')).toBeNull();
      expect(await tree.count(inbox)).toEqual({ unread: 0, total: 0 });
      await deliver(tree, inbox, [
        { key: '1', text: 'x' },
        { key: '2', text: 'x', flags: ['S'] },
        { key: '3', text: 'x', flags: ['F'] },
      ]);
      expect(await tree.count(inbox)).toEqual({ unread: 2, total: 3 });
    });

    it('opens only what is there and ours', async () => {
      await expect(world.store.open(`${world.root}-missing`, 'mine')).rejects.toThrow(StorageError);
      await expect(world.store.open(world.root, 'other')).rejects.toThrow(StorageError);
      await expect(world.store.create(world.root, 'other')).rejects.toThrow(StorageError);
    });

    it('creates twice, but not over mail that is there', async () => {
      await expect(world.store.create(world.root, 'mine')).resolves.toBeDefined();
      await deliver(tree, inbox, [{ key: 'a', text: 'x' }]);
      await expect(world.store.create(world.root, 'mine')).rejects.toThrow(ConfigurationError);
    });

    it('refuses to stage in a folder that is not there', async () => {
      const deliveries = [asDelivery({ key: 'k', text: 'x' })];
      await expect(tree.stage('Nowhere', deliveries)).rejects.toThrow(StorageError);
    });

    it('stages and publishes nothing', async () => {
      expect(await tree.stage(inbox, [])).toEqual([]);
      expect(await tree.publish(inbox, [])).toEqual([]);
    });

    it('leaves alone what another tree of the same account is writing', async () => {
      const staged = await stage(asDelivery({ key: 'k', text: 'x' }));
      const other = await world.store.open(world.root, 'mine');
      await other.ensureFolder(inbox);
      await deliver(other, inbox, [{ key: 'l', text: 'y' }]);
      expect(await tree.publish(inbox, staged)).toMatchObject([{ outcome: 'delivered' }]);
      expect(await texts()).toEqual(['x', 'y']);
    });
  });

  mailChangesContract(title, makeWorld);
  mailBothWaysContract(title, makeWorld);
}

function iterator(chunks: AsyncGenerator<Buffer>): AsyncIterator<Buffer> {
  return { next: () => chunks.next() };
}
