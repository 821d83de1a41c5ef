/** Two-way sync of an account as the rest of the program sees it: every default filled in, in octets and milliseconds. */
import type { AccountType } from '../../core/account/account.ts';
import { parseDuration } from '../../core/account/duration.ts';
import { parseOctets } from '../../core/account/octets.ts';
import {
  usualSync,
  type FolderPolicy,
  type SyncSettings,
} from '../../core/account/policy/sync-settings.ts';
import { defined } from '../../defined.ts';
import type { OverrideEntry, SyncEntry } from '../schema/sync.ts';

export function resolveSync(type: AccountType, entry: SyncEntry | undefined): SyncSettings {
  const usual = usualSync[type];
  if (entry === undefined) return usual;
  const { folders, perFolder = [] } = entry;
  return {
    ...usual,
    ...resolvePolicy(entry),
    folders: { ...usual.folders, ...defined(folders ?? {}) },
    perFolder: perFolder.map((each) => ({
      folders: typeof each.folder === 'string' ? [each.folder] : each.folder,
      policy: resolvePolicy(each),
    })),
  };
}

/** What is said, and nothing else. */
function resolvePolicy(entry: Omit<OverrideEntry, 'folder'>): Partial<FolderPolicy> {
  const { direction, onLocalDelete, onRemoteDelete, maxSize, maxAge } = entry;
  return defined({
    direction,
    // POP3 has no trash: its word says what it is for people.
    onLocalDelete: onLocalDelete === 'delete' ? 'expunge' : onLocalDelete,
    onRemoteDelete,
    maxSize: limit(maxSize, (text) => parseOctets(text)),
    maxAge: limit(maxAge, parseDuration),
  });
}

function limit(
  said: string | number | undefined,
  parse: (text: string) => number | undefined,
): number | null | undefined {
  return said === 'none' ? null : said === undefined ? undefined : parse(String(said));
}
