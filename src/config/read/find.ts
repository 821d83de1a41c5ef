/** Finds the configuration file and reads its text: all that is asked of the disk, and nothing of what the text says. */
import { lstat, open, realpath } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ConfigurationError, StorageError } from '../../errors.ts';
import type { ConfigLocation, Places } from './config.ts';
import { locations, placesFor, systemConfigFile } from './paths.ts';
import type { ConfigSource, Locations } from './paths.ts';

/** Larger than ten thousand accounts need, small enough to be read whole. */
const maxBytes = 32 * 1024 * 1024;

/** Which file is meant, and whether it exists. Throws StorageError where that cannot be found out. */
export async function findConfig(source: ConfigSource): Promise<ConfigLocation> {
  const found = locations(source);
  const { explicitFile, userFile, home } = found;
  const candidates = explicitFile === undefined ? [userFile, systemConfigFile] : [explicitFile];
  let path: string | undefined;
  for (const candidate of candidates)
    if (path === undefined && (await isThere(candidate))) path = candidate;
  const chosen = path ?? explicitFile ?? userFile;
  const places = explicitFile === undefined ? found.base : await placesOf(found, explicitFile);
  return {
    path: chosen,
    exists: path !== undefined,
    explicit: explicitFile !== undefined,
    home,
    places,
  };
}

async function placesOf(found: Locations, file: string): Promise<Places> {
  return placesFor(found, await realPathOf(file), await realPathOf(found.userFile));
}

export interface FileText {
  readonly text: string;
  readonly exists: boolean;
  readonly warnings: readonly string[];
}

/** A file that is not there reads as an empty text. Throws as loadConfig does, but for what the text says. */
export async function readConfigFile(path: string): Promise<FileText> {
  const handle = await openFile(path);
  if (handle === undefined) return { text: '', exists: false, warnings: [] };
  try {
    // Asked of the open file, so that the answer is about what is read.
    const warnings = await checkOwnership(handle, path);
    return { text: await readWhole(handle, path), exists: true, warnings };
  } finally {
    await handle.close();
  }
}

async function openFile(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw unreadable(path, error);
  }
}

async function readWhole(handle: FileHandle, path: string): Promise<string> {
  const bytes = await handle.readFile().catch((error: unknown) => {
    throw unreadable(path, error);
  });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new ConfigurationError(`${path} is not UTF-8`, {
      cause,
      reach: 'program',
      remedy: 'Save the file as UTF-8.',
    });
  }
}

/** The file names commands to run: whoever may write it runs them as us. */
async function checkOwnership(handle: FileHandle, path: string): Promise<string[]> {
  const stat = await handle.stat();
  const { mode, uid, size } = stat;
  // /dev/null and the pipe of a shell's <(…) are everyone's or nobody's.
  if (!stat.isFile()) return [];
  const remedy = `Run: chmod 600 ${path}`;
  if ((mode & 0o002) !== 0) {
    throw new ConfigurationError(
      `${path} can be written by everyone, and it names commands to run`,
      { reach: 'program', remedy },
    );
  }
  if (size > maxBytes) {
    throw new ConfigurationError(`${path} is larger than 32 MiB`, {
      reach: 'program',
      remedy: 'Name a configuration file.',
    });
  }
  const warnings: string[] = [];
  if ((mode & 0o020) !== 0)
    warnings.push(`${path} can be written by its group, and it names commands to run. ${remedy}`);
  const us = process.geteuid?.();
  if (us !== undefined && uid !== us && uid !== 0) {
    warnings.push(
      `${path} belongs to another user (uid ${String(uid)}), and it names commands to run.`,
    );
  }
  return warnings;
}

async function isThere(path: string): Promise<boolean> {
  try {
    // A link that leads nowhere is a file to be made at its target, not a reason to take another one.
    await lstat(path);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw unreadable(path, error);
  }
}

/** The real path of a file that may not be there yet: that of the nearest folder that is. */
async function realPathOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(await realPathOf(parent), basename(path));
  }
}

function isMissing(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

function unreadable(path: string, cause: unknown): StorageError {
  const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
  const remedy =
    code === 'EISDIR' ? 'Name a file, not a folder.' : `Make ${path} readable for this user.`;
  return new StorageError(`${path} cannot be read (${code})`, {
    cause,
    reach: 'program',
    retry: 'never',
    remedy,
  });
}
