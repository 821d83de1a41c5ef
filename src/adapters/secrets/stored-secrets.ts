/** The secrets that posthorn keeps itself: one file a server, for the owner alone. */

import { randomUUID } from 'node:crypto';
import { lstat, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode, realDisk } from '../../disk/disk.ts';
import { makeDirectories, renameOver, syncDirectory, writeNewFile } from '../../disk/durable.ts';
import { GroupCommit } from '../../disk/group-commit.ts';
import { CredentialsError, StorageError } from '../../errors.ts';
import type { StagedSecret } from '../../ports/accounts/secrets.ts';
import { firstLine } from './check-secret.ts';
import type { KeptSecrets } from './kept-secrets.ts';
import { readSecretFile, type SecretFileStat } from './secret-file.ts';

/** Keys are names of files, e.g. `7f3kq2.incoming`. */
export function createStoredSecrets(directory: string): KeptSecrets {
  // A thousand passwords stored at once need a few fsyncs of the folder, not a thousand.
  const commit = new GroupCommit(() => syncDirectory(realDisk, directory));
  const stageIn = (key: string, secret: string): Promise<StagedSecret> =>
    storing(directory, async () => {
      await makeDirectories(realDisk, directory);
      return stage(directory, key, `${secret}\n`, commit);
    });
  return {
    read: (key) => readStored(join(directory, key)),
    holds: (key) => exists(join(directory, key)),
    store: async (key, secret) => (await stageIn(key, secret)).keep(),
    stage: stageIn,
    drop: (key) =>
      storing(directory, async () => {
        await rm(join(directory, key), { force: true });
        await dropStaged(directory, key);
        await syncDirectory(realDisk, directory).catch(ignoreMissing);
      }),
  };
}

async function readStored(path: string): Promise<string> {
  try {
    return firstLine(await readSecretFile(path, (stat) => refuseLooseMode(path, stat)));
  } catch (error) {
    if (!(error instanceof CredentialsError) || !isMissing(error.cause)) throw error;
    throw new CredentialsError('no password is stored', {
      cause: error,
      remedy: 'Set the password again, or name another source of it in the configuration.',
    });
  }
}

function refuseLooseMode(path: string, { mode }: SecretFileStat): void {
  if ((Number(mode) & 0o077) === 0) return;
  throw new CredentialsError(`the stored password ${path} may be read by others`, {
    remedy: `Change the password if others use this machine, then run: chmod 600 ${path}`,
  });
}

async function stage(
  directory: string,
  key: string,
  text: string,
  commit: GroupCommit,
): Promise<StagedSecret> {
  const temporary = join(directory, `.${key}.${randomUUID()}`);
  await writeNewFile(realDisk, temporary, Buffer.from(text));
  const keep = async (): Promise<void> => {
    await renameOver(realDisk, temporary, join(directory, key));
    await commit.run();
  };
  return {
    keep: () => storing(directory, keep),
    drop: () => rm(temporary, { force: true }).catch(() => undefined),
  };
}

/** What a process that was killed has left behind. */
async function dropStaged(directory: string, key: string): Promise<void> {
  const names = await readdir(directory).catch(() => []);
  for (const name of names)
    if (name.startsWith(`.${key}.`)) await rm(join(directory, name), { force: true });
}

async function storing<T>(directory: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw storageError(directory, error);
  }
}

/** What is no fault of the disk is given back as it is. */
export function storageError(directory: string, cause: unknown): unknown {
  const code = errorCode(cause);
  if (code === undefined) return cause;
  return new StorageError(`cannot write the stored passwords in ${directory} (${code})`, {
    cause,
    remedy: `See that ${directory} is yours and its disk is not full.`,
  });
}

/** Something unreadable is something all the same. */
export async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw storageError(dirname(path), error);
  }
}

function ignoreMissing(error: unknown): void {
  if (!isMissing(error)) throw error;
}

function isMissing(error: unknown): boolean {
  return errorCode(error) === 'ENOENT';
}
