/** Opens the Maildir trees of accounts, and makes them at first use. */

import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { MailStore, MailTree } from '../../ports/receiving/mail-store.ts';
import { realDisk, type Disk } from '../../disk/disk.ts';
import { makeDirectories } from '../../disk/durable.ts';
import { StorageError } from '../../errors.ts';
import { WholeBodies } from './delivering/whole-body.ts';
import { explained } from './mail-disk.ts';
import { folderWithMail, refuseExistingMail } from './root/existing-mail.ts';
import { readMarker, requireMarker, requireOwn, writeMarker } from './root/marker.ts';
import type { Pause } from './scanning/scan.ts';
import { MaildirTree, type TreeTools } from './tree.ts';
import { watchDirectory, type WatchDirectory } from './watching/directory-watches.ts';
import { processWriters, type Writers } from './writers.ts';

export interface MaildirOptions {
  /** The file system; tests make it fail. */
  readonly disk?: Disk;
  /** For names in `tmp/`. */
  readonly randomBytes?: (count: number) => Uint8Array;
  /** Waits between two scans of a folder that somebody changes. */
  readonly pause?: Pause;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** From so many messages on a batch is brought to disk by one syncfs. */
  readonly bulk?: number;
  /** Who writes into `tmp/` as well; those of this machine unless given. */
  readonly writers?: Writers;
  /** inotify; tests let it fail. */
  readonly watchDirectory?: WatchDirectory;
}

/** Where one syncfs takes less time than so many fsyncs side by side (docs/decisions/batching.md). */
const bulk = 64;

export function createMaildirStore(options: MaildirOptions = {}): MailStore {
  const disk = options.disk ?? realDisk;
  const tools: TreeTools = {
    disk,
    bodies: new WholeBodies(disk.now),
    randomBytes: options.randomBytes ?? randomBytes,
    pause: options.pause ?? pause,
    bulk: options.bulk ?? bulk,
    now: options.now ?? Date.now,
    writers: () => options.writers ?? processWriters(),
    watchDirectory: options.watchDirectory ?? watchDirectory,
  };
  return {
    open: (root, accountId) => openTree(tools, resolve(root), accountId),
    create: (root, accountId) => createTree(tools, resolve(root), accountId),
    adopt: (root, accountId) => adoptTree(tools, resolve(root), accountId),
  };
}

async function openTree(tools: TreeTools, root: string, accountId: string): Promise<MailTree> {
  await requireMarker(tools.disk, root, accountId);
  return new MaildirTree(root, accountId, tools);
}

async function createTree(tools: TreeTools, root: string, accountId: string): Promise<MailTree> {
  const { disk } = tools;
  await explained(root, makeDirectories(disk, root));
  const owner = await readMarker(disk, root);
  if (owner !== null) requireOwn(root, owner, accountId);
  await refuseExistingMail(disk, root);
  if (owner === null) await writeMarker(disk, root, accountId, tools.randomBytes(8));
  return new MaildirTree(root, accountId, tools);
}

async function adoptTree(tools: TreeTools, root: string, accountId: string): Promise<MailTree> {
  const { disk } = tools;
  const owner = await readMarker(disk, root);
  if (owner !== null) requireOwn(root, owner, accountId);
  else {
    if ((await folderWithMail(disk, root)) === null) throw nothingToAdopt(root);
    await writeMarker(disk, root, accountId, tools.randomBytes(8));
  }
  return new MaildirTree(root, accountId, tools);
}

function nothingToAdopt(root: string): StorageError {
  return new StorageError(`the mail folder ${root} is missing, or holds no mail to adopt`, {
    remedy: 'Check that its disk is mounted and that `path` names the right folder.',
  });
}
