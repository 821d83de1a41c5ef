/** Opens the Maildir trees of accounts, and makes them at first use. */

import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { MailStore, MailTree } from '../../ports/mail-store.ts';
import { realDisk, type Disk } from './disk.ts';
import { explained } from './disk-error.ts';
import { refuseExistingMail } from './existing-mail.ts';
import { makeRoot } from './folder.ts';
import { readMarker, requireMarker, requireOwn, writeMarker } from './marker.ts';
import type { Pause } from './scan.ts';
import { MaildirTree, type TreeTools } from './tree.ts';

export interface MaildirOptions {
  /** The file system; tests make it fail. */
  readonly disk?: Disk;
  /** For names in `tmp/`. */
  readonly randomBytes?: (count: number) => Uint8Array;
  /** Waits between two scans of a folder that somebody changes. */
  readonly pause?: Pause;
}

export function createMaildirStore(options: MaildirOptions = {}): MailStore {
  const tools: TreeTools = {
    disk: options.disk ?? realDisk,
    randomBytes: options.randomBytes ?? randomBytes,
    pause: options.pause ?? pause,
  };
  return {
    open: (root, accountId) => openTree(tools, resolve(root), accountId),
    create: (root, accountId) => createTree(tools, resolve(root), accountId),
  };
}

async function openTree(tools: TreeTools, root: string, accountId: string): Promise<MailTree> {
  await requireMarker(tools.disk, root, accountId);
  return new MaildirTree(root, accountId, tools);
}

async function createTree(tools: TreeTools, root: string, accountId: string): Promise<MailTree> {
  const { disk } = tools;
  await explained(root, makeRoot(disk, root));
  const owner = await readMarker(disk, root);
  if (owner !== null) requireOwn(root, owner, accountId);
  await refuseExistingMail(disk, root);
  if (owner === null) await writeMarker(disk, root, accountId, tools.randomBytes(8));
  return new MaildirTree(root, accountId, tools);
}
