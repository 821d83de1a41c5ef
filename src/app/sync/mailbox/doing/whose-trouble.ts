/** Whose trouble it is that the connection was lost while a folder was fetched: others are asked for (design rule 11). */

import type { MessageFacts } from '../../../../core/sync/remote.ts';
import { UidSet } from '../../../../core/sync/uid-set.ts';
import type { OpenFolder } from '../../../../ports/receiving/mailbox-source.ts';
import { isHangUp, type Loss } from '../../lost-message.ts';
import type { OpenFolders } from '../open-folders.ts';

/** Of these, the smallest ones are asked for; so many of them may be as bad. */
const candidates = 50;
const mostProofs = 3;

export interface Asking {
  readonly folders: OpenFolders;
  readonly path: string;
  /** Of the folder: the one at which it was lost, and those that are in trouble already. */
  readonly bad: UidSet;
  /** Paths of the account's other folders that hold messages. */
  readonly beside: readonly string[];
}

/**
 * `message`: the server gives another one of the folder; or there is no other one, and it gives one of another folder. `folder`:
 * it gives none of several here, but one of another folder. `account`: nothing is proven. Each question has a connection of its
 * own, and the octets that come are not kept.
 */
export async function whoseTrouble(
  asking: Asking,
  loss: Loss<number>,
): Promise<'message' | 'folder' | 'account'> {
  const proofs = isHangUp(loss) ? mostProofs : 1;
  try {
    const others = await smallestBeside(await opened(asking, asking.path), asking.bad);
    for (const uid of others.slice(0, proofs))
      if (await comes(await opened(asking, asking.path), uid)) return 'message';
    // Where a server stalls, one question is enough of a wait.
    if (others.length > 0 && !isHangUp(loss)) return 'account';
    for (const path of asking.beside.slice(0, proofs))
      if (await givesOne(asking, path)) return others.length === 0 ? 'message' : 'folder';
  } catch {
    // Then nothing is proven.
  }
  return 'account';
}

async function givesOne(asking: Asking, path: string): Promise<boolean> {
  const [uid] = await smallestBeside(await opened(asking, path), UidSet.empty);
  return uid !== undefined && (await comes(await opened(asking, path), uid));
}

async function opened({ folders }: Asking, path: string): Promise<OpenFolder> {
  return await folders.afresh(path);
}

async function smallestBeside(open: OpenFolder, bad: UidSet): Promise<number[]> {
  const { uids } = await open.uids(1);
  const [some = UidSet.empty] = uids.without(bad).windows(candidates);
  const facts: MessageFacts[] = [];
  for await (const page of open.facts(some)) facts.push(...page);
  const bySize = facts.toSorted((one, other) => (one.size ?? 0) - (other.size ?? 0));
  return bySize.map(({ uid }) => uid);
}

async function comes(open: OpenFolder, uid: number): Promise<boolean> {
  let came = false;
  try {
    for await (const batch of open.fetch(UidSet.of([uid])))
      came ||= batch.some((each) => each.kind === 'message');
  } catch {
    return false;
  }
  return came;
}
