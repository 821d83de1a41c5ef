/** Looks at and removes the root of an account's Maildir tree, once its marker says whose it is. */

import { readdir, rm, rmdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
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

/** The marker goes last: what a broken-off removal leaves behind is still known as posthorn's. */
async function purgeRoot(root: string): Promise<number> {
  const left = await purgeBelow(root);
  await unlink(join(root, markerName));
  if (left === 0) await nullOn(['ENOTEMPTY', 'EEXIST', 'EBUSY', 'ENOTDIR', 'EACCES'], rmdir(root));
  return left;
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
