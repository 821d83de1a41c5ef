/** Finds the configuration file, reads it and checks it: the one way from disk to a Config. */
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ConfigurationError } from '../../errors.ts';
import type { FileEntry } from '../schema/schema.ts';
import type { Config, ConfigLocation, Problem } from './config.ts';
import { findConfig, readConfigFile } from './find.ts';
import type { ConfigSource } from './paths.ts';
import { configOf, resolveFile, withoutEmptySections } from './resolve-file.ts';
import { located, parseYaml } from './yaml-file.ts';

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

/** A problem with the value of a key that the text itself does not show, e.g. a file that is missing; with its place. */
export function problemAt(text: string, path: readonly string[], message: string): Problem {
  const { file } = parseYaml(text);
  return located({ path, message, at: 'value' }, file);
}
