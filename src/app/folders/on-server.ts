/** What people do with the folders of an IMAP account, done on its server first; what is left to do here, a sync does. */

import { keepsMail } from '../../core/account/account.ts';
import { isIncluded } from '../../core/account/policy/folder-policy.ts';
import { localPath } from '../../core/sync/folder-name.ts';
import { UsageError } from '../../errors.ts';
import type { MailboxInHand } from './account-in-hand.ts';
import { renameHere } from './rename-here.ts';
import { folderNamed, levels, newName, refuseInbox, requireFree } from './named-folder.ts';

/** The folder's name on the server. */
export interface ChangedFolder {
  readonly folder: string;
  /** False: the account leaves this folder out, or keeps no mail here. */
  readonly isKept: boolean;
}

/** Made and subscribed. */
export async function createThere(at: MailboxInHand, name: string): Promise<ChangedFolder> {
  const folder = await newName(at.session, name);
  requireFree(at.listed, folder);
  requireRoom(at, folder);
  await at.session.createFolder(folder, null);
  return { folder, isKept: isKept(at, folder, true) };
}

/** Those below it go with it. */
export async function renameThere(
  at: MailboxInHand,
  old: string,
  name: string,
): Promise<ChangedFolder & { readonly from: string }> {
  const { path, role, subscribed } = folderNamed(at.listed, old, at.bound.account.name);
  refuseInbox(role, path, 'renamed');
  const folder = await newName(at.session, name);
  requireFree(at.listed, folder);
  const { delimiter } = at.session;
  if (delimiter !== null && folder.startsWith(path + delimiter))
    throw new UsageError(`${JSON.stringify(path)} can't be moved into itself`);
  requireRoom(at, folder);
  await at.session.renameFolder(path, folder);
  if (keepsMail(at.bound.account)) await renameHere(at, path, folder);
  return { from: path, folder, isKept: isKept(at, folder, subscribed ?? true) };
}

export async function subscribeThere(
  at: MailboxInHand,
  name: string,
  subscribed: boolean,
): Promise<ChangedFolder> {
  const { path } = folderNamed(at.listed, name, at.bound.account.name);
  await at.session.subscribe(path, subscribed);
  return { folder: path, isKept: isKept(at, path, subscribed) };
}

/** DataError before anything is done where the name fits no file system. */
function requireRoom({ bound, settings, session }: MailboxInHand, folder: string): void {
  if (keepsMail(bound.account)) localPath(levels(folder, session.delimiter), settings.layout);
}

function isKept({ bound, session }: MailboxInHand, path: string, subscribed: boolean): boolean {
  const { account } = bound;
  const segments = levels(path, session.delimiter);
  const named = { path, segments, role: null, attributes: [], subscribed };
  return keepsMail(account) && isIncluded(account.sync.folders, named);
}
