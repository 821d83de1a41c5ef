/** Which folders a tree has, by the directories of a real disk: read once, and again where something was made in them. */

import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { realDisk } from '../../../src/disk/disk.ts';
import { createMaildirStore } from '../../../src/adapters/maildir/store.ts';
import type { Layout } from '../../../src/core/account/settings.ts';
import type { MailTree } from '../../../src/ports/receiving/mail-store.ts';
import type { StoreWorld } from '../../contract/mail-store.ts';
import { diskWorld } from './disk-world.ts';

let world: StoreWorld;
let tree: MailTree;
let elsewhere: string;
const read: string[] = [];

beforeEach(async () => {
  const disk = {
    ...realDisk,
    readdir: (path: string) => {
      read.push(path);
      return realDisk.readdir(path);
    },
  };
  world = await diskWorld({ disk });
  elsewhere = await mkdtemp(join(tmpdir(), 'posthorn-elsewhere-'));
  tree = await world.store.create(world.root, 'mine');
  await tree.ensureFolder('INBOX');
});

afterEach(async () => {
  await world.dispose();
  await rm(elsewhere, { recursive: true, force: true });
});

/** With a stamp that proves something. */
async function settled(layout: Layout): Promise<{ folders: readonly string[]; stamp: string }> {
  const stampNow = async () => (await tree.survey(layout, null)).stamp;
  await expect.poll(stampNow, { timeout: 5000, interval: 10 }).not.toBeNull();
  const { folders, stamp } = await tree.survey(layout, null);
  return { folders, stamp: stamp ?? '' };
}

const at = (path: string): string => join(world.root, path);

async function make(path: string): Promise<void> {
  await world.makeFolder(path);
}

async function linkTo(target: string, path: string): Promise<void> {
  await symlink(target, at(path));
}

async function maildirAt(path: string): Promise<void> {
  for (const part of ['new', 'cur']) await mkdir(join(path, part), { recursive: true });
}

interface Case {
  readonly what: string;
  readonly layout?: Layout;
  readonly before?: () => Promise<void>;
  readonly then: () => Promise<void>;
  readonly folders: readonly string[];
}

const cases: readonly Case[] = [
  { what: 'made beside', then: () => make('A'), folders: ['A', 'INBOX'] },
  { what: 'made below', then: () => make('INBOX/A'), folders: ['INBOX', 'INBOX/A'] },
  {
    what: 'made below what is no folder',
    before: async () => {
      await mkdir(at('Lists'));
    },
    then: () => make('Lists/A'),
    folders: ['INBOX', 'Lists/A'],
  },
  {
    what: 'that a directory becomes',
    before: async () => {
      await mkdir(at('Lists/cur'), { recursive: true });
    },
    then: async () => {
      await mkdir(at('Lists/new'));
    },
    folders: ['INBOX', 'Lists'],
  },
  {
    what: 'made behind a link',
    before: () => linkTo(elsewhere, 'Lists'),
    then: () => maildirAt(join(elsewhere, 'A')),
    folders: ['INBOX', 'Lists/A'],
  },
  {
    what: 'that a link leads to in the end',
    before: () => linkTo(join(elsewhere, 'later'), 'Lists'),
    then: () => maildirAt(join(elsewhere, 'later')),
    folders: ['INBOX', 'Lists'],
  },
  {
    what: 'whose cur leads nowhere any more',
    before: async () => {
      await maildirAt(elsewhere);
      await mkdir(at('A/new'), { recursive: true });
      await linkTo(join(elsewhere, 'cur'), 'A/cur');
    },
    then: () => rm(join(elsewhere, 'cur'), { recursive: true }),
    folders: ['INBOX'],
  },
  {
    what: 'that is another account’s from now on',
    before: () => make('A'),
    then: () => writeFile(at('A/.posthorn'), 'theirs\n'),
    folders: ['INBOX'],
  },
  {
    what: 'renamed',
    before: () => make('A'),
    then: () => rename(at('A'), at('B')),
    folders: ['B', 'INBOX'],
  },
  {
    what: 'removed',
    before: () => make('A'),
    then: () => rm(at('A'), { recursive: true }),
    folders: ['INBOX'],
  },
  {
    what: 'of the flat layout, made beside',
    layout: 'maildir++',
    before: () => make('.A'),
    then: () => make('.A.B'),
    folders: ['.A', '.A.B'],
  },
  {
    what: 'of the flat layout that a directory becomes',
    layout: 'maildir++',
    before: async () => {
      await mkdir(at('.A/new'), { recursive: true });
    },
    then: async () => {
      await mkdir(at('.A/cur'));
    },
    folders: ['.A'],
  },
  {
    what: 'of the flat layout: the root itself',
    layout: 'maildir++',
    then: () => make(''),
    folders: [''],
  },
];

describe('a second survey', () => {
  it.each(cases)('finds a folder $what', async ({ layout = 'fs', before, then, folders }) => {
    await before?.();
    const { folders: first, stamp } = await settled(layout);
    read.length = 0;
    expect(await tree.survey(layout, stamp)).toEqual({ folders: first, stamp });
    expect(read).toEqual([]);
    await then();
    expect((await tree.survey(layout, stamp)).folders).toEqual(folders);
    expect(first).not.toEqual(folders);
  });

  it('reads no directory for new mail', async () => {
    const { folders, stamp } = await settled('fs');
    await world.put('INBOX', 'new/a', 'x');
    read.length = 0;
    expect(await tree.survey('fs', stamp)).toEqual({ folders, stamp });
    expect(read).toEqual([]);
  });

  it('takes no stamp of another layout, or of another form', async () => {
    const { stamp } = await settled('fs');
    expect((await tree.survey('maildir++', stamp)).folders).toEqual([]);
    for (const other of ['', '{', 'null', '[]', '{"layout":"fs"}'])
      expect((await tree.survey('fs', other)).folders).toEqual(['INBOX']);
  });

  it('proves nothing while the directories are younger than a tick', async () => {
    await make('A');
    const early = createMaildirStore({ now: () => 0 });
    const young = await (await early.open(world.root, 'mine')).survey('fs', null);
    expect(young).toEqual({ folders: ['A', 'INBOX'], stamp: null });
  });
});
