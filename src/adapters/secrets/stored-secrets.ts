/** The secrets that posthorn keeps itself: one file a server, for the owner alone. */

import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { CredentialsError, InternalError, StorageError } from '../../errors.ts';
import type { SecretOwner } from '../../ports/secrets.ts';
import { firstLine } from './check-secret.ts';
import { readSecretFile, type SecretFileStat } from './secret-file.ts';

export interface StoredSecrets {
  /** The name of the owner's file, e.g. `7f3kq2.incoming`. */
  key(owner: SecretOwner): string;
  read(key: string): Promise<string>;
  /** Whole or not at all, and durable once it resolves. Throws StorageError. */
  write(key: string, secret: string): Promise<void>;
  forget(accountId: string): Promise<void>;
}

export function createStoredSecrets(directory: string): StoredSecrets {
  const key = ({ accountId, server }: SecretOwner): string => {
    if (!/^[A-Za-z0-9_-]{1,64}$/.test(accountId)) throw new InternalError('no id of an account');
    return `${accountId}.${server}`;
  };
  return {
    key,
    read: (name) => readStored(join(directory, name)),
    write: (name, secret) =>
      storing(directory, async () => {
        await makePrivateDirectory(directory);
        await replace(directory, name, `${secret}\n`);
      }),
    forget: (accountId) =>
      storing(directory, async () => {
        for (const server of ['incoming', 'outgoing', 'certificate'] as const)
          await rm(join(directory, key({ accountId, server })), { force: true });
        await syncDirectory(directory).catch(ignoreMissing);
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

async function replace(directory: string, name: string, text: string): Promise<void> {
  const temporary = join(directory, `.${name}.${randomUUID()}`);
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, join(directory, name));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncDirectory(directory);
}

/** The folder and those above it, 0700, the entry of each new one fsynced in its parent. */
async function makePrivateDirectory(directory: string): Promise<void> {
  const first = await mkdir(directory, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  const top = dirname(resolve(first));
  for (let at = resolve(directory); at !== top; at = dirname(at)) await syncDirectory(dirname(at));
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function storing(directory: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    if (!(cause instanceof Error) || !('syscall' in cause)) throw cause;
    const code = 'code' in cause ? String(cause.code) : 'error';
    throw new StorageError(`cannot write the stored passwords in ${directory} (${code})`, {
      cause,
      remedy: `See that ${directory} is yours and its disk is not full.`,
    });
  }
}

function ignoreMissing(error: unknown): void {
  if (!isMissing(error)) throw error;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
