/** Whether a folder that is about to become an account's root holds mail already. */

import { basename, join } from 'node:path';
import { nullOn, type Disk } from '../../../disk/disk.ts';
import { ConfigurationError } from '../../../errors.ts';
import { explained } from '../mail-disk.ts';
import { visible } from '../scanning/stamp.ts';

/** Directories looked at before the search gives up: no fresh root has so many. */
const mostDirectories = 2000;

/** Throws ConfigurationError where a Maildir with a message lies anywhere below the root, or where there is too much to look through. */
export async function refuseExistingMail(disk: Disk, root: string): Promise<void> {
  const found = await folderWithMail(disk, root);
  if (found !== null) throw holdsMail(root, found);
}

/** Absolute path of the first folder in which a message lies; null where there is none. Throws as refuseExistingMail where there is too much. */
export async function folderWithMail(disk: Disk, root: string): Promise<string | null> {
  const seen = new Set<string>();
  const waiting = [root];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (!(await explained(path, isUnseen(disk, path, seen)))) continue;
    if (seen.size > mostDirectories) throw crowded(root);
    const directories = await explained(path, subdirectories(disk, path));
    for (const name of directories)
      if (!isMaildirPart(name)) waiting.push(join(path, name));
      else if (name !== 'tmp' && (await explained(path, holdsFiles(disk, join(path, name)))))
        return path;
  }
  return null;
}

function isMaildirPart(name: string): boolean {
  return name === 'tmp' || visible.some((each) => each === name);
}

/** Symbolic links are followed, so the same directory may come by twice. */
async function isUnseen(disk: Disk, path: string, seen: Set<string>): Promise<boolean> {
  const found = await nullOn(['ENOENT', 'ELOOP'], disk.stat(path));
  if (found === null || !found.isDirectory()) return false;
  const identity = `${String(found.dev)}:${String(found.ino)}`;
  if (seen.has(identity)) return false;
  seen.add(identity);
  return true;
}

async function subdirectories(disk: Disk, path: string): Promise<string[]> {
  const names: string[] = [];
  for await (const entry of disk.entries(path)) if (!entry.isFile()) names.push(entry.name);
  return names;
}

async function holdsFiles(disk: Disk, path: string): Promise<boolean> {
  const found = await nullOn(['ENOENT', 'ELOOP'], disk.stat(path));
  if (found === null || !found.isDirectory()) return false;
  for await (const entry of disk.entries(path)) if (!entry.name.startsWith('.')) return true;
  return false;
}

function holdsMail(root: string, path: string): ConfigurationError {
  const where = path === root ? '' : ` (in ${basename(path)})`;
  return new ConfigurationError(
    `the mail folder ${root} already holds mail${where}, of which posthorn knows nothing`,
    {
      remedy:
        'Run `posthorn state rebuild NAME` to adopt the mail, or set its `path` to an empty folder.',
    },
  );
}

function crowded(root: string): ConfigurationError {
  return new ConfigurationError(`the mail folder ${root} holds too many folders to be a new one`, {
    remedy: 'Set `path` to an empty folder of its own.',
  });
}
