/** What OfflineIMAP says of the two sides, in the keys of posthorn: readonly, limits, folders, deletions, connections. */

import type { ImportedEntry, ImportedSync } from '../../../ports/accounts/importer.ts';
import { defined } from '../../../defined.ts';
import { flag, type Draft } from '../draft.ts';
import type { IniSection, IniValue } from '../ini.ts';
import { pythonList } from '../python.ts';

export interface Sides {
  readonly account: IniSection;
  readonly remote: IniSection;
  readonly local: IniSection | undefined;
}

export function offlineimapPolicy(sides: Sides, draft: Draft): ImportedSync {
  const { account, remote } = sides;
  return {
    ...defined({
      direction: directionOf(sides, draft),
      ...deletionsOf(sides, draft),
      maxSize: read(account, 'maxsize', /^[1-9]\d{0,8}$/, 'no number of octets', draft),
      maxAge: ageOf(account, draft),
    }),
    folders: {
      ...foldersOf(remote, draft),
      ...defined({ subscribed: says(remote, 'subscribedonly') === true ? true : undefined }),
    },
  };
}

export function connectionsOf(
  remote: IniSection,
  draft: Draft,
): Pick<NonNullable<ImportedEntry['incoming']>, 'maxConnections'> {
  const said = read(
    remote,
    'maxconnections',
    /^(?:[1-9]|1\d|20)$/,
    'posthorn has 1 to 20 connections: see incoming.maxConnections',
    draft,
  );
  return said === undefined ? {} : { maxConnections: Number(said) };
}

function says(section: IniSection | undefined, key: string): boolean | undefined {
  return flag(section?.text(key) ?? '');
}

function read(
  section: IniSection,
  key: string,
  pattern: RegExp,
  why: string,
  draft: Draft,
): string | undefined {
  const said = section.take(key);
  if (said === undefined || pattern.test(said.value)) return said?.value;
  draft.leave(said.line, key, why);
  return undefined;
}

/** Days; a date is no age. */
function ageOf(account: IniSection, draft: Draft): string | undefined {
  const days = read(
    account,
    'maxage',
    /^[1-9]\d{0,6}$/,
    'no number of days; a date is no age: see sync.maxAge',
    draft,
  );
  return days === undefined ? undefined : `${days}d`;
}

function directionOf({ remote, local }: Sides, draft: Draft): 'pull' | 'push' | undefined {
  const [isRemoteFixed, isLocalFixed] = [says(remote, 'readonly'), says(local, 'readonly')];
  if (isRemoteFixed !== true) return isLocalFixed === true ? 'push' : undefined;
  const line = local?.find('readonly')?.line;
  if (isLocalFixed === true && line !== undefined)
    draft.leave(line, 'readonly', 'both sides are; taken for the one on the server');
  return 'pull';
}

/** `sync_deletes` stands at the side that something is deleted on. */
function deletionsOf(
  { remote, local }: Sides,
  draft: Draft,
): { onLocalDelete: 'keep' | 'expunge' | undefined; onRemoteDelete: 'keep' | undefined } {
  const expunge = remote.take('expunge');
  const isExpunged = flag(expunge?.value ?? '');
  if (expunge !== undefined && isExpunged !== true)
    draft.leave(
      expunge.line,
      expunge.key,
      'posthorn marks nothing as deleted instead: what is deleted here is kept there (sync.onLocalDelete)',
    );
  const isKept = says(local, 'sync_deletes') === false || isExpunged === false;
  return {
    onLocalDelete: isKept ? 'keep' : isExpunged === true ? 'expunge' : undefined,
    onRemoteDelete: says(remote, 'sync_deletes') === false ? 'keep' : undefined,
  };
}

const python =
  'posthorn runs no Python: write the folders as sync.folders.include and sync.folders.exclude';

/** A filter that is a plain list of names is one here; what it leaves out, `folderincludes` could bring back. */
function foldersOf(remote: IniSection, draft: Draft): { include?: string[]; exclude?: string[] } {
  const filter = remote.take('folderfilter');
  if (filter === undefined) return {};
  const found = filterIn(filter.value);
  const more = remote.find('folderincludes');
  const added = more === undefined ? [] : namesIn(more.value);
  if (found === undefined || added === undefined || (found.isOut && added.length > 0)) {
    leaveBoth(draft, filter, more);
    return {};
  }
  return found.isOut ? { exclude: found.names } : { include: [...found.names, ...added] };
}

function leaveBoth(draft: Draft, ...lines: readonly (IniValue | undefined)[]): void {
  for (const each of lines) if (each !== undefined) draft.leave(each.line, each.key, python);
}

function filterIn(source: string): { isOut: boolean; names: string[] } | undefined {
  const [, , word = '', list = ''] =
    /^lambda\s+(\w+)\s*:\s*\1\s+((?:not\s+)?in)\s*([[(][\s\S]*)$/.exec(source.trim()) ?? [];
  const names = namesIn(list);
  return names === undefined || names.length === 0
    ? undefined
    : { isOut: word.startsWith('not'), names };
}

/** Undefined where one of them would be a pattern here, or is written in modified UTF-7. */
function namesIn(list: string): string[] | undefined {
  const names = pythonList(list);
  return names?.every((name) => /^(?!\\|role:|!)[^*%&\p{Cc}]+$/u.test(name)) === true
    ? names
    : undefined;
}
