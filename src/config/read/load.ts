/** Finds the configuration file, reads it and checks it: the one way from disk to a Config. */
import { dirname } from 'node:path';
import { ConfigurationError } from '../../errors.ts';
import type { FileEntry } from '../schema/schema.ts';
import type { Config, ConfigLocation, Problem } from './config.ts';
import { findConfig, readConfigFile } from './find.ts';
import type { ConfigSource } from './paths.ts';
import { configOf, resolveFile } from './resolve-file.ts';
import { SoundNote } from './sound-note.ts';

export interface LoadOptions {
  /** Take a file that was named but is not there for an empty one, as `account add` does, which then makes it. */
  readonly allowMissing?: boolean;
  /**
   * Names the rules of this program. With it a text that these rules have found sound is not read as YAML and checked again.
   * A note in the state folder says so; without that folder each reading checks.
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
  const { build } = options;
  const note = build === undefined ? null : new SoundNote(text, location, build);
  const noted = await note?.read();
  if (noted != null) return uncheckedConfig(noted, there, warnings);
  const { configFrom, entriesOf } = await import('./reading.ts');
  const config = configFrom(text, there, warnings);
  await note?.write(entriesOf(text));
  return config;
}

function uncheckedConfig(
  entry: FileEntry,
  location: ConfigLocation,
  warnings: readonly string[],
): Config {
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
