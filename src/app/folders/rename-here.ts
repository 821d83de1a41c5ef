/** Gives folders here the name that they have on the server since a moment: Maildir and state, so that nothing is looked at anew. */

import type { AgreedFolder } from '../../core/sync/agreed.ts';
import { localPath } from '../../core/sync/folder-name.ts';
import type { MailTree } from '../../ports/receiving/mail-store.ts';
import type { StateChange } from '../../ports/state-store.ts';
import { openTree } from '../sync/open-tree.ts';
import type { MailboxInHand } from './account-in-hand.ts';
import { levels } from './named-folder.ts';

/**
 * First the Maildir, then the state in one step. Broken off between the two, or where something stands in the way, the next sync
 * finds the messages in their new place by what they are, as if somebody else had renamed the folder.
 */
export async function renameHere(at: MailboxInHand, from: string, to: string): Promise<void> {
  const { bound, neighbours, fence } = at;
  const known = await neighbours.state.folders(bound.id);
  const folders = known.filter(({ path }) => isUnder(at, path, from));
  const isTaken = known.some(({ path }) => isUnder(at, path, to));
  // Where a folder lies elsewhere, e.g. since the layout was another one, its place is not told by its name.
  if (folders.length === 0 || isTaken || !folders.every((each) => isInPlace(at, each))) return;
  const tree = await openTree(bound, neighbours, fence);
  const moved = await renameTree(at, tree, placeOf(at, from), placeOf(at, to));
  const changes = folders.flatMap(({ path, localPath: place }): StateChange[] => {
    if (!moved(place)) return [];
    const name = to + path.slice(from.length);
    const more = { to: name, localPath: placeOf(at, name) };
    return [{ kind: 'folder-renamed', accountId: bound.id, path, ...more }];
  });
  if (changes.length > 0) await neighbours.state.commit(changes, 'durable', fence);
}

function isUnder({ session: { delimiter } }: MailboxInHand, path: string, top: string): boolean {
  return path === top || (delimiter !== null && path.startsWith(top + delimiter));
}

function isInPlace(at: MailboxInHand, { path, localPath: place }: AgreedFolder): boolean {
  return place === placeOf(at, path);
}

function placeOf({ session, settings }: MailboxInHand, name: string): string {
  return localPath(levels(name, session.delimiter), settings.layout);
}

/** Resolves with what tells whether a folder was moved. */
async function renameTree(
  { settings: { layout } }: MailboxInHand,
  tree: MailTree,
  from: string,
  to: string,
): Promise<(place: string) => boolean> {
  if (layout === 'fs') {
    const isDone = await tree.renameFolder(from, to);
    return () => isDone;
  }
  const moved = new Set<string>();
  for (const place of await tree.folders(layout))
    if (place === from || place.startsWith(`${from}.`))
      if (await tree.renameFolder(place, to + place.slice(from.length))) moved.add(place);
  return (place) => moved.has(place);
}
