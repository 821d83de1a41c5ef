/** What each change does to a state in memory. */

import type { KnownMail, Maildrop, MaildropChange } from '../../src/core/maildrop/maildrop.ts';
import type {
  AgreedChange,
  AgreedFolder,
  AgreedMessage,
  FormerMessage,
  Intent,
  Trouble,
} from '../../src/core/sync/agreed.ts';
import { InternalError } from '../../src/errors.ts';
import type { AccountState, StateChange } from '../../src/ports/state-store.ts';

export interface Folder {
  folder: AgreedFolder;
  readonly messages: Map<number, AgreedMessage>;
  readonly former: Map<string, FormerMessage>;
  readonly troubles: Map<string, Trouble>;
  readonly intents: Map<string, Intent>;
}

export interface Entry {
  account: AccountState;
  tree: string | null;
  readonly folders: Map<string, Folder>;
  maildrop: Maildrop | null;
  readonly mail: Map<string, KnownMail>;
  readonly troubles: Map<string, Trouble>;
}

export type Contents = Map<string, Entry>;

export function copied(contents: Contents): Contents {
  return new Map([...contents].map(([id, entry]) => [id, copyOf(entry)]));
}

function copyOf(entry: Entry): Entry {
  const folders = [...entry.folders].map(([path, each]): [string, Folder] => [
    path,
    {
      folder: each.folder,
      messages: new Map(each.messages),
      former: new Map(each.former),
      troubles: new Map(each.troubles),
      intents: new Map(each.intents),
    },
  ]);
  return {
    ...entry,
    folders: new Map(folders),
    mail: new Map(entry.mail),
    troubles: new Map(entry.troubles),
  };
}

/** As it is under this name; begun where it is not known. */
export function beginAccount(contents: Contents, id: string, name: string): AccountState {
  const { account } = contents.get(id) ?? newEntry(freshAccount(id, name));
  return replaceAccount(contents, { ...account, name });
}

function freshAccount(id: string, name: string): AccountState {
  const never = { lastAttempt: null, lastSuccess: null, failingSince: null, lastError: null };
  const good = { failures: 0, loginFailures: 0, suspended: null, notBefore: null, fence: 0 };
  return { id, name, root: null, ...never, ...good };
}

function newEntry(account: AccountState): Entry {
  const tree = null;
  return {
    account,
    tree,
    folders: new Map(),
    maildrop: null,
    mail: new Map(),
    troubles: new Map(),
  };
}

function replaceAccount(contents: Contents, account: AccountState): AccountState {
  const entry = contents.get(account.id) ?? newEntry(freshAccount(account.id, account.name));
  const { notBefore, fence, sending } = entry.account;
  const { sending: _sending, ...rest } = account;
  entry.account = { ...rest, notBefore, fence, ...(sending === undefined ? {} : { sending }) };
  contents.set(account.id, entry);
  return entry.account;
}

export function apply(contents: Contents, change: StateChange): void {
  switch (change.kind) {
    case 'account':
      replaceAccount(contents, change.account);
      return;
    case 'account-removed':
      contents.delete(change.accountId);
      return;
    case 'polled':
    case 'sending':
      if (contents.has(change.accountId)) applyToAccount(known(contents, change.accountId), change);
      return;
    case 'root': {
      const entry = known(contents, change.accountId);
      entry.account = { ...entry.account, root: change.root };
      return;
    }
    case 'tree': {
      const entry = contents.get(change.accountId);
      if (entry !== undefined) entry.tree = change.stamp;
      return;
    }
    case 'maildrop':
    case 'mail-known':
    case 'mail-status':
    case 'mail-trouble':
      applyToMaildrop(known(contents, change.accountId), change);
      return;
    case 'mail-forgotten':
    case 'mail-trouble-over':
      if (contents.has(change.accountId))
        applyToMaildrop(known(contents, change.accountId), change);
      return;
    case 'folder-begun':
      beginFolder(known(contents, change.accountId), change.folder);
      return;
    case 'folder-renamed':
      renameFolder(known(contents, change.accountId), change);
      return;
    case 'folder-forgotten':
      contents.get(change.accountId)?.folders.delete(change.path);
      return;
    case 'former-dropped':
    case 'messages-forgotten':
    case 'intents-over':
    case 'trouble-over': {
      const folder = contents.get(change.accountId)?.folders.get(change.path);
      if (folder !== undefined) applyToFolder(folder, change);
      return;
    }
    default:
      applyToFolder(knownFolder(contents, change.accountId, change.path), change);
  }
}

/** It keeps its place among the others. */
function renameFolder(
  entry: Entry,
  { path, to, localPath }: Extract<StateChange, { kind: 'folder-renamed' }>,
): void {
  if (!entry.folders.has(path)) throw new InternalError('the state knows no such folder');
  const folders = [...entry.folders].map(([name, each]): [string, Folder] =>
    name === path ? [to, renamed(each, to, localPath)] : [name, each],
  );
  entry.folders.clear();
  for (const [name, folder] of folders) entry.folders.set(name, folder);
}

function renamed(each: Folder, to: string, localPath: string): Folder {
  const intents = [...each.intents].map(([name, intent]): [string, Intent] => [
    name,
    { ...intent, path: to },
  ]);
  return { ...each, folder: { ...each.folder, path: to, localPath }, intents: new Map(intents) };
}

function known(contents: Contents, id: string): Entry {
  const entry = contents.get(id);
  if (entry === undefined) throw new InternalError(`the state knows no account ${id}`);
  return entry;
}

function knownFolder(contents: Contents, id: string, path: string): Folder {
  const folder = contents.get(id)?.folders.get(path);
  if (folder === undefined) throw new InternalError('the state knows no such folder');
  return folder;
}

function applyToAccount(
  entry: Entry,
  change: Extract<StateChange, { kind: 'polled' | 'sending' }>,
): void {
  const { sending: _before, failingWay: _way, ...rest } = entry.account;
  if (change.kind === 'polled') {
    const { failingWay, ...history } = change.history;
    const { sending } = entry.account;
    entry.account = {
      ...rest,
      ...history,
      ...(failingWay === undefined ? {} : { failingWay }),
      ...(sending === undefined ? {} : { sending }),
      notBefore: change.notBefore,
    };
    return;
  }
  const { sending } = change;
  const { failingWay } = entry.account;
  // As good as never heard of, where nothing is wrong.
  const isGood = sending.loginFailures === 0 && sending.suspended === null;
  entry.account = {
    ...rest,
    ...(failingWay === undefined ? {} : { failingWay }),
    ...(isGood ? {} : { sending }),
  };
}

function applyToMaildrop(entry: Entry, change: MaildropChange): void {
  switch (change.kind) {
    case 'maildrop':
      entry.maildrop = change.maildrop;
      return;
    case 'mail-known':
      for (const mail of change.mail) {
        entry.mail.set(mail.id, mail);
        entry.troubles.delete(mail.id);
      }
      return;
    case 'mail-status':
      for (const id of change.ids) {
        const mail = entry.mail.get(id);
        if (mail !== undefined) entry.mail.set(id, { ...mail, status: change.status });
      }
      return;
    case 'mail-forgotten':
      for (const id of change.ids) entry.mail.delete(id);
      return;
    case 'mail-trouble':
      entry.troubles.set(change.trouble.id, change.trouble);
      return;
    case 'mail-trouble-over':
      entry.troubles.delete(change.id);
  }
}

function beginFolder(entry: Entry, folder: AgreedFolder): void {
  const known = entry.folders.get(folder.path);
  if (known !== undefined) known.folder = folder;
  else
    entry.folders.set(folder.path, {
      folder,
      messages: new Map(),
      former: new Map(),
      troubles: new Map(),
      intents: new Map(),
    });
}

function applyToFolder(
  each: Folder,
  change: Exclude<AgreedChange, { kind: 'folder-begun' | 'folder-renamed' | 'folder-forgotten' }>,
): void {
  switch (change.kind) {
    case 'folder-role':
      each.folder = { ...each.folder, role: change.role };
      return;
    case 'folder-endpoint':
      each.folder = { ...each.folder, endpoint: change.endpoint };
      return;
    case 'folder-advanced':
      each.folder = { ...each.folder, settledUid: change.settledUid, ...(change.status ?? {}) };
      return;
    case 'folder-renumbered':
      renumber(each, change);
      return;
    case 'former-dropped':
      each.former.clear();
      return;
    case 'messages-agreed':
      for (const message of change.messages) agree(each, message);
      return;
    case 'messages-forgotten':
      for (const uid of change.uids) each.messages.delete(uid);
      return;
    case 'messages-flagged':
    case 'messages-renamed':
    case 'messages-status':
      for (const [uid, changed] of changesOf(change)) {
        const message = each.messages.get(uid);
        if (message !== undefined) each.messages.set(uid, { ...message, ...changed });
      }
      return;
    case 'folder-stamped':
      each.folder = { ...each.folder, stamp: change.stamp };
      return;
    case 'intents':
      for (const intent of change.intents) each.intents.set(intent.name, intent);
      return;
    case 'intents-over':
      for (const name of change.names) each.intents.delete(name);
      return;
    case 'trouble':
      each.troubles.set(change.trouble.id, change.trouble);
      return;
    case 'trouble-over':
      each.troubles.delete(change.id);
  }
}

type MessageChange = Extract<
  AgreedChange,
  { kind: 'messages-flagged' | 'messages-renamed' | 'messages-status' }
>;

/** What becomes other in each, by UID. */
function changesOf(change: MessageChange): Map<number, Partial<AgreedMessage>> {
  switch (change.kind) {
    case 'messages-flagged':
      return new Map(
        Array.from(change.uid, (uid, at) => {
          const keywords = (change.keywords[at] ?? '').split(' ').filter((each) => each !== '');
          const modSeq = change.modSeq[at] === 0n ? null : String(change.modSeq[at]);
          return [uid, { flags: change.flags[at] ?? 0, keywords, modSeq }];
        }),
      );
    case 'messages-renamed':
      return new Map(Array.from(change.uid, (uid, at) => [uid, { name: change.name[at] ?? '' }]));
    case 'messages-status':
      return new Map(Array.from(change.uids, (uid) => [uid, { status: change.status }]));
  }
}

function agree(each: Folder, message: AgreedMessage): void {
  each.messages.set(message.uid, message);
  const id = String(message.uid);
  if (each.troubles.get(id)?.kind !== 'short') each.troubles.delete(id);
}

function renumber(
  each: Folder,
  { endpoint, uidValidity }: Extract<AgreedChange, { kind: 'folder-renumbered' }>,
): void {
  for (const { name, wireSha256, storedAt } of each.messages.values())
    each.former.set(name, { name, wireSha256, storedAt });
  each.messages.clear();
  each.troubles.clear();
  each.intents.clear();
  const counts = { uidNext: null, exists: null, highestModSeq: null };
  const nothing = { settledUid: 0, ...counts, stamp: null };
  each.folder = { ...each.folder, endpoint, uidValidity, ...nothing };
}
