/** What changed in the Maildir folders of an account since they were agreed. A folder whose stamp is as it was is not read. */

import { readStamp, writeStamp } from '../../../../core/sync/agreed-stamp.ts';
import type { KnownMessages } from '../../../../core/sync/known-messages.ts';
import type { LocalNews, NewHere } from '../../../../core/sync/plan/views.ts';
import type { LocalScan, MailTree } from '../../../../ports/receiving/mail-store.ts';

export interface FolderHere {
  readonly localPath: string;
  /** Stamp that was agreed; null where none was. */
  readonly stamp: string | null;
  /** Whether its directory is there. */
  readonly isThere: boolean;
  /** Read where the folder has news. */
  readonly known: () => Promise<KnownMessages>;
  /** Names that are no news though nobody knows their messages. */
  readonly former: () => Promise<ReadonlySet<string>>;
  /** False: files that are new are none of our business (direction `pull`). */
  readonly wantsNewcomers: boolean;
}

/** By local path; what is left out has no news. */
export type NewsHere = ReadonlyMap<string, LocalNews>;

interface Look {
  readonly folder: FolderHere;
  readonly scan: LocalScan | null;
  readonly stamp: string | null;
}

/** Rounds of looking again while other programs move files between folders. */
const mostRounds = 4;

export async function gatherHere(
  tree: MailTree,
  folders: readonly FolderHere[],
): Promise<NewsHere> {
  const looks = new Map<string, Look>();
  let unsettled = await changed(tree, folders);
  let before: ReadonlySet<string> = new Set();
  for (let round = 0; unsettled.length > 0 && round < mostRounds; round += 1) {
    for (const folder of unsettled) looks.set(folder.localPath, await look(tree, folder));
    // A file that moved between two looks would be gone in both folders: then all are looked at again.
    const gone = await goneFiles(looks);
    const isNews = [...gone].some((each) => !before.has(each));
    unsettled = gone.size > 0 ? await movedOn(tree, folders, looks, isNews) : [];
    before = gone;
  }
  for (const { localPath } of unsettled) looks.delete(localPath);
  const news = new Map<string, LocalNews>();
  for (const [localPath, each] of looks) news.set(localPath, await newsOf(tree, each));
  return news;
}

async function changed(tree: MailTree, folders: readonly FolderHere[]): Promise<FolderHere[]> {
  const found: FolderHere[] = [];
  for (const folder of folders) {
    const stamp = folder.isThere ? await tree.stamp(folder.localPath) : null;
    if (stamp === null || stamp !== readStamp(folder.stamp).files) found.push(folder);
  }
  return found;
}

async function look(tree: MailTree, folder: FolderHere): Promise<Look> {
  if (!folder.isThere) return { folder, scan: null, stamp: null };
  const before = await tree.stamp(folder.localPath);
  const scan = await tree.scan(folder.localPath);
  const after = await tree.stamp(folder.localPath);
  return { folder, scan, stamp: before === after ? after : null };
}

/** Known files that are not where they were. */
async function goneFiles(looks: ReadonlyMap<string, Look>): Promise<ReadonlySet<string>> {
  const gone = new Set<string>();
  for (const { folder, scan } of looks.values()) {
    const known = await folder.known();
    for (let at = 0; at < known.size; at += 1)
      if (known.isHere(at) && scan?.files.has(known.name(at)) !== true)
        gone.add(`${folder.localPath}/${known.name(at)}`);
  }
  return gone;
}

/** Those that are not as they were when they were looked at last, or agreed. `isNews`: since then, more files are seen to be gone. */
async function movedOn(
  tree: MailTree,
  folders: readonly FolderHere[],
  looks: ReadonlyMap<string, Look>,
  isNews: boolean,
): Promise<FolderHere[]> {
  const found: FolderHere[] = [];
  for (const folder of folders.filter(({ isThere }) => isThere)) {
    const last = looks.get(folder.localPath);
    const stamp = await tree.stamp(folder.localPath);
    // A stamp that proves nothing yet may hide a file that came behind the scan: one look more, behind those that miss it.
    const isUnproven = stamp === null || last?.stamp === null;
    const isSame =
      last === undefined
        ? stamp === readStamp(folder.stamp).files
        : isUnproven
          ? !isNews
          : stamp === last.stamp;
    if (!isSame) found.push(folder);
  }
  return found;
}

async function newsOf(tree: MailTree, { folder, scan, stamp }: Look): Promise<LocalNews> {
  const { localPath } = folder;
  const files = new Map(
    [...(scan?.files ?? [])].map(([base, { flags, otherLetters }]) => [
      base,
      { flags, letters: otherLetters },
    ]),
  );
  const identities = await newcomers(tree, folder, files.keys());
  const keywordLetters = scan === null ? null : await tree.keywordLetters(localPath);
  const { lettered } = readStamp(folder.stamp);
  const isMissing = scan === null;
  return {
    ...{ files, identities, keywordLetters, lettered, isMissing },
    stamp: writeStamp({ files: stamp, lettered: namesOf(keywordLetters) }),
  };
}

async function newcomers(
  tree: MailTree,
  folder: FolderHere,
  bases: Iterable<string>,
): Promise<Map<string, NewHere>> {
  const [known, former] = [await folder.known(), await folder.former()];
  const unknown = [...bases].filter(
    (base) => known.atName(base) === undefined && !former.has(base),
  );
  if (unknown.length === 0 || !folder.wantsNewcomers) return new Map();
  const identities = await tree.identify(folder.localPath, unknown);
  return new Map(identities.map((identity) => [identity.base, identity]));
}

function namesOf(letters: ReadonlyMap<string, string> | null): ReadonlySet<string> {
  return new Set([...(letters?.values() ?? [])].map((name) => name.toLowerCase()));
}
