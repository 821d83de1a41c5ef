/** Maildir folders that the server does not have yet: what each is to be called there. */

import type { Layout } from '../../../../core/account/settings.ts';
import { localPath, remoteSegments } from '../../../../core/sync/folder-name.ts';
import type { RemoteFolder } from '../../../../core/sync/remote.ts';
import type { MailboxSession } from '../../../../ports/receiving/mailbox-source.ts';

export interface MadeHere {
  readonly folders: readonly { readonly remote: RemoteFolder; readonly localPath: string }[];
  /** A sentence for each folder that stays here alone for its name. */
  readonly warnings: readonly string[];
}

export interface Maildirs {
  /** Local paths that no folder of the server has. */
  readonly unknown: readonly string[];
  readonly layout: Layout;
  /** Names that the server lists. */
  readonly listed: ReadonlySet<string>;
  readonly isIncluded: (remote: RemoteFolder) => boolean;
}

/** Two folders are never taken for one: who comes second is told. */
export async function foldersMadeHere(
  session: MailboxSession,
  { unknown, layout, listed, isIncluded }: Maildirs,
): Promise<MadeHere> {
  const prefix = await session.personalPrefix();
  const taken = new Set(listed);
  const folders: { remote: RemoteFolder; localPath: string }[] = [];
  const warnings: string[] = [];
  for (const path of unknown) {
    const segments = remoteSegments(path, layout);
    const joined = (segments ?? [path]).join(session.delimiter ?? '/');
    const name = joined.startsWith(prefix) ? joined : prefix + joined;
    const remote = unlistedFolder(name, segments ?? [path], null);
    if (!isIncluded(remote)) continue;
    if (segments === null) warnings.push(unreadable(path, layout));
    else if (taken.has(name)) warnings.push(alike(path, name));
    else {
      taken.add(name);
      folders.push({ remote, localPath: path });
    }
  }
  return { folders, warnings };
}

export function unlistedFolder(
  path: string,
  segments: readonly string[],
  role: RemoteFolder['role'],
): RemoteFolder {
  const more = { attributes: [], selectable: true, subscribed: true, status: null };
  return { path, segments, role, ...more };
}

function unreadable(path: string, layout: Layout): string {
  const better = suggested(path, layout);
  const how = better === null ? 'rename it' : `rename it to ${JSON.stringify(better)}`;
  return `the Maildir folder ${JSON.stringify(path)} stays here alone: its name stands for no folder of a server (${how})`;
}

/** As posthorn writes that very name; null where a character in it stands for nothing. */
function suggested(path: string, layout: Layout): string | null {
  const names = layout === 'fs' ? path.split('/') : path.slice(1).split('.');
  const isText = !/[\p{Cc}\p{Surrogate}\u{10f780}-\u{10f7ff}]/u.test(path);
  try {
    return isText ? localPath(names, layout) : null;
  } catch {
    return null;
  }
}

function alike(path: string, name: string): string {
  return `the Maildir folder ${JSON.stringify(path)} stays here alone: the folder ${JSON.stringify(name)} of the server is another one here (rename it, or move its mail)`;
}
