/** Power lost at every single call to the disk: the next run ends as if nothing had happened. */

import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createMaildirStore } from '../../../src/adapters/maildir/store.ts';
import type { Disk } from '../../../src/disk/disk.ts';
import { StorageError } from '../../../src/errors.ts';
import type { MailTree } from '../../../src/ports/receiving/mail-store.ts';
import { asDelivery, asStream, stagedOf, type Message } from '../../contract/mail-store.ts';
import { scratch } from '../../disk/scratch.ts';
import { filesOf, temporaryFolder, writersOf } from './disk-world.ts';
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
    { key: 'streamed', text: 'five\r\n' },
  ],
];
const whole = ['', 'five\n', 'four\n', 'one\n', 'three\n', 'two\n'];

interface Way {
  readonly links: boolean;
  /** Files from which on a batch is large. */
  readonly bulk: number;
}

/** One process each, of which only the last still runs. */
let processes = 0;

async function openOrCreate(root: string, { bulk }: Way, disk?: Disk): Promise<MailTree> {
  processes += 1;
  const store = createMaildirStore({
    ...(disk === undefined ? {} : { disk }),
    pause: () => Promise.resolve(),
    writers: writersOf(processes),
    bulk,
  });
  try {
    return await store.open(root, 'mine');
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    return store.create(root, 'mine');
  }
}

/** The whole job, as a run without memory of an earlier one does it: a batch is staged while the one before is published. */
async function run(root: string, way: Way, disk?: Disk): Promise<void> {
  const tree = await openOrCreate(root, way, disk);
  await tree.ensureFolder(folder);
  const publishing: Promise<unknown>[] = [];
  try {
    for (const batch of batches) {
      const deliveries = batch.map((each) =>
        each.key === 'streamed' ? asStream(each, 3) : asDelivery(each),
      );
      const staged = stagedOf(await tree.stage(folder, deliveries));
      const published = tree.publish(folder, staged);
      published.catch(() => undefined);
      publishing.push(published);
    }
  } finally {
    const results = await Promise.allSettled(publishing);
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }
}

async function contents(root: string): Promise<string[]> {
  return [...(await filesOf(join(root, folder))).values()].map(String).sort();
}

async function crashAndRunAgain(base: string, cut: Cut, way: Way): Promise<void> {
  const root = join(base, `${String(cut.at)}-${String(cut.after)}`, 'work');
  const { disk, atRest } = dyingDisk(cut, way.links);
  await expect(run(root, way, disk)).rejects.toThrow(PowerCut);
  await atRest();
  const left = await contents(root).catch(() => []);
  expect(whole).toEqual(expect.arrayContaining(left));
  await run(root, way, way.links ? undefined : diskWithoutLinks);
  expect(await contents(root)).toEqual(whole);
  await expect(filesIn(root, 'tmp')).resolves.toEqual([]);
}

async function filesIn(root: string, directory: string): Promise<string[]> {
  return readdir(join(root, folder, directory));
}

const ways: readonly Way[] = [
  { links: true, bulk: 64 },
  { links: true, bulk: 2 },
  { links: false, bulk: 64 },
];

describe.each(ways)('crash at every step (hard links: $links, large from: $bulk)', (way) => {
  it.each([false, true])('(after the call: %s)', { timeout: 60_000 }, async (after) => {
    const base = await temporaryFolder(scratch);
    try {
      const whole = dyingDisk({ at: Number.POSITIVE_INFINITY, after }, way.links);
      await run(join(base, 'whole'), way, whole.disk);
      const steps = whole.calls();
      expect(steps).toBeGreaterThan(60);
      for (let at = 0; at < steps; at += 1) await crashAndRunAgain(base, { at, after }, way);
    } finally {
      await rm(base, { recursive: true, force: true });
    }
  });
});
