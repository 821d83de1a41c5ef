/** A text checked as if it were the file's: everything that it says, or everything that is wrong with it. */
import { dirname } from 'node:path';
import { ConfigurationError } from '../../errors.ts';
import type { Config, ConfigLocation, Problem } from './config.ts';
import { readConfigText, type Reading } from './read.ts';
import type { FileEntry } from '../schema/schema.ts';
import { configOf, withoutEmptySections } from './resolve-file.ts';
import { described, parseYaml } from './yaml-file.ts';

/** Checks the text as if it were the file's; throws as loadConfig does. */
export function configFrom(
  text: string,
  location: ConfigLocation,
  warnings: readonly string[] = [],
): Config {
  const reading = readingOf(text, location);
  if (reading.problems.length > 0) throw refusal(location.path, reading.problems);
  return configOf(reading, location, warnings);
}

/** What stands in a text that holds. */
export function entriesOf(text: string): FileEntry {
  return withoutEmptySections(parseYaml(text).file.value ?? {}) as FileEntry;
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
