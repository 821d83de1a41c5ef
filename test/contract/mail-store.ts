/** What every MailStore must do, run against each implementation. */

import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Flag } from '../../src/core/sync/flags.ts';
import { ConfigurationError, StorageError } from '../../src/errors.ts';
import type { Delivered, MailStore, MailTree } from '../../src/ports/mail-store.ts';

/** A store, and the other program that reads and writes the same folders. */
export interface StoreWorld {
  readonly store: MailStore;
  /** Of a root that does not exist yet. */
  readonly root: string;
  /** Path below the folder (`new/…`, `cur/…:2,S`) → octets. */
  files(localPath: string): Promise<Map<string, Buffer>>;
  /** Files in `tmp/`. */
  temporary(localPath: string): Promise<string[]>;
  move(localPath: string, from: string, to: string): Promise<void>;
  remove(localPath: string, path: string): Promise<void>;
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
  for (let at = 0; at < octets.length; at += size) yield octets.subarray(at, at + size);
}

export async function deliver(
  tree: MailTree,
  localPath: string,
  messages: readonly Message[],
): Promise<readonly Delivered[]> {
  const staged = await Promise.all(
    messages.map(({ key, text, flags = [], internalDate = null }) =>
      tree.stage(localPath, { key, flags, internalDate, body: inChunks(text, 65_536) }),
    ),
  );
  return tree.publish(localPath, staged);
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

    it('measures both forms, and shows nothing before publish', async () => {
      const body = inChunks('a\r\nb\rc\n\r\n', 1);
      const staged = await tree.stage(inbox, { key: 'k', flags: [], internalDate: null, body });
      expect(staged).toMatchObject({
        wireSize: 9,
        wireSha256: sha256('a\r\nb\rc\n\r\n'),
        size: 7,
        sha256: sha256('a\nb\rc\n\n'),
      });
      expect((await world.files(inbox)).size).toBe(0);
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

    it('delivers again what a person removed meanwhile', async () => {
      const [first] = await deliver(tree, inbox, [{ key: 'a', text: 'x' }]);
      await world.remove(inbox, `new/${first?.name ?? ''}`);
      expect(await deliver(tree, inbox, [{ key: 'a', text: 'x' }])).toEqual([first]);
      expect(await texts()).toEqual(['x']);
    });

    it('passes an error of the body on as it came, and keeps nothing', async () => {
      const broken = Object.assign(new Error('cut'), { code: 'ENOSPC', syscall: 'read' });
      async function* body(): AsyncGenerator<Buffer> {
        yield Buffer.from('half');
        await Promise.reject(broken);
      }
      const staging = tree.stage(inbox, { key: 'k', flags: [], internalDate: null, body: body() });
      await expect(staging).rejects.toBe(broken);
      expect(await world.temporary(inbox)).toEqual([]);
      expect((await world.files(inbox)).size).toBe(0);
    });

    it('drops a staged message, twice without complaint', async () => {
      const body = inChunks('x');
      const staged = await tree.stage(inbox, { key: 'k', flags: [], internalDate: null, body });
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
      const delivery = { key: 'k', flags: [], internalDate: null, body: inChunks('x') };
      await expect(tree.stage('Nowhere', delivery)).rejects.toThrow(StorageError);
    });

    it('publishes an empty batch', async () => {
      expect(await tree.publish(inbox, [])).toEqual([]);
    });
  });
}
