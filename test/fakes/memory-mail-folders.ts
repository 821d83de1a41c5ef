/** What the mail store in memory does with its folders as such. */

import type { FolderCounts } from '../../src/ports/receiving/mail-store.ts';
import { fileAt, type MemoryFolder } from './memory-mail-folder.ts';

/** False where `from` is not there, or where something stands at `to`. */
export function renameFolders(folders: Map<string, unknown>, from: string, to: string): boolean {
  const isUnder = (path: string, top: string): boolean =>
    path === top || path.startsWith(`${top}/`);
  const moved = [...folders].filter(([path]) => isUnder(path, from));
  if (moved.length === 0 || [...folders.keys()].some((path) => isUnder(path, to))) return false;
  for (const [path, folder] of moved) {
    folders.delete(path);
    folders.set(to + path.slice(from.length), folder);
  }
  return true;
}

/** Names of these folders as they change, until the signal aborts. */
export async function* watchTold(
  watchers: Set<(root: string, localPath: string) => void>,
  own: string,
  localPaths: readonly string[],
  signal: AbortSignal,
): AsyncIterable<string> {
  const changed = new Set<string>();
  let wake = (): void => undefined;
  const tell = (root: string, localPath: string): void => {
    if (root === own && localPaths.includes(localPath)) changed.add(localPath);
    wake();
  };
  const onAbort = (): void => {
    wake();
  };
  watchers.add(tell);
  signal.addEventListener('abort', onAbort);
  try {
    while (!signal.aborted) {
      const [first] = changed;
      if (first !== undefined && changed.delete(first)) yield first;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  } finally {
    watchers.delete(tell);
    signal.removeEventListener('abort', onAbort);
  }
}

/** As MailTree.count. */
export function countsOf(folder: MemoryFolder | undefined): FolderCounts | null {
  if (folder === undefined) return null;
  const isUnread = (path: string): boolean =>
    path.startsWith('new/') || !fileAt(path).flags.includes('S');
  const mail = folder.mail();
  return { unread: mail.filter(isUnread).length, total: mail.length };
}

/** Answers later, as a disk does, and turns what is thrown into a rejection. */
export async function settle<T>(work: () => T): Promise<T> {
  await Promise.resolve();
  return work();
}
