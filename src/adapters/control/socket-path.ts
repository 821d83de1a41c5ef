/** Where the control socket is: a path short enough for the kernel, in a folder of this user alone. */

import { createHash } from 'node:crypto';
import { lstat, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StorageError } from '../../errors.ts';

/** sun_path of unix(7) holds 108 octets on Linux and 104 on the BSDs, the closing NUL included. */
const longestPath = 103;

export interface ControlPlaces {
  readonly stateDir: string;
  /** $XDG_RUNTIME_DIR/posthorn; undefined in cron, where the state folder serves. */
  readonly runtimeDir: string | undefined;
}

/** The folder is made (0700) and checked to be ours. */
export async function socketPath({ stateDir, runtimeDir }: ControlPlaces): Promise<string> {
  const digest = createHash('sha256').update(stateDir).digest('hex').slice(0, 12);
  const user = String(process.getuid?.() ?? 0);
  const folders = [runtimeDir, stateDir, join(tmpdir(), `posthorn-${user}`)];
  const name = `control-${digest}.sock`;
  for (const folder of folders) {
    if (folder === undefined || Buffer.byteLength(join(folder, name)) > longestPath) continue;
    if (await isUsable(folder)) return join(folder, name);
  }
  throw new StorageError('there is no folder for the control socket of the daemon', {
    reach: 'program',
    remedy: `Make ${stateDir} writable, or set XDG_RUNTIME_DIR to a folder of this user.`,
  });
}

/** Made by us or owned by us, and no link that somebody else has laid in a shared folder. */
async function isUsable(folder: string): Promise<boolean> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const { uid, mode } = await lstat(folder).then((stats) => ({
      uid: stats.uid,
      mode: stats.mode,
    }));
    return uid === (process.getuid?.() ?? uid) && (mode & 0o022) === 0;
  } catch {
    return false;
  }
}
