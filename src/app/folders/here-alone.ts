/** Folders of a POP3 account: its server knows one alone, all others are here and nowhere else. */

import { localPath, remoteSegments } from '../../core/sync/folder-name.ts';
import { DataError, UsageError } from '../../errors.ts';
import type { MailTree } from '../../ports/receiving/mail-store.ts';
import { openTree } from '../sync/open-tree.ts';
import type { AccountInHand } from './account-in-hand.ts';
import { findFolder, isInbox, refuseInbox, requireFree, requireReadable } from './named-folder.ts';

/** A folder, by its name: levels with `/` between them. */
interface FolderHere {
  readonly path: string;
  readonly localPath: string;
}

export async function createHere(at: AccountInHand, name: string): Promise<string> {
  requireReadable(name);
  const { tree, folders } = await meet(at);
  requireFree(folders, name);
  await tree.ensureFolder(localPath(name.split('/'), at.settings.layout));
  return name;
}

/** With those below it. Broken off, what is moved is moved, and the rest stands where it was. */
export async function renameHere(at: AccountInHand, old: string, name: string): Promise<string> {
  requireReadable(name);
  const { tree, folders } = await meet(at);
  const { path } = named(folders, old);
  refuseInbox(null, path, 'renamed');
  if (isInbox(name)) throw new UsageError('nothing can become the inbox');
  requireFree(folders, name);
  if (name.startsWith(`${path}/`))
    throw new UsageError(`${JSON.stringify(path)} can't be moved into itself`);
  const moved = folders.filter((each) => each.path === path || each.path.startsWith(`${path}/`));
  const targets = moved.map((each) => name + each.path.slice(path.length));
  const paths = targets.map((each) => localPath(each.split('/'), at.settings.layout));
  for (const to of paths) await tree.ensureFolder(to);
  for (const [n, from] of moved.entries()) await moveAll(tree, from.localPath, paths[n] ?? '');
  for (const from of moved.toReversed()) await tree.removeFolder(from.localPath);
  return path;
}

async function moveAll(tree: MailTree, from: string, to: string): Promise<void> {
  const { files } = await tree.scan(from);
  await tree.move(from, [...files.keys()], to);
}

export async function countHere(
  at: AccountInHand,
  name: string,
): Promise<{ folder: string; messages: number }> {
  const { tree, folders } = await meet(at);
  const { path, localPath: local } = named(folders, name);
  refuseInbox(null, path, 'deleted');
  return { folder: path, messages: (await tree.count(local))?.total ?? 0 };
}

export async function deleteHere(
  at: AccountInHand,
  { folder, messages }: { readonly folder: string; readonly messages: number },
): Promise<void> {
  const { tree, folders } = await meet(at);
  const { localPath: local } = named(folders, folder);
  const names = [...(await tree.scan(local)).files.keys()];
  if (names.length > messages) throw cameMeanwhile(folder);
  await tree.remove(local, names);
  if (!(await tree.removeFolder(local))) throw cameMeanwhile(folder);
}

function cameMeanwhile(folder: string): DataError {
  return new DataError(`mail came into ${JSON.stringify(folder)} meanwhile`, {
    remedy: 'Look at it, and say it again.',
  });
}

async function meet({ bound, neighbours, settings, fence }: AccountInHand) {
  const tree = await openTree(bound, neighbours, fence);
  const { layout } = settings;
  const paths = await tree.folders(layout);
  const folders = paths.flatMap((each): FolderHere[] => {
    const segments = remoteSegments(each, layout);
    return segments === null ? [] : [{ path: segments.join('/'), localPath: each }];
  });
  return { tree, folders };
}

function named(folders: readonly FolderHere[], name: string): FolderHere {
  const found = findFolder(folders, name);
  if (found !== null) return found;
  throw new UsageError(`there is no folder ${JSON.stringify(name)}`);
}
