/** What every MailTree must do with mail that is there: see it, read it, change its flags, move and remove it. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StorageError } from '../../src/errors.ts';
import type { MailTree } from '../../src/ports/receiving/mail-store.ts';
import { deliver, type StoreWorld } from './mail-store.ts';

const inbox = 'INBOX';
const archive = 'Archive';
const foreign = '1700000000.M1P2.host,S=5';

export function mailChangesContract(title: string, makeWorld: () => Promise<StoreWorld>): void {
  describe(`changes of mail: ${title}`, () => {
    let world: StoreWorld;
    let tree: MailTree;

    beforeEach(async () => {
      world = await makeWorld();
      tree = await world.store.create(world.root, 'mine');
      await tree.ensureFolder(inbox);
      await tree.ensureFolder(archive);
    });

    afterEach(async () => {
      await world.dispose();
    });

    const paths = async (folder: string): Promise<string[]> =>
      [...(await world.files(folder)).keys()].sort();

    const put = (path: string): Promise<void> => world.put(inbox, path, `at ${path}`);

    it('scans every file, whoever delivered it', async () => {
      const [ours] = await deliver(tree, inbox, [{ key: 'k', text: 'x' }]);
      await put(`cur/${foreign}:2,FSab`);
      await put('new/1700000001.M1P2.host');
      const name = ours?.name ?? '';
      const { files, complete } = await tree.scan(inbox);
      expect(complete).toBe(true);
      expect(files).toEqual(
        new Map([
          [name, { base: name, directory: 'new', flags: [], otherLetters: '' }],
          [foreign, { base: foreign, directory: 'cur', flags: ['F', 'S'], otherLetters: 'ab' }],
          [
            '1700000001.M1P2.host',
            { base: '1700000001.M1P2.host', directory: 'new', flags: [], otherLetters: '' },
          ],
        ]),
      );
      await expect(tree.scan('Nowhere')).rejects.toThrow(StorageError);
    });

    /** One that is old enough to tell something. */
    const stamp = async (): Promise<string | null> => {
      await expect.poll(() => tree.stamp(inbox), { timeout: 5000 }).not.toBeNull();
      return tree.stamp(inbox);
    };

    it('has the same stamp until a file is added, renamed or removed', async () => {
      expect(await tree.stamp('Nowhere')).toBeNull();
      const steps = [
        () => put('new/a'),
        () => world.move(inbox, 'new/a', 'cur/a:2,'),
        () => world.move(inbox, 'cur/a:2,', 'cur/a:2,S'),
        () => world.remove(inbox, 'cur/a:2,S'),
      ];
      const seen = [await stamp()];
      for (const step of steps) {
        expect(await tree.stamp(inbox)).toBe(seen.at(-1));
        await step();
        const next = await stamp();
        expect(next).not.toBe(seen.at(-1));
        seen.push(next);
      }
    });

    it('reads what is on disk, also where a reader has put it meanwhile', async () => {
      const [ours] = await deliver(tree, inbox, [
        { key: 'k', text: `a\r\n${'x'.repeat(200_000)}` },
      ]);
      const name = ours?.name ?? '';
      await world.move(inbox, `new/${name}`, `cur/${name}:2,S`);
      const chunks: Buffer[] = [];
      for await (const chunk of tree.read(inbox, name)) chunks.push(chunk);
      expect(Buffer.concat(chunks).toString()).toBe(`a\n${'x'.repeat(200_000)}`);
    });

    it('cannot read what is gone', async () => {
      const read = async (): Promise<void> => {
        for await (const chunk of tree.read(inbox, 'gone')) expect(chunk).toBeUndefined();
      };
      await expect(read()).rejects.toMatchObject({ exitStatus: 74, reach: 'message' });
    });

    it('stores flags, and keeps letters that it does not know', async () => {
      await put(`cur/${foreign}:2,FSba`);
      expect(await tree.setFlags(inbox, [{ base: foreign, flags: ['S', 'R'] }])).toEqual([true]);
      expect(await paths(inbox)).toEqual([`cur/${foreign}:2,RSab`]);
      expect(await tree.setFlags(inbox, [{ base: foreign, flags: [] }])).toEqual([true]);
      expect(await paths(inbox)).toEqual([`cur/${foreign}:2,ab`]);
    });

    it('moves a flagged message out of new/, and leaves one without flags there', async () => {
      const [ours] = await deliver(tree, inbox, [{ key: 'k', text: 'x' }]);
      const name = ours?.name ?? '';
      expect(await tree.setFlags(inbox, [{ base: name, flags: [] }])).toEqual([true]);
      expect(await paths(inbox)).toEqual([`new/${name}`]);
      expect(await tree.setFlags(inbox, [{ base: name, flags: ['S'] }])).toEqual([true]);
      expect(await paths(inbox)).toEqual([`cur/${name}:2,S`]);
      expect(await tree.setFlags(inbox, [{ base: name, flags: [] }])).toEqual([true]);
      expect(await paths(inbox)).toEqual([`cur/${name}:2,`]);
    });

    it('stores flags of a file that a reader has renamed since it was seen', async () => {
      await put(`new/${foreign}`);
      await tree.scan(inbox);
      await world.move(inbox, `new/${foreign}`, `cur/${foreign}:2,F`);
      expect(await tree.setFlags(inbox, [{ base: foreign, flags: ['F', 'S'] }])).toEqual([true]);
      expect(await paths(inbox)).toEqual([`cur/${foreign}:2,FS`]);
    });

    it('moves into another folder, flags kept', async () => {
      await put(`cur/${foreign}:2,FSa`);
      expect(await tree.move(inbox, [foreign], archive)).toEqual([foreign]);
      expect(await paths(inbox)).toEqual([]);
      expect(await paths(archive)).toEqual([`cur/${foreign}:2,FSa`]);
    });

    it('moves under a free name where the own one is taken, whatever its flags', async () => {
      for (const text of ['one', 'two', 'three']) {
        await world.put(inbox, `cur/${foreign}:2,${text === 'two' ? 'S' : ''}`, text);
        await tree.move(inbox, [foreign], archive);
      }
      expect(await paths(archive)).toEqual([
        `cur/${foreign}-2:2,S`,
        `cur/${foreign}-3:2,`,
        `cur/${foreign}:2,`,
      ]);
      expect([...(await world.files(archive)).values()].map(String).sort()).toEqual([
        'one',
        'three',
        'two',
      ]);
    });

    it('refuses to move into a folder that is not there', async () => {
      await put(`cur/${foreign}:2,`);
      await expect(tree.move(inbox, [foreign], 'Nowhere')).rejects.toThrow(StorageError);
      expect(await paths(inbox)).toEqual([`cur/${foreign}:2,`]);
    });

    it('removes', async () => {
      await put(`cur/${foreign}:2,`);
      await put('new/other');
      expect(await tree.remove(inbox, [foreign])).toEqual([true]);
      expect(await paths(inbox)).toEqual(['new/other']);
    });

    it('gives other base names, and keeps flags and places', async () => {
      await put(`cur/${foreign}:2,FS`);
      await put('new/other');
      const names = [
        { base: foreign, name: `${foreign},U=1` },
        { base: 'other', name: 'other,U=2' },
        { base: 'gone', name: 'gone,U=3' },
      ];
      expect(await tree.rename(inbox, names)).toEqual([true, true, false]);
      expect(await paths(inbox)).toEqual([`cur/${foreign},U=1:2,FS`, 'new/other,U=2']);
      expect([...(await tree.scan(inbox)).files.keys()].sort()).toEqual(
        [`${foreign},U=1`, 'other,U=2'].sort(),
      );
    });

    it('gives no name that another file has, whatever its flags', async () => {
      await put('cur/one:2,S');
      await put('cur/two:2,');
      expect(await tree.rename(inbox, [{ base: 'one', name: 'two' }])).toEqual([false]);
      expect(await tree.rename(inbox, [{ base: 'two', name: 'three' }])).toEqual([true]);
      expect(await tree.rename(inbox, [{ base: 'one', name: 'two' }])).toEqual([true]);
      expect(await paths(inbox)).toEqual(['cur/three:2,', 'cur/two:2,S']);
    });

    it('adopts a root that holds mail, with our marker or with none', async () => {
      await deliver(tree, inbox, [{ key: 'a', text: 'x' }]);
      const adopted = await world.store.adopt(world.root, 'mine');
      expect((await adopted.scan(inbox)).files.size).toBe(1);
      await expect(world.store.adopt(world.root, 'other')).rejects.toThrow(StorageError);
      await world.unmark();
      await expect(world.store.open(world.root, 'other')).rejects.toThrow(StorageError);
      await world.store.adopt(world.root, 'other');
      await expect(world.store.open(world.root, 'other')).resolves.toBeDefined();
      await expect(world.store.open(world.root, 'mine')).rejects.toThrow(StorageError);
    });

    it('adopts neither an empty mount point nor what is not there', async () => {
      await world.unmark();
      await expect(world.store.adopt(world.root, 'mine')).rejects.toThrow(StorageError);
      await expect(world.store.adopt(`${world.root}-missing`, 'mine')).rejects.toThrow(
        StorageError,
      );
      await expect(world.store.open(world.root, 'mine')).rejects.toThrow(StorageError);
    });

    it('says what is gone', async () => {
      await put(`cur/${foreign}:2,`);
      await tree.scan(inbox);
      await world.remove(inbox, `cur/${foreign}:2,`);
      expect(await tree.setFlags(inbox, [{ base: foreign, flags: ['S'] }])).toEqual([false]);
      expect(await tree.move(inbox, [foreign], archive)).toEqual([null]);
      expect(await tree.remove(inbox, [foreign])).toEqual([false]);
    });

    it('delivers anew what was moved away, and adopts what came back', async () => {
      const [first] = await deliver(tree, inbox, [{ key: 'k', text: 'x' }]);
      const name = first?.name ?? '';
      await tree.move(inbox, [name], archive);
      expect(await deliver(tree, inbox, [{ key: 'k', text: 'x' }])).toEqual([first]);
      await tree.remove(inbox, [name]);
      await tree.move(archive, [name], inbox);
      expect(await deliver(tree, inbox, [{ key: 'k', text: 'x' }])).toEqual([
        { ...first, outcome: 'adopted' },
      ]);
    });
  });
}
