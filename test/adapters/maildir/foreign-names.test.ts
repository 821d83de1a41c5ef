/** Names that other programs gave, as they are found on a real disk. */

import { link, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MailTree } from '../../../src/ports/receiving/mail-store.ts';
import type { StoreWorld } from '../../contract/mail-store.ts';
import { diskWorld } from './disk-world.ts';

let world: StoreWorld;
let tree: MailTree;

beforeEach(async () => {
  world = await diskWorld();
  tree = await world.store.create(world.root, 'mine');
  await tree.ensureFolder('INBOX');
  await tree.ensureFolder('Archive');
});

afterEach(async () => {
  await world.dispose();
});

const put = (path: string): Promise<void> => world.put('INBOX', path, `at ${path}`);

describe('names of other programs', () => {
  it('with a UID, a size, no info, an old info, a colon more; those with a dot before are none', async () => {
    const names = ['new/1.U,U=5', 'cur/2.M,S=4,W=5:2,S', 'cur/3', 'cur/4:1,x', 'cur/5:2,S:2,F'];
    for (const name of [...names, 'cur/.6:2,S', 'new/.7']) await put(name);
    const { files } = await tree.scan('INBOX');
    expect([...files.keys()].sort()).toEqual(['1.U,U=5', '2.M,S=4,W=5', '3', '4:1,x', '5']);
    const changes = [...files.keys()].map((base) => ({ base, flags: ['R'] as const }));
    expect(await tree.setFlags('INBOX', changes)).toEqual(changes.map(() => true));
    const moved = await tree.move('INBOX', [...files.keys()], 'Archive');
    expect(moved).toEqual([...files.keys()]);
    const { files: there } = await tree.scan('Archive');
    expect([...there.keys()].sort()).toEqual([...files.keys()].sort());
    expect(await tree.remove('Archive', moved.map(String))).toEqual(moved.map(() => true));
    expect((await readdir(join(world.root, 'INBOX/cur'))).sort()).toEqual(['.6:2,S']);
  });

  it('that are no UTF-8 are found, changed, moved, read and removed, each once', async () => {
    const octets = (text: string): Buffer =>
      Buffer.concat([Buffer.from(`${world.root}/INBOX/cur/`), Buffer.from(text, 'latin1')]);
    await writeFile(octets('Stra\xdfe:2,S'), 'one');
    await writeFile(octets('Stra\xe4e:2,S'), 'two');
    const { files } = await tree.scan('INBOX');
    const [one = '', two = ''] = [...files.keys()].sort();
    expect(files.size).toBe(2);
    const identities = await tree.identify('INBOX', [one, two]);
    expect(identities.map(({ wireSize }) => wireSize)).toEqual([3, 3]);
    await tree.setFlags('INBOX', [{ base: one, flags: ['S', 'F'] }]);
    const raw = await readdir(join(world.root, 'INBOX/cur'), { encoding: 'latin1' });
    expect(raw.sort()).toEqual(['Stra\xdfe:2,FS', 'Stra\xe4e:2,S']);
    expect(await tree.move('INBOX', [one], 'Archive')).toEqual([one]);
    const chunks: Buffer[] = [];
    for await (const chunk of tree.read('Archive', one)) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe('one');
    expect(await tree.remove('Archive', [one])).toEqual([true]);
    expect(await tree.remove('INBOX', [two])).toEqual([true]);
    expect(await tree.count('INBOX')).toEqual({ unread: 0, total: 0 });
  });

  it('of one file twice, as a link and unlink leave it that was broken off, are one message', async () => {
    await put('new/a');
    await link(join(world.root, 'INBOX/new/a'), join(world.root, 'INBOX/cur/a:2,S'));
    await link(join(world.root, 'INBOX/new/a'), join(world.root, 'INBOX/cur/a:2,FS'));
    expect([...(await tree.scan('INBOX')).files.values()]).toMatchObject([
      { base: 'a', directory: 'cur', flags: ['F', 'S'] },
    ]);
    expect([...(await world.files('INBOX')).keys()]).toEqual(['cur/a:2,FS']);
  });

  it('of what is no file are no messages to be identified', async () => {
    await mkdir(join(world.root, 'INBOX/cur/folder:2,'));
    await put('new/a');
    const { files } = await tree.scan('INBOX');
    const identities = await tree.identify('INBOX', [...files.keys()]);
    expect(identities.map(({ base }) => base)).toEqual(['a']);
  });
});

describe('folders of others', () => {
  it('are found behind links, once, but no root within the root, and nothing that is no Maildir', async () => {
    await world.makeFolder('Lists/posthorn');
    await world.makeFolder('other/INBOX');
    await writeFile(join(world.root, 'other/.posthorn'), 'another\n');
    await mkdir(join(world.root, 'Half/cur'), { recursive: true });
    await writeFile(join(world.root, 'note'), '');
    await symlink('../Lists', join(world.root, 'Lists/loop'));
    await symlink('nowhere', join(world.root, 'dangling'));
    await symlink('Archive', join(world.root, 'AAA'));
    expect(await tree.folders('fs')).toEqual(['Archive', 'INBOX', 'Lists/posthorn']);
  });

  it('have keywords that nobody takes for a pipe or a folder', async () => {
    await mkdir(join(world.root, 'INBOX/dovecot-keywords'));
    expect(await tree.keywordLetters('INBOX')).toBeNull();
    expect(await tree.keywordLetters('Nowhere')).toBeNull();
    await writeFile(join(world.root, 'Archive/dovecot-keywords'), Buffer.alloc(1_000_000, '0 x\n'));
    expect([...((await tree.keywordLetters('Archive')) ?? [])]).toEqual([['a', 'x']]);
  });

  it('lose nothing that is no mail when they are removed', async () => {
    await writeFile(join(world.root, 'Archive/dovecot-uidlist'), '3 V1\n');
    await writeFile(join(world.root, 'Archive/tmp/1.theirs'), 'half');
    expect(await tree.removeFolder('Archive')).toBe(false);
    expect(await readFile(join(world.root, 'Archive/tmp/1.theirs'), 'utf8')).toBe('half');
    expect((await tree.folders('fs')).includes('Archive')).toBe(true);
  });
});
