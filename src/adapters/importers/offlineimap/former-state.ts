/** Finds what OfflineIMAP remembers of a folder of the server: its status, its UIDVALIDITY, and the numbers in names of files. */

import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { nullOn } from '../../../disk/disk.ts';
import { explained } from '../../../disk/disk-error.ts';
import { ConfigurationError } from '../../../errors.ts';
import type {
  FormerAccount,
  FormerFolder,
  FormerPlaces,
} from '../../../ports/accounts/former-state.ts';
import { encodeMailboxName } from '../../../wire/mailbox-name.ts';
import { Draft } from '../draft.ts';
import { readIni, type IniSection } from '../ini.ts';
import { isPathPart } from '../mbsync/former-state.ts';
import { readIfThere } from '../mbsync/state-files.ts';
import { readStatusLines, readStatusTable, type StatusEntry } from './status.ts';

interface Setting {
  readonly name: string;
  readonly metadata: string;
  /** Name of the remote repository. */
  readonly remote: string;
  readonly localFolders: string;
  readonly separator: string;
}

export function formerOfflineimap(text: string, places: FormerPlaces): FormerAccount[] {
  const sections = readIni(text, new Draft(), { interpolation: true });
  const metadata = expand(sections.get('general')?.text('metadata') ?? '~/.offlineimap', places);
  return [...sections.values()].flatMap((section) => {
    const name = /^Account\s+(.+)$/.exec(section.name)?.[1]?.trim();
    const setting =
      name === undefined ? null : settingOf(name, section, sections, metadata, places);
    if (setting === null) return [];
    return [
      {
        line: section.line,
        layout: 'fs',
        folder: (segments, root) => folderOf(setting, segments, root),
      } satisfies FormerAccount,
    ];
  });
}

function settingOf(
  name: string,
  section: IniSection,
  sections: ReadonlyMap<string, IniSection>,
  metadata: string,
  places: FormerPlaces,
): Setting | null {
  const remote = section.text('remoterepository') ?? '';
  const [there, here] = [
    sections.get(`Repository ${remote}`),
    sections.get(`Repository ${section.text('localrepository') ?? ''}`),
  ];
  const localFolders = here?.text('localfolders');
  if (there === undefined || here === undefined || localFolders === undefined) return null;
  if (!/^maildir$/i.test(here.text('type') ?? '')) return null;
  for (const repository of [there, here]) refuseTranslation(repository);
  const separator = here.text('sep') ?? '.';
  return { name, metadata, remote, localFolders: expand(localFolders, places), separator };
}

/** It is Python, and may make any name of any other. */
function refuseTranslation(repository: IniSection): void {
  const found = repository.take('nametrans');
  if (found === undefined) return;
  throw new ConfigurationError(
    `line ${String(found.line)}: [${repository.name}] names folders by Python (nametrans), which posthorn does not run`,
    { remedy: 'Import without --with-state, and run posthorn state rebuild NAME.' },
  );
}

function expand(path: string, { home, env }: FormerPlaces): string {
  return path
    .replace(/^~(?=\/|$)/, home)
    .replaceAll(
      /\$(?:\{(\w+)\}|(\w+))/g,
      (whole, long?: string, short?: string) => env[long ?? short ?? ''] ?? whole,
    )
    .replace(/(?<=.)\/+$/, '');
}

async function folderOf(
  setting: Setting,
  segments: readonly string[],
  root: string,
): Promise<FormerFolder | null> {
  if (!segments.every(isPathPart)) return null;
  // As the server has it, or in UTF-8 (decodefoldernames, utf8foldernames).
  for (const names of [segments.map(encodeMailboxName), segments]) {
    const entries = await statusOf(setting, names);
    const uidValidity = await validityOf(setting, names);
    if (entries === null || uidValidity === null) continue;
    const visible = names.join(setting.separator);
    const directory = join(setting.localFolders, visible);
    const below = relative(root, directory);
    return {
      directory,
      localPath: below === '..' || below.startsWith('../') ? null : below,
      uidValidity,
      // It leaves out by age and size without a word: what is no pair is looked at again.
      settledUid: 0,
      pairs: entries.map(({ uid, flags }) => ({ uid, fileUid: uid, flags, isPlaceholder: false })),
      fileUid: uidInName(visible),
    };
  }
  return null;
}

async function statusOf(
  { metadata, name }: Setting,
  names: readonly string[],
): Promise<StatusEntry[] | null> {
  const file = fileName(names);
  const table = join(metadata, `Account-${name}`, 'LocalStatus-sqlite', file);
  if ((await explained(table, nullOn(['ENOENT', 'ENOTDIR'], stat(table)))) !== null)
    return readStatusTable(table);
  const lines = join(metadata, `Account-${name}`, 'LocalStatus', file);
  const text = await readIfThere(lines);
  return text === null ? null : readStatusLines(text, lines);
}

async function validityOf(
  { metadata, remote }: Setting,
  names: readonly string[],
): Promise<string | null> {
  const path = join(metadata, `Repository-${remote}`, 'FolderValidity', fileName(names));
  return /^(\d{1,20})\s*$/.exec((await readIfThere(path)) ?? '')?.[1] ?? null;
}

/** Its levels parted by dots; `.` alone is no name of a file. */
function fileName(names: readonly string[]): string {
  const name = names.join('.').replaceAll('/', '.');
  return name === '.' ? 'dot' : name;
}

/** A number counts only where the name says that it was given in this folder: readers keep names when they move files. */
function uidInName(visible: string): (base: string) => number | null {
  const own = createHash('md5').update(visible).digest('hex');
  return (base) => {
    if (!base.includes(`,FMD5=${own}`)) return null;
    const uid = Number(/,U=(\d{1,10})(?=,|$)/.exec(base)?.[1] ?? 0);
    return uid > 0 ? uid : null;
  };
}
