/** Looks at and removes the root of an account's Maildir tree, once its marker says whose it is. */

import { readdir, readFile, rename, rm, rmdir, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { nullOn, realDisk } from '../../disk/disk.ts';
import { ConfigurationError } from '../../errors.ts';
import type { MailRoots } from '../../ports/receiving/mail-roots.ts';
import { explained } from './mail-disk.ts';
import { refuseExistingMail } from './root/existing-mail.ts';
import { markerName, readMarker, requireMarker } from './root/marker.ts';

export function createMailRoots(): MailRoots {
  return {
    isOurs: async (root, accountId) => (await readMarker(realDisk, root)) === accountId,
    isFresh,
    purge: async (root, accountId) => {
      if (await isPurged(root, accountId)) {
        await explained(root, endPurge(root));
        return { left: 0 };
      }
      if ((await explained(root, nullOn(['ENOENT'], stat(root)))) === null) return { left: 0 };
      await requireMarker(realDisk, root, accountId);
      return { left: await explained(root, purgeRoot(root)) };
    },
  };
}

async function isFresh(root: string): Promise<boolean> {
  if ((await readMarker(realDisk, root)) !== null) return false;
  try {
    await refuseExistingMail(realDisk, root);
    return true;
  } catch (error) {
    if (error instanceof ConfigurationError) return false;
    throw error;
  }
}

/**
 * The marker goes last, and stands beside the root while that is removed: what a broken-off removal leaves behind is still known as
 * posthorn's, and told from an empty mount point.
 */
async function purgeRoot(root: string): Promise<number> {
  const left = await purgeBelow(root);
  const marker = join(root, markerName);
  if (left > 0) {
    await nullOn(['ENOENT'], unlink(marker));
    return left;
  }
  await rename(marker, markerBeside(root)).catch(async () => {
    await nullOn(['ENOENT'], unlink(marker));
  });
  await endPurge(root);
  return left;
}

async function endPurge(root: string): Promise<void> {
  const staying = ['ENOENT', 'ENOTEMPTY', 'EEXIST', 'EBUSY', 'ENOTDIR', 'EACCES'];
  await nullOn(staying, rmdir(root));
  await nullOn(['ENOENT', 'EACCES', 'EROFS'], unlink(markerBeside(root)));
}

function markerBeside(root: string): string {
  return join(dirname(root), `.${basename(root)}${markerName}-purged`);
}

/** A purge of this account was broken off when nothing but the root was left. */
async function isPurged(root: string, accountId: string): Promise<boolean> {
  const missing = ['ENOENT', 'ENOTDIR', 'EACCES'];
  const text = await nullOn(missing, readFile(markerBeside(root), 'utf8'));
  return text?.startsWith(`${accountId}\n`) === true && (await readMarker(realDisk, root)) === null;
}

const maildirParts = ['new', 'cur', 'tmp'];
/** What posthorn and Dovecot's Maildir++ put beside these. */
const companions = ['maildirfolder'];

/** How many entries stay. Symbolic links are not followed: what they lead to is not below the root. */
async function purgeBelow(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true });
  const folders = new Set(entries.filter((each) => each.isDirectory()).map(({ name }) => name));
  const isMaildir = maildirParts.every((part) => folders.has(part));
  if (isMaildir) await purgeMaildir(folder);
  const gone = isMaildir ? [...maildirParts, ...companions] : [];
  let left = 0;
  for (const { name } of entries.filter((each) => !gone.includes(each.name))) {
    const path = join(folder, name);
    if (folders.has(name)) left += await purgeFolder(path);
    else if (name !== markerName) left += 1;
  }
  return left;
}

/** The three parts stand until all of them are empty: by them a removal that was broken off is still known as mail. */
async function purgeMaildir(folder: string): Promise<void> {
  const parts = maildirParts.map((name) => join(folder, name));
  for (const part of parts)
    for (const name of await readdir(part))
      await rm(join(part, name), { recursive: true, force: true });
  for (const name of companions) await rm(join(folder, name), { recursive: true, force: true });
  for (const part of parts) await rmdir(part);
}

/** A root within this one, e.g. of another configuration, stays whole. */
async function purgeFolder(path: string): Promise<number> {
  if ((await readMarker(realDisk, path)) !== null) return 1;
  const left = await purgeBelow(path);
  if (left === 0) await rmdir(path);
  return left;
}
