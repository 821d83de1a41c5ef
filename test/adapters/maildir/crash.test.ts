/** Power lost at every single call to the disk: the next run ends as if nothing had happened. */

import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Disk } from '../../../src/adapters/maildir/disk.ts';
import { createMaildirStore } from '../../../src/adapters/maildir/store.ts';
import { StorageError } from '../../../src/errors.ts';
import type { MailTree } from '../../../src/ports/mail-store.ts';
import { deliver, type Message } from '../../contract/mail-store.ts';
import { filesOf, temporaryFolder } from './disk-world.ts';
import { diskWithoutLinks, dyingDisk, PowerCut, type Cut } from './faulty-disk.ts';

const folder = 'Projekte/Straße';
const batches: readonly (readonly Message[])[] = [
  [
    { key: 'plain', text: 'one\r\n' },
    { key: 'flagged', text: 'two\r\n', flags: ['S'], internalDate: 1_600_000_000_000 },
    { key: 'again', text: 'three\r\n' },
  ],
  [
    { key: 'again', text: 'four\r\n' },
    { key: 'empty', text: '' },
  ],
];
const whole = ['', 'four\n', 'one\n', 'three\n', 'two\n'];

async function openOrCreate(root: string, disk?: Disk): Promise<MailTree> {
  const store = createMaildirStore({
    ...(disk === undefined ? {} : { disk }),
    pause: () => Promise.resolve(),
  });
  try {
    return await store.open(root, 'mine');
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    return store.create(root, 'mine');
  }
}

/** The whole job, as a run without memory of an earlier one does it. */
async function run(root: string, disk?: Disk): Promise<void> {
  const tree = await openOrCreate(root, disk);
  await tree.ensureFolder(folder);
  for (const batch of batches) await deliver(tree, folder, batch);
}

async function contents(root: string): Promise<string[]> {
  return [...(await filesOf(join(root, folder))).values()].map(String).sort();
}

async function crashAndRunAgain(base: string, cut: Cut, links: boolean): Promise<void> {
  const root = join(base, `${String(cut.at)}-${String(cut.after)}`, 'work');
  const { disk, atRest } = dyingDisk(cut, links);
  await expect(run(root, disk)).rejects.toThrow(PowerCut);
  await atRest();
  const left = await contents(root).catch(() => []);
  expect(whole).toEqual(expect.arrayContaining(left));
  await run(root, links ? undefined : diskWithoutLinks);
  expect(await contents(root)).toEqual(whole);
  await expect(filesIn(root, 'tmp')).resolves.toEqual([]);
}

async function filesIn(root: string, directory: string): Promise<string[]> {
  return readdir(join(root, folder, directory));
}

describe.each([true, false])('crash at every step (hard links: %s)', (links) => {
  it.each([false, true])('(after the call: %s)', { timeout: 60_000 }, async (after) => {
    const base = await temporaryFolder();
    try {
      const whole = dyingDisk({ at: Number.POSITIVE_INFINITY, after }, links);
      await run(join(base, 'whole'), whole.disk);
      const steps = whole.calls();
      expect(steps).toBeGreaterThan(60);
      for (let at = 0; at < steps; at += 1) await crashAndRunAgain(base, { at, after }, links);
    } finally {
      await rm(base, { recursive: true, force: true });
    }
  });
});
