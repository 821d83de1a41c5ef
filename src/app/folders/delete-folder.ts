/** Deletes a folder of an IMAP account with all that is in it: on its server, then here. */

import { keepsMail } from '../../core/account/account.ts';
import { policyOf } from '../../core/account/policy/folder-policy.ts';
import type { AgreedFolder } from '../../core/sync/agreed.ts';
import { KnownMessages } from '../../core/sync/known-messages.ts';
import type { RemoteFolder } from '../../core/sync/remote.ts';
import { DataError, TemporaryError } from '../../errors.ts';
import type { MailTree } from '../../ports/receiving/mail-store.ts';
import { openTree } from '../sync/open-tree.ts';
import type { MailboxInHand } from './account-in-hand.ts';
import { folderNamed, levels, refuseInbox } from './named-folder.ts';

export interface DoomedFolder {
  /** Its name on the server. */
  readonly folder: string;
  /** On the server. */
  readonly messages: number;
}

export interface DeletedFolder extends DoomedFolder {
  /** Messages that stay here, since the account's settings say so (`onRemoteDelete: keep`, `direction: push`). */
  readonly keptHere: number;
}

/** What deleting it would cost. */
export async function lookAtDoomed(at: MailboxInHand, name: string): Promise<DoomedFolder> {
  const remote = folderNamed(at.listed, name, at.bound.account.name);
  refuseInbox(remote.role, remote.path, 'deleted');
  const here = await meetHere(at, remote.path);
  if (here !== null) await refuseUnsent(here);
  return { folder: remote.path, messages: await countThere(at, remote) };
}

/** TemporaryError where more is in it than was agreed to. What is left here by a break, the next sync holds back and names. */
export async function deleteThere(at: MailboxInHand, doomed: DoomedFolder): Promise<DeletedFolder> {
  const { folder, messages } = await lookAtDoomed(at, doomed.folder);
  if (messages > doomed.messages)
    throw new TemporaryError(`mail came into ${JSON.stringify(folder)} meanwhile`, {
      remedy: 'Nothing was deleted. Look at it, and say it again.',
    });
  const here = await meetHere(at, folder);
  await at.session.deleteFolder(folder);
  const keptHere = here === null ? 0 : await deleteHere(at, here);
  return { folder, messages, keptHere };
}

async function countThere({ session }: MailboxInHand, remote: RemoteFolder): Promise<number> {
  if (!remote.selectable) return 0;
  const { exists } = remote.status ?? (await session.status(remote.path));
  return exists ?? (await session.select(remote.path)).status.exists ?? 0;
}

interface FolderHere {
  readonly tree: MailTree;
  readonly agreed: AgreedFolder;
  readonly known: KnownMessages;
}

/** Null where nothing of it is kept here. */
async function meetHere(
  { bound, neighbours, fence }: MailboxInHand,
  path: string,
): Promise<FolderHere | null> {
  if (!keepsMail(bound.account)) return null;
  const { state } = neighbours;
  const agreed = (await state.folders(bound.id)).find((each) => each.path === path);
  if (agreed === undefined) return null;
  const tree = await openTree(bound, neighbours, fence);
  const known = new KnownMessages(await state.agreed(bound.id, path));
  return { tree, agreed, known };
}

/** Mail that is here alone may exist nowhere else. */
async function refuseUnsent({ tree, agreed, known }: FolderHere): Promise<void> {
  if ((await tree.count(agreed.localPath)) === null) return;
  const { files } = await tree.scan(agreed.localPath);
  const unknown = [...files.keys()].filter((base) => known.atName(base) === undefined);
  const alone = [...files.keys()].filter((base) => {
    const at = known.atName(base);
    return at !== undefined && !known.isThere(at);
  });
  const count = unknown.length + alone.length;
  if (count === 0) return;
  throw new DataError(
    `${JSON.stringify(agreed.path)} holds ${String(count)} messages here that its server does not have`,
    {
      remedy: `Sync the account, or move them to another folder: ${tree.directory(agreed.localPath)}`,
    },
  );
}

/** How many messages stay. Its messages first: broken off, the state still knows which of them are left. */
async function deleteHere(at: MailboxInHand, here: FolderHere): Promise<number> {
  const { bound, neighbours, fence } = at;
  const { tree, agreed, known } = here;
  const { path, localPath } = agreed;
  if (staysHere(at, agreed)) return known.size;
  const names = Array.from({ length: known.size }, (_, entry) => known.name(entry));
  if ((await tree.count(localPath)) !== null) {
    await tree.remove(localPath, names);
    await tree.removeFolder(localPath);
  }
  const change = { kind: 'folder-forgotten', path, accountId: bound.id } as const;
  await neighbours.state.commit([change], 'durable', fence);
  return 0;
}

function staysHere({ bound, session }: MailboxInHand, { path, role }: AgreedFolder): boolean {
  const named = { path, segments: levels(path, session.delimiter), role, attributes: [] };
  const { direction, onRemoteDelete } = policyOf(bound.account.sync, named);
  return direction === 'push' || onRemoteDelete === 'keep';
}
