/** mbsync's files in a Maildir folder: `.mbsyncstate`, what a broken-off run leaves beside it, and `.uidvalidity`. */

import { readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { nullOn, realDisk } from '../../../disk/disk.ts';
import { explained } from '../../../disk/disk-error.ts';
import { replaceFile } from '../../../disk/durable.ts';
import { ConfigurationError } from '../../../errors.ts';
import type { MbsyncFolder, NearNumbering } from '../../../ports/accounts/mbsync-state.ts';
import { stateText } from './state-text.ts';

export const stateName = '.mbsyncstate';

const missing = ['ENOENT', 'ENOTDIR'];

export async function readIfThere(path: string): Promise<string | null> {
  return explained(path, nullOn(missing, readFile(path, 'utf8')));
}

/** A journal counts only beside a new state that was begun; what it says is not in the state yet. */
export async function requireWhole(statePath: string): Promise<void> {
  const [lock, begun, journal] = await Promise.all(
    ['.lock', '.new', '.journal'].map((suffix) => readIfThere(`${statePath}${suffix}`)),
  );
  const left = lock != null ? 'lock' : begun != null && journal != null ? 'journal' : null;
  if (left === null) return;
  throw new ConfigurationError(`mbsync works on ${statePath}, or was broken off in it`, {
    remedy: `Let mbsync run to its end once. Where none runs, and none is to run again, remove ${statePath}.${left}.`,
  });
}

/** Two lines: UIDVALIDITY, and the last UID that was given. */
export async function readNumbering(directory: string): Promise<NearNumbering | null> {
  const text = await readIfThere(join(directory, '.uidvalidity'));
  const [, validity, lastUid] = /^(\d{1,10})\n(\d{1,10})\n?$/.exec(text ?? '') ?? [];
  if (validity === undefined || lastUid === undefined) return null;
  return { validity, lastUid: Number(lastUid) };
}

export async function writeFolder(directory: string, folder: MbsyncFolder): Promise<void> {
  const { validity, lastUid } = folder.near;
  await replace(join(directory, '.uidvalidity'), `${validity}\n${String(lastUid)}\n`);
  await replace(join(directory, stateName), stateText(folder));
}

async function replace(path: string, text: string): Promise<void> {
  const temporary = `${path}.posthorn`;
  await explained(path, nullOn(missing, unlink(temporary)));
  await explained(path, replaceFile(realDisk, path, temporary, Buffer.from(text)));
}
