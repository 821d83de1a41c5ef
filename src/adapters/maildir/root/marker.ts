/** The file `.posthorn` in an account's root: it tells a mail folder from an empty mount point, and whose it is. */

import { dirname, join } from 'node:path';
import { errorCode, nullOn, type Disk } from '../../../disk/disk.ts';
import { linkWithoutReplacing, syncDirectory, writeNewFile } from '../../../disk/durable.ts';
import { StorageError } from '../../../errors.ts';
import { printable } from '../../../wire/printable.ts';
import { explained } from '../mail-disk.ts';

export const markerName = '.posthorn';
const leftover = /^\.posthorn-[0-9a-f]{16}$/;
const longestMarker = 4096;

const explanation = '# Mail of this posthorn account is kept here. Leave this file where it is.\n';

/** The account id in it: its first word; `''` where there is none; null where there is no marker. */
export async function readMarker(disk: Disk, root: string): Promise<string | null> {
  const path = join(root, markerName);
  return explained(path, readFirstWord(disk, path));
}

async function readFirstWord(disk: Disk, path: string): Promise<string | null> {
  const file = await nullOn(['ENOENT', 'ENOTDIR'], disk.open(path, 'r'));
  if (file === null) return null;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(longestMarker), 0, longestMarker, 0);
    return /^\S*/.exec(buffer.toString('utf8', 0, bytesRead))?.[0] ?? '';
  } finally {
    await file.close();
  }
}

/** StorageError unless the root's marker names this account: nothing may be made or deleted below it. */
export async function requireMarker(disk: Disk, root: string, accountId: string): Promise<void> {
  const found = await readMarker(disk, root);
  if (found === null)
    throw new StorageError(
      `the mail folder ${root} is missing, or not posthorn's: it has no ${markerName}`,
      {
        remedy:
          'Check that its disk is mounted and that `path` names the right folder; nothing was touched.',
      },
    );
  requireOwn(root, found, accountId);
}

export function requireOwn(root: string, found: string, accountId: string): void {
  if (found === accountId) return;
  const owner = found === '' ? 'no account' : `another account (${printable(found, 64)})`;
  throw new StorageError(`the mail folder ${root} belongs to ${owner}`, {
    remedy: 'Give each account a `path` of its own, and check that the right disk is mounted.',
  });
}

/** Whole and durable, or not there; StorageError where another account's came first. */
export async function writeMarker(
  disk: Disk,
  root: string,
  accountId: string,
  random: Uint8Array,
): Promise<void> {
  const path = join(root, markerName);
  const temporary = `${path}-${Buffer.from(random).toString('hex')}`;
  await clearLeftovers(disk, root);
  const text = Buffer.from(`${accountId}\n${explanation}`);
  await explained(path, writeNewFile(disk, temporary, text));
  try {
    await explained(path, linkOnce(disk, temporary, path));
  } finally {
    await disk.unlink(temporary).catch(() => undefined);
  }
  await explained(path, syncDirectory(disk, dirname(path)));
  await requireMarker(disk, root, accountId);
}

async function linkOnce(disk: Disk, temporary: string, path: string): Promise<void> {
  await linkWithoutReplacing(disk, temporary, path).catch((error: unknown) => {
    if (errorCode(error) !== 'EEXIST') throw error;
  });
}

async function clearLeftovers(disk: Disk, root: string): Promise<void> {
  const names = await explained(root, disk.readdir(root));
  for (const name of names.filter((each) => leftover.test(each)))
    await disk.unlink(join(root, name)).catch(() => undefined);
}
