/** Which folders an IMAP account lacks on its server, and what they are to be called there. */

import type { FolderRole } from '../account/account.ts';
import type { RemoteFolder } from './remote.ts';

export interface MissingFolder {
  readonly role: SystemRole;
  /** Its whole name on the server. */
  readonly path: string;
}

type SystemRole = 'sent' | 'drafts' | 'trash' | 'spam';

/** The names of RFC 6154's examples and of most servers; every mail program knows them. */
const names: Readonly<Record<SystemRole, string>> = {
  sent: 'Sent',
  drafts: 'Drafts',
  trash: 'Trash',
  spam: 'Spam',
};

/**
 * `assigned` are folders that a person has named for a role: a missing one is made under that very name. `prefix` is the
 * personal namespace. A name that stands for something else already is left alone.
 */
export function missingSystemFolders(
  folders: readonly RemoteFolder[],
  assigned: Readonly<Partial<Record<FolderRole, string | undefined>>>,
  prefix: string,
): MissingFolder[] {
  const filled = new Set(folders.map(({ role }) => role));
  const taken = new Set(folders.map(({ path }) => comparable(path)));
  return (Object.keys(names) as SystemRole[])
    .filter((role) => !filled.has(role))
    .map((role) => ({ role, path: assigned[role] ?? `${prefix}${names[role]}` }))
    .filter(({ path }) => !taken.has(comparable(path)));
}

/** Some servers keep two names apart that differ in case alone, some do not: such a name is taken. */
function comparable(path: string): string {
  return path.normalize('NFC').toLowerCase();
}
