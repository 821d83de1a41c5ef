/** The columns of a table that are about two-way sync. */

import type { Direction, OnRemoteDelete } from '../../core/account/policy/sync-settings.ts';
import type { ImportedSync } from '../../ports/accounts/importer.ts';
import { defined } from '../../defined.ts';
import { flag } from './draft.ts';

/** What stands in a column of the row; undefined where it is empty. */
export type Get = (column: string) => string | undefined;

export const csvSyncColumns = [
  ...['direction', 'on_local_delete', 'on_remote_delete', 'max_size', 'max_age'],
  ...['include_folders', 'exclude_folders', 'subscribed_only', 'max_connections'],
] as const;

/** Words are handed on as they stand: what a key may hold is checked with all others. */
export function csvSync(get: Get, say: (what: string) => void): ImportedSync {
  return defined({
    direction: get('direction')?.toLowerCase() as Direction | undefined,
    onLocalDelete: get('on_local_delete')?.toLowerCase() as ImportedSync['onLocalDelete'],
    onRemoteDelete: get('on_remote_delete')?.toLowerCase() as OnRemoteDelete | undefined,
    maxSize: get('max_size'),
    maxAge: get('max_age'),
    folders: {
      ...defined({
        include: listOf(get('include_folders')),
        exclude: listOf(get('exclude_folders')),
        subscribed: csvSwitch(get, 'subscribed_only', say),
      }),
    },
  });
}

/** Names have blanks; commas or semicolons stand between them. */
function listOf(text: string | undefined): string[] | undefined {
  const names = text
    ?.split(/[,;]/)
    .map((name) => name.trim())
    .filter((name) => name !== '');
  return names?.length === 0 ? undefined : names;
}

export function csvSwitch(
  get: Get,
  column: string,
  say: (what: string) => void,
): boolean | undefined {
  const value = get(column);
  const found = value === undefined ? undefined : flag(value);
  if (value !== undefined && found === undefined) say(`\`${column}\` must be yes or no`);
  return found;
}
