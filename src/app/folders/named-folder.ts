/** Names of folders as people type them, against those that the server lists. */

import type { RemoteFolder } from '../../core/sync/remote.ts';
import { UsageError } from '../../errors.ts';
import type { MailboxSession } from '../../ports/receiving/mailbox-source.ts';

type Named = Pick<RemoteFolder, 'path'>;

/** The very name first, then one that looks the same (RFC 5198, section 3): a keyboard chooses no normalisation. */
export function findFolder<F extends Named>(folders: readonly F[], name: string): F | null {
  const exact = folders.find(({ path }) => path === name || (isInbox(path) && isInbox(name)));
  if (exact !== undefined) return exact;
  const alike = folders.filter(({ path }) => path.normalize('NFC') === name.normalize('NFC'));
  return alike.length === 1 ? (alike[0] ?? null) : null;
}

/** UsageError where there is none. */
export function folderNamed<F extends Named>(
  folders: readonly F[],
  name: string,
  account: string,
): F {
  const found = findFolder(folders, name);
  if (found !== null) return found;
  throw new UsageError(`there is no folder ${JSON.stringify(name)}`, {
    account,
    remedy: `See: posthorn folders ${account} --server`,
  });
}

/** A new name in the personal namespace of the server. UsageError for one that nobody could type or read. */
export async function newName(session: MailboxSession, name: string): Promise<string> {
  requireReadable(name);
  const prefix = await session.personalPrefix();
  return name.startsWith(prefix) ? name : prefix + name;
}

export function requireReadable(name: string): void {
  if (name === '') throw new UsageError('a folder needs a name');
  if (/\p{Cc}/u.test(name)) throw new UsageError('the name of a folder holds control characters');
}

export function isInbox(path: string): boolean {
  return path.toUpperCase() === 'INBOX';
}

export function requireFree(folders: readonly Named[], name: string): void {
  if (findFolder(folders, name) !== null)
    throw new UsageError(`there is a folder ${JSON.stringify(name)} already`);
}

/** `what`: "deleted". */
export function refuseInbox(role: RemoteFolder['role'], path: string, what: string): void {
  if (role === 'inbox' || isInbox(path)) throw new UsageError(`the inbox can't be ${what}`);
}

export function levels(path: string, delimiter: string | null): string[] {
  return delimiter === null ? [path] : path.split(delimiter);
}
