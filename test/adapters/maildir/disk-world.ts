/** A Maildir store in a temporary folder, and what another program does there. */

import { mkdir, mkdtemp, readdir, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMaildirStore, type MaildirOptions } from '../../../src/adapters/maildir/store.ts';
import type { Writers } from '../../../src/adapters/maildir/writers.ts';
import type { StoreWorld } from '../../contract/mail-store.ts';

export async function temporaryFolder(parent = tmpdir()): Promise<string> {
  return mkdtemp(join(parent, 'posthorn-maildir-'));
}

/** In a folder of `parent`, which is the system's folder for such unless given. */
export async function diskWorld(
  options: MaildirOptions = {},
  parent = tmpdir(),
): Promise<StoreWorld> {
  const base = await mkdtemp(join(parent, 'posthorn-maildir-'));
  const root = join(base, 'mail', 'work');
  return {
    store: createMaildirStore(options),
    root,
    files: (localPath) => filesOf(join(root, localPath)),
    temporary: (localPath) => readdir(join(root, localPath, 'tmp')),
    put: (localPath, path, content) => writeFile(join(root, localPath, path), content),
    move: (localPath, from, to) => rename(join(root, localPath, from), join(root, localPath, to)),
    remove: (localPath, path) => unlink(join(root, localPath, path)),
    unmark: () => unlink(join(root, '.posthorn')),
    makeFolder: async (localPath) => {
      for (const part of ['tmp', 'new', 'cur'])
        await mkdir(join(root, localPath, part), { recursive: true });
    },
    dispose: () => rm(base, { recursive: true, force: true }),
  };
}

/** All that a reader of this folder sees, in the order of the names. */
export async function filesOf(folder: string): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for (const directory of ['new', 'cur'])
    for (const name of (await readdir(join(folder, directory))).sort())
      files.set(`${directory}/${name}`, await readFile(join(folder, directory, name)));
  return files;
}

/** As seen by process number `own`: those of a lower number are gone. */
export function writersOf(own: number): Writers {
  const name = (number: number): string => `0a1b2c3d.${String(number)}.1`;
  return {
    own: name(own),
    stateOf: (writer) => (Number(writer.split('.')[1]) < own ? 'gone' : 'running'),
  };
}
