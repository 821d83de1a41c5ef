/**
 * The keyring as a place for passwords. For each one there is an empty file beside the stored passwords, a mark: an account that
 * has nothing in the keyring is removed without asking it, which would show a window where it is locked.
 */

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { realDisk } from '../../disk/disk.ts';
import { makeDirectories } from '../../disk/durable.ts';
import { createPrivateFile } from '../../disk/private-files.ts';
import { TemporaryError } from '../../errors.ts';
import type { StagedSecret } from '../../ports/accounts/secrets.ts';
import type { KeptSecrets } from './kept-secrets.ts';
import { KeyringFailure } from './keyring-failure.ts';
import type { Keyring } from './keyring.ts';
import { exists, storageError } from './stored-secrets.ts';

export interface Marks {
  has(key: string): Promise<boolean>;
  /** Throws StorageError. */
  set(key: string): Promise<void>;
  remove(key: string): Promise<void>;
}

export function createMarks(directory: string): Marks {
  const pathOf = (key: string): string => join(directory, `${key}.keyring`);
  return {
    has: (key) => exists(pathOf(key)),
    set: async (key) => {
      try {
        await makeDirectories(realDisk, directory);
        createPrivateFile(pathOf(key));
      } catch (error) {
        throw storageError(directory, error);
      }
    },
    remove: (key) => rm(pathOf(key), { force: true }),
  };
}

export function createKeyringSecrets(keyring: Keyring, marks: Marks): KeptSecrets {
  return {
    read: (key, signal) => keyring.read(key, signal),
    holds: (key) => marks.has(key),
    store: (key, secret) => write(key, secret, keyring, marks),
    stage: (key, secret) => stage(key, secret, keyring, marks),
    drop: async (key) => {
      for (const each of [key, stagedKey(key)])
        if (await marks.has(each)) await drop(each, keyring, marks);
    },
  };
}

const stagedKey = (key: string): string => `${key}.new`;

/** An entry beside that of the key proves that the keyring takes this very secret before anything is saved. */
async function stage(
  key: string,
  secret: string,
  keyring: Keyring,
  marks: Marks,
): Promise<StagedSecret> {
  const staged = stagedKey(key);
  await write(staged, secret, keyring, marks);
  const dropStaged = (): Promise<void> => drop(staged, keyring, marks).catch(() => undefined);
  return {
    keep: async () => {
      await write(key, secret, keyring, marks);
      await dropStaged();
    },
    drop: dropStaged,
  };
}

/** The mark comes before the password and goes after it. */
async function write(key: string, secret: string, keyring: Keyring, marks: Marks): Promise<void> {
  const isNew = !(await marks.has(key));
  await marks.set(key);
  try {
    await keyring.write(key, secret);
  } catch (error) {
    if (isNew && !mayBeWritten(error)) await marks.remove(key);
    throw error;
  }
}

async function drop(key: string, keyring: Keyring, marks: Marks): Promise<void> {
  await keyring.remove(key);
  await marks.remove(key);
}

function mayBeWritten(error: unknown): boolean {
  const cause = error instanceof TemporaryError ? error.cause : undefined;
  return cause instanceof KeyringFailure && cause.isSilent;
}
