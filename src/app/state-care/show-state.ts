/** What the state holds of an account: asks no server, and changes nothing. */

import type { Account } from '../../core/account/account.ts';
import type { AgreedFolder, Intent, Trouble } from '../../core/sync/agreed.ts';
import { flagsOfBits } from '../../core/sync/flags.ts';
import { KnownMessages } from '../../core/sync/known-messages.ts';
import { knownById } from '../../core/maildrop/plan-maildrop.ts';
import type { Role } from '../../core/sync/remote.ts';
import { StorageError } from '../../errors.ts';
import type { MailTree } from '../../ports/receiving/mail-store.ts';
import { lookUpState } from '../accounts/bind-account.ts';
import type { Neighbours } from '../neighbours.ts';
import { maildropPath } from '../sync/maildrop/retrieve-mail.ts';

export interface ShownMessage {
  /** UID, or UIDL. */
  readonly id: number | string;
  readonly status: string;
  /** Base name of its file, all before `:2,`. */
  readonly name: string;
  /** Letters of Maildir. */
  readonly flags: string;
  readonly keywords: readonly string[];
}

export interface ShownFolder {
  /** The server's name. */
  readonly remote: string;
  readonly role: Role | null;
  /** Absolute directory. */
  readonly path: string;
  /** Null for POP3, which has neither. */
  readonly uidValidity: string | null;
  readonly settledUid: number | null;
  /** Messages that the state knows. */
  readonly known: number;
  /** Files; null where the folder, or the disk, is away. */
  readonly total: number | null;
  readonly unread: number | null;
  readonly troubles: readonly Trouble[];
  /** Null where nobody asked. */
  readonly messages: readonly ShownMessage[] | null;
}

export interface ShownState {
  readonly account: string;
  /** Null where the account was never met. */
  readonly id: string | null;
  readonly type: Account['type'];
  readonly root: string | null;
  readonly folders: readonly ShownFolder[];
  /** Uploads that were begun, and of which nobody knows yet what came of them. */
  readonly intents: readonly Intent[];
}

type Known = Pick<Neighbours, 'state' | 'store'>;

export async function showState(
  account: Account,
  neighbours: Known,
  options: { readonly messages: boolean },
): Promise<ShownState> {
  const { name, type } = account;
  const known = await lookUpState(neighbours.state, account);
  if (known === null)
    return { account: name, id: null, type, root: null, folders: [], intents: [] };
  const { id, root } = known;
  const tree = root === null ? null : await treeAt(account, id, neighbours);
  const look: Look = { account, id, tree, state: neighbours.state, ...options };
  const folders = type === 'pop3' ? await maildropShown(look) : await foldersShown(look);
  return { account: name, id, type, root, folders, intents: await neighbours.state.intents(id) };
}

interface Look {
  readonly account: Account;
  readonly id: string;
  readonly tree: MailTree | null;
  readonly state: Neighbours['state'];
  readonly messages: boolean;
}

/** The state can be told where its disk is away. */
async function treeAt(account: Account, id: string, { store }: Known): Promise<MailTree | null> {
  return store.open(account.path, id).catch((thrown: unknown) => {
    if (thrown instanceof StorageError) return null;
    throw thrown;
  });
}

async function foldersShown(look: Look): Promise<ShownFolder[]> {
  const shown: ShownFolder[] = [];
  for (const folder of await look.state.folders(look.id))
    shown.push(await folderShown(look, folder));
  return shown;
}

async function folderShown(look: Look, folder: AgreedFolder): Promise<ShownFolder> {
  const { id, state } = look;
  const { path, role, localPath, uidValidity, settledUid } = folder;
  const messages = look.messages ? messagesOf(await knownIn(look, path)) : null;
  const known = messages?.length ?? (await state.agreedUids(id, path, 1)).size;
  const troubles = await state.troubles(id, path);
  const here = await filesIn(look, localPath);
  return { remote: path, role, uidValidity, settledUid, known, ...here, troubles, messages };
}

async function knownIn({ state, id }: Look, path: string): Promise<KnownMessages> {
  return new KnownMessages(await state.agreed(id, path));
}

function messagesOf(known: KnownMessages): ShownMessage[] {
  return Array.from(known.columns.uid, (uid, at) => ({
    id: uid,
    status: known.status(at),
    name: known.name(at),
    flags: flagsOfBits(known.flags(at)).join(''),
    keywords: known.keywords(at),
  }));
}

async function filesIn({ account, tree }: Look, localPath: string) {
  const counts = tree === null ? null : await tree.count(localPath);
  const path = tree?.directory(localPath) ?? [account.path, localPath].join('/');
  return { path, total: counts?.total ?? null, unread: counts?.unread ?? null };
}

async function maildropShown(look: Look): Promise<ShownFolder[]> {
  const { id, state } = look;
  const maildrop = await state.maildrop(id);
  if (maildrop === null) return [];
  const ids = [...knownById(await state.knownMail(id)).keys()];
  const messages = look.messages ? await mailShown(look, ids) : null;
  const here = await filesIn(look, maildrop.localPath);
  const troubles = await state.troubles(id, null);
  const folder = {
    remote: maildropPath,
    role: 'inbox',
    uidValidity: null,
    settledUid: null,
  } as const;
  return [{ ...folder, known: ids.length, ...here, troubles, messages }];
}

/** What the state remembers of a maildrop's messages are neither flags nor keywords: POP3 has none. */
async function mailShown({ state, id }: Look, ids: readonly string[]): Promise<ShownMessage[]> {
  const mail = await state.mailOf(id, ids);
  return mail.map((each) => ({
    id: each.id,
    status: each.status,
    name: each.name,
    flags: '',
    keywords: [],
  }));
}
