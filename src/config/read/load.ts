/** Finds the configuration file, reads it and checks it: the one way from disk to a Config. */
import { createHash } from 'node:crypto';
import { lstat, open, readFile, realpath, writeFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ConfigurationError, StorageError } from '../../errors.ts';
import type { FileEntry } from '../schema/schema.ts';
import type { Config, ConfigLocation, Problem } from './config.ts';
import { locations, placesFor, systemConfigFile } from './paths.ts';
import type { ConfigSource } from './paths.ts';
import { configOf, resolveFile, withoutEmptySections } from './resolve-file.ts';
import { located, parseYaml } from './yaml-file.ts';

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
  const places = placesFor(found, await realPathOf(chosen), await realPathOf(userFile));
  return {
    path: chosen,
    exists: path !== undefined,
    explicit: explicitFile !== undefined,
    home,
    places,
  };
}

export interface LoadOptions {
  /** Take a file that was named but is not there for an empty one, as `account add` does, which then makes it. */
  readonly allowMissing?: boolean;
  /**
   * Names the rules of this program. With it a text that these rules have found sound is not checked again: loading them takes
   * longer than a poll without news. A note in the state folder says so; without that folder each reading checks.
   */
  readonly build?: string | undefined;
}

/**
 * Throws ConfigurationError for the first problem, with line and column, the others in `detail`; also for a file that
 * was named and is not there, or that anyone may write. Throws StorageError where it cannot be read.
 */
export async function loadConfig(source: ConfigSource, options: LoadOptions = {}): Promise<Config> {
  return loadConfigAt(await findConfig(source), options);
}

/** The same for a file that was found before. */
export async function loadConfigAt(
  location: ConfigLocation,
  options: LoadOptions = {},
): Promise<Config> {
  const { text, exists, warnings } = await readConfigFile(location.path);
  if (!exists && location.explicit && options.allowMissing !== true) throw missing(location.path);
  const there = { ...location, exists };
  const note = options.build === undefined ? undefined : noteOf(text, location, options.build);
  if (note !== undefined && (await isNoted(note))) return uncheckedConfig(text, there, warnings);
  const { configFrom } = await import('./reading.ts');
  const config = configFrom(text, there, warnings);
  if (note !== undefined) await writeFile(note.file, note.digest, privately).catch(() => undefined);
  return config;
}

interface Note {
  readonly file: string;
  readonly digest: string;
}

const privately = { mode: 0o600 } as const;

/** What this build has found sound it need not check again; the digest says nothing of the text. */
function noteOf(text: string, { path, home, places }: ConfigLocation, build: string): Note {
  const hash = createHash('sha256').update(JSON.stringify([build, path, home, text]));
  return { file: join(places.stateDir, 'config.sound'), digest: hash.digest('hex') };
}

async function isNoted({ file, digest }: Note): Promise<boolean> {
  return (await readFile(file, 'utf8').catch(() => '')) === digest;
}

function uncheckedConfig(
  text: string,
  location: ConfigLocation,
  warnings: readonly string[],
): Config {
  const entry = withoutEmptySections(parseYaml(text).file.value ?? {}) as FileEntry;
  const context = { folder: dirname(location.path), home: location.home };
  return configOf(resolveFile(entry, context), location, warnings);
}

export interface ConfigCheck {
  readonly location: ConfigLocation;
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
}

/** Everything that is wrong, for `config check`; throws only where the file cannot be read or must not be. */
export async function checkConfig(source: ConfigSource): Promise<ConfigCheck> {
  const location = await findConfig(source);
  const { text, exists, warnings } = await readConfigFile(location.path);
  if (!exists && location.explicit) throw missing(location.path);
  const { readingOf } = await import('./reading.ts');
  return {
    location: { ...location, exists },
    problems: readingOf(text, location).problems,
    warnings,
  };
}

function missing(path: string): ConfigurationError {
  return new ConfigurationError(`the configuration file ${path} does not exist`, {
    reach: 'program',
    remedy:
      'Check the path given by --config or POSTHORN_CONFIG, or make the file with `posthorn account add`.',
  });
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

/** A problem with the value of a key that the text itself does not show, e.g. a file that is missing; with its place. */
export function problemAt(text: string, path: readonly string[], message: string): Problem {
  const { file } = parseYaml(text);
  return located({ path, message, at: 'value' }, file);
}
