/** Finds the configuration file, reads it and checks it: the one way from disk to a Config. */
import { dirname } from 'node:path';
import { ConfigurationError } from '../../errors.ts';
import type { Config, ConfigLocation, Problem } from './config.ts';
import { findConfig, readConfigFile } from './find.ts';
import type { ConfigSource } from './paths.ts';
import { readConfigText } from './read.ts';
import type { Reading } from './read.ts';
import { described, located, parseYaml } from './yaml-file.ts';

export interface LoadOptions {
  /** Take a file that was named but is not there for an empty one, as `account add` does, which then makes it. */
  readonly allowMissing?: boolean;
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
  return configFrom(text, { ...location, exists }, warnings);
}

/** Checks the text as if it were the file's; throws as loadConfig does. */
export function configFrom(
  text: string,
  location: ConfigLocation,
  warnings: readonly string[] = [],
): Config {
  const reading = readingOf(text, location);
  if (reading.problems.length > 0) throw refusal(location.path, reading.problems);
  const { settings, accounts, defaultAccount } = reading;
  return {
    path: location.path,
    exists: location.exists,
    location,
    settings,
    accounts,
    defaultAccount,
    warnings,
  };
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
  return {
    location: { ...location, exists },
    problems: readingOf(text, location).problems,
    warnings,
  };
}

interface Read {
  readonly text: string;
  readonly folder: string;
  readonly home: string;
  readonly reading: Reading;
}

/** An edit is checked, loaded, previewed and written as one text; of ten thousand accounts each reading takes seconds. */
let lastRead: Read | undefined;

/** Everything that the text says, and everything that is wrong with it. */
export function readingOf(text: string, location: ConfigLocation): Reading {
  const folder = dirname(location.path);
  const { home } = location;
  if (lastRead?.text === text && lastRead.folder === folder && lastRead.home === home)
    return lastRead.reading;
  const reading = readConfigText(text, { folder, home });
  lastRead = { text, folder, home, reading };
  return reading;
}

function refusal(path: string, problems: readonly Problem[]): ConfigurationError {
  const [first, ...others] = problems;
  const { line, column, remedy } = first ?? {};
  const more =
    others.length === 0 ? '' : ` (and ${String(others.length)} more: posthorn config check)`;
  return new ConfigurationError(`${path}: ${first === undefined ? '' : described(first)}${more}`, {
    reach: 'program',
    remedy: remedy ?? `Correct ${path}.`,
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
    ...(others.length === 0 ? {} : { detail: problems.map(described).join('\n') }),
  });
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
