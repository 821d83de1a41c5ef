/** Writes the configuration file: whole, checked beforehand, under a lock, and never half. */
import { randomBytes } from 'node:crypto';
import { access, constants, lstat, readdir, readlink, realpath, rm, stat } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { errorCode, realDisk, type DiskFile } from '../../disk/disk.ts';
import { makeDirectories, replaceFile } from '../../disk/durable.ts';
import { ConfigurationError, StorageError } from '../../errors.ts';
import type { Config, ConfigLocation } from '../read/config.ts';
import { readConfigFile, type FileText } from '../read/find.ts';
import { configFrom, readingOf } from '../read/reading.ts';
import { sendersFile } from '../read/senders.ts';
import { systemConfigFile } from '../read/paths.ts';
import { schemaLine } from '../schema/line.ts';

export interface EditOptions {
  /** Runs the function while no other posthorn edits this file. */
  readonly withLock: <T>(run: () => Promise<T>) => Promise<T>;
}

/**
 * Reads the file under the lock, hands its text (empty where there is none) to `edit`, and writes what comes back if it
 * holds; a file that is made begins with the line for editors. Returns it loaded. Throws ConfigurationError where it would not hold, StorageError where it cannot be written;
 * the file is then as it was.
 */
export async function editConfig(
  location: ConfigLocation,
  edit: (text: string) => string,
  options: EditOptions,
): Promise<Config> {
  return options.withLock(async () => {
    const { before, text, config } = await edited(location, edit);
    await rm(join(location.places.stateDir, sendersFile), { force: true }).catch(() => undefined);
    if (!before.exists) await writeConfigFile(location.path, `${schemaLine() ?? ''}${text}`);
    else if (text !== before.text) await writeConfigFile(location.path, text);
    return config;
  });
}

/** What editConfig would return, without writing: `account add` tests the account before it saves it. Throws likewise. */
export async function previewConfig(
  location: ConfigLocation,
  edit: (text: string) => string,
): Promise<Config> {
  return (await edited(location, edit)).config;
}

async function edited(
  location: ConfigLocation,
  edit: (text: string) => string,
): Promise<{ before: FileText; text: string; config: Config }> {
  const before = await readConfigFile(location.path);
  const text = edit(before.text);
  refuseFaults(before.text, text, location);
  return { before, text, config: configFrom(text, { ...location, exists: true }, before.warnings) };
}

/** What the edit brings is said without line and column: they would be those of a text that nobody has seen. */
function refuseFaults(before: string, after: string, location: ConfigLocation): void {
  const [first, ...others] = readingOf(after, location).problems;
  if (first === undefined) return;
  if (before !== '') configFrom(before, location);
  throw new ConfigurationError(first.message, {
    remedy: first.remedy ?? 'Choose another value.',
    ...(others.length === 0
      ? {}
      : { detail: [first, ...others].map((each) => each.message).join('\n') }),
  });
}

/** StorageError, as writeConfigFile would throw, where the file surely cannot be written: told before anybody is asked for anything. */
export async function refuseUnwritable(path: string): Promise<void> {
  try {
    let folder = dirname(await targetOf(path));
    while ((await statOrUndefined(folder)) === undefined && dirname(folder) !== folder)
      folder = dirname(folder);
    await access(folder, constants.W_OK);
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

/** Whole and durable, or as it was. A symbolic link stays one: its target is written. */
export async function writeConfigFile(path: string, text: string): Promise<void> {
  try {
    const target = await targetOf(path);
    await makeDirectories(realDisk, dirname(target));
    await replace(target, text, path === systemConfigFile ? 0o644 : 0o600);
  } catch (cause) {
    throw cause instanceof StorageError ? cause : unwritable(path, cause);
  }
}

async function replace(target: string, text: string, widest: number): Promise<void> {
  const old = await statOrUndefined(target);
  if (old?.isFile() === false)
    throw new StorageError(`${target} is not a file`, { reach: 'program', remedy: 'Name a file.' });
  await removeLeftovers(target);
  const random = randomBytes(6).toString('hex');
  const temporary = join(dirname(target), `.${basename(target)}.${random}.tmp`);
  await replaceFile(realDisk, target, temporary, Buffer.from(text), (file) =>
    adopt(file, old, widest),
  );
}

async function targetOf(path: string): Promise<string> {
  const link = await lstat(path).catch(() => undefined);
  if (link?.isSymbolicLink() !== true) return path;
  // A link that leads nowhere yet: dotfile managers may link first and expect the file to be made.
  return realpath(path).catch(async () => resolve(dirname(path), await readlink(path)));
}

/** Of posthorns that were killed while they wrote: under the lock nobody else is at it. */
async function removeLeftovers(target: string): Promise<void> {
  const folder = dirname(target);
  const start = `.${basename(target)}.`;
  for (const name of await readdir(folder))
    if (name.startsWith(start) && /^[0-9a-f]{12}\.tmp$/.test(name.slice(start.length)))
      await rm(join(folder, name), { force: true });
}

/** A stricter mode stays; and when root edits a user's file, it stays the user's. */
async function adopt(file: DiskFile, old: Stats | undefined, widest: number): Promise<void> {
  if (old === undefined) return;
  if (process.geteuid?.() === 0 && old.uid !== 0) await file.chown(old.uid, old.gid);
  await file.chmod(old.mode & widest);
}

async function statOrUndefined(path: string): Promise<Stats | undefined> {
  return stat(path).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  });
}

const remedies: Readonly<Record<string, string>> = {
  EROFS:
    'The disk is read-only: where the file is managed elsewhere, make the change there; else remount the disk.',
  EACCES:
    'Run it as the owner of the file, make the folder writable, or name a file of your own with --config.',
  EPERM:
    'Run it as the owner of the file, make the folder writable, or name a file of your own with --config.',
  ENOSPC: 'Make room on the disk.',
  EDQUOT: 'Make room: your quota is used up.',
};

function unwritable(path: string, cause: unknown): StorageError {
  const code = errorCode(cause) ?? 'unknown error';
  const remedy = remedies[code] ?? `See why ${path} cannot be written.`;
  return new StorageError(`${path} cannot be written (${code}); nothing was changed`, {
    cause,
    reach: 'program',
    retry: 'never',
    remedy,
  });
}
