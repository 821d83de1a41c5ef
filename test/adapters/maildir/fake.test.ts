/** The store in memory does what the one on disk does, whatever happens to the mail. */

import { mkdir, readdir, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createMaildirStore } from '../../../src/adapters/maildir/store.ts';
import { allFlags, type Flag } from '../../../src/core/sync/flags.ts';
import type { MailTree } from '../../../src/ports/receiving/mail-store.ts';
import { MemoryMailStore } from '../../fakes/memory-mail-store.ts';
import { filesOf, temporaryFolder } from './disk-world.ts';

const folders = ['A', 'B'] as const;
type FolderName = (typeof folders)[number];

type Step =
  | { readonly kind: 'put'; readonly folder: FolderName; readonly path: string }
  | {
      readonly kind: 'rename' | 'take';
      readonly folder: FolderName;
      readonly base: string;
      readonly place: string;
    }
  | {
      readonly kind: 'flags';
      readonly folder: FolderName;
      readonly base: string;
      readonly flags: Flag[];
      readonly letters: string | undefined;
    }
  | { readonly kind: 'move' | 'remove'; readonly folder: FolderName; readonly bases: string[] }
  | { readonly kind: 'scan'; readonly folder: FolderName };

const folder = fc.constantFrom(...folders);
const base = fc.constantFrom('a', 'b', 'c,U=1');
const place = fc.constantFrom('new', 'cur', 'cur:2,', 'cur:2,S', 'cur:2,FSa', 'cur:2,Rb');
const pathAt = (name: string, where: string): string =>
  `${where.slice(0, 3)}/${name}${where.slice(3)}`;

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('put' as const),
    folder,
    path: fc.tuple(base, place).map(([name, where]) => pathAt(name, where)),
  }),
  fc.record({ kind: fc.constantFrom('rename' as const, 'take' as const), folder, base, place }),
  fc.record({
    kind: fc.constant('flags' as const),
    ...{ folder, base, flags: fc.subarray([...allFlags]) },
    letters: fc.constantFrom(undefined, '', 'ab'),
  }),
  fc.record({
    kind: fc.constantFrom('move' as const, 'remove' as const),
    folder,
    bases: fc.uniqueArray(base),
  }),
  fc.record({ kind: fc.constant('scan' as const), folder }),
);

/** A tree, and another program that reaches its files. */
interface Side {
  readonly tree: MailTree;
  names(folder: FolderName): Promise<string[]>;
  put(folder: FolderName, path: string, content: string): Promise<void>;
  rename(folder: FolderName, from: string, to: string): Promise<void>;
  unlink(folder: FolderName, path: string): Promise<void>;
}

async function carryOut(side: Side, each: Step, number: number): Promise<unknown> {
  const { tree } = side;
  switch (each.kind) {
    case 'put': {
      // One name twice is another test.
      const isTaken = (await basesIn(side, each.folder)).has(baseOf(each.path));
      return isTaken ? null : side.put(each.folder, each.path, `message ${String(number)}`);
    }
    case 'rename':
    case 'take': {
      const found = (await basesIn(side, each.folder)).get(each.base);
      if (found === undefined) return null;
      if (each.kind === 'take') return side.unlink(each.folder, found);
      return side.rename(each.folder, found, pathAt(each.base, each.place));
    }
    case 'flags': {
      const { base: name, flags, letters } = each;
      const change = { base: name, flags, ...(letters === undefined ? {} : { letters }) };
      return tree.setFlags(each.folder, [change]);
    }
    case 'move':
      return tree.move(each.folder, each.bases, each.folder === 'A' ? 'B' : 'A');
    case 'remove':
      return tree.remove(each.folder, each.bases);
    case 'scan':
      return [...(await tree.scan(each.folder)).files].sort(([one], [other]) =>
        one < other ? -1 : 1,
      );
  }
}

const baseOf = (path: string): string => path.slice(4).split(':2,')[0] ?? '';

async function basesIn(side: Side, name: FolderName): Promise<Map<string, string>> {
  return new Map((await side.names(name)).map((path) => [baseOf(path), path]));
}

async function onDisk(root: string): Promise<Side> {
  const store = createMaildirStore({ pause: () => Promise.resolve() });
  const tree = await store.create(root, 'mine');
  return {
    tree,
    names: async (name) => [...(await filesOf(join(root, name))).keys()],
    put: (name, path, content) => writeFile(join(root, name, path), content),
    rename: (name, from, to) => rename(join(root, name, from), join(root, name, to)),
    unlink: (name, path) => unlink(join(root, name, path)),
  };
}

async function inMemory(): Promise<Side> {
  const store = new MemoryMailStore();
  const tree = await store.create('/mail', 'mine');
  const files = (name: FolderName) => store.makeFolder('/mail', name);
  return {
    tree,
    names: (name) => Promise.resolve([...files(name).keys()]),
    put: async (name, path, content) => {
      await Promise.resolve();
      files(name).set(path, Buffer.from(content));
    },
    rename: async (name, from, to) => {
      await Promise.resolve();
      if (from !== to) files(name).rename(from, files(name), to);
    },
    unlink: async (name, path) => {
      await Promise.resolve();
      files(name).delete(path);
    },
  };
}

it('random changes by both end in the same', { timeout: 120_000 }, async () => {
  const parent = await temporaryFolder();
  try {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const root = join(parent, String((await readdir(parent)).length), 'mail');
        await mkdir(join(root, '..'));
        const sides = [await onDisk(root), await inMemory()] as const;
        for (const { tree } of sides) for (const name of folders) await tree.ensureFolder(name);
        for (const [number, each] of steps.entries()) {
          const [disk, memory] = [
            await carryOut(sides[0], each, number),
            await carryOut(sides[1], each, number),
          ];
          expect(memory).toEqual(disk);
          for (const name of folders)
            expect((await sides[1].names(name)).sort()).toEqual(
              (await sides[0].names(name)).sort(),
            );
        }
      }),
      { numRuns: 60, interruptAfterTimeLimit: 60_000 },
    );
  } finally {
    await rm(parent, { recursive: true, force: true });
  }
});
