/** One change on the tables. Throws InternalError where its account or folder is not known and that cannot be meant. */

import { unpackTexts } from './columns.ts';
import { placeOf } from './read-state.ts';
import type { PackedChange } from './request.ts';
import type { Tables } from './tables/tables.ts';
import { ofMaildrop } from './tables/troubles.ts';

type Change<K extends PackedChange['kind']> = Extract<PackedChange, { kind: K }>;

type Apply<K extends PackedChange['kind']> = (tables: Tables, change: Change<K>) => void;

const steps: { readonly [K in PackedChange['kind']]: Apply<K> } = {
  account: ({ accounts }, { account }) => {
    accounts.replace(account);
  },
  polled: ({ accounts }, { accountId, history, notBefore }) => {
    accounts.polled(accountId, history, notBefore);
  },
  root: ({ accounts }, { accountId, root }) => {
    accounts.setRoot(accountId, root);
  },
  tree: ({ accounts }, { accountId, stamp }) => {
    accounts.setTree(accountId, stamp);
  },
  sending: ({ accounts }, { accountId, sending }) => {
    accounts.sending(accountId, sending);
  },
  'account-removed': ({ accounts }, { accountId }) => {
    accounts.remove(accountId);
  },
  'folder-begun': ({ folders }, { accountId, folder }) => {
    folders.begin(accountId, folder);
  },
  'folder-role': ({ folders }, { accountId, path, role }) => {
    folders.setRole(accountId, path, role);
  },
  'folder-endpoint': ({ folders }, { accountId, path, endpoint }) => {
    folders.setEndpoint(accountId, path, endpoint);
  },
  'folder-advanced': ({ folders }, { accountId, path, settledUid, status }) => {
    folders.advance(accountId, path, settledUid, status);
  },
  'folder-renumbered': ({ folders }, change) => {
    folders.renumber(change.accountId, change);
  },
  'former-dropped': ({ folders, messages }, { accountId, path }) => {
    const keys = folders.keys(accountId, path);
    if (keys !== null) messages.dropFormer(keys.folder);
  },
  'messages-agreed': ({ folders, messages, troubles }, change) => {
    const keys = folders.known(change.accountId, change.path);
    messages.replace(keys.folder, change.messages);
    troubles.endOf(keys, () => Array.from(change.messages.uid, String));
  },
  'messages-forgotten': ({ folders, messages }, { accountId, path, uids }) => {
    const keys = folders.keys(accountId, path);
    if (keys !== null) messages.forget(keys.folder, uids);
  },
  'messages-flagged': ({ folders, messages }, change) => {
    messages.setFlags(folders.known(change.accountId, change.path).folder, change);
  },
  'messages-renamed': ({ folders, messages }, change) => {
    messages.rename(folders.known(change.accountId, change.path).folder, change);
  },
  'messages-status': ({ folders, messages }, change) => {
    messages.setStatus(folders.known(change.accountId, change.path).folder, change);
  },
  'folder-stamped': ({ folders }, { accountId, path, stamp }) => {
    folders.setStamp(accountId, path, stamp);
  },
  'folder-renamed': ({ folders }, { accountId, path, to, localPath }) => {
    folders.rename(accountId, path, to, localPath);
  },
  'folder-forgotten': ({ folders, troubles }, { accountId, path }) => {
    const keys = folders.keys(accountId, path);
    if (keys === null) return;
    troubles.endAll(keys);
    folders.forget(keys.folder);
  },
  intents: (tables, { accountId, path, intents }) => {
    tables.intents.replace(tables.folders.known(accountId, path).folder, intents);
  },
  'intents-over': ({ folders, intents }, { accountId, path, names }) => {
    const keys = folders.keys(accountId, path);
    if (keys !== null) intents.end(keys.folder, names);
  },
  trouble: ({ folders, troubles }, { accountId, path, trouble }) => {
    troubles.replace(folders.known(accountId, path), trouble);
  },
  'trouble-over': (tables, { accountId, path, id }) => {
    endTrouble(tables, accountId, path, id);
  },
  maildrop: ({ mail }, { accountId, maildrop }) => {
    mail.setMaildrop(accountId, maildrop);
  },
  'mail-known': (tables, { accountId, mail }) => {
    const account = tables.accounts.known(accountId);
    tables.mail.replace(account, mail);
    const place = { account, folder: ofMaildrop };
    tables.troubles.endOf(place, () => unpackTexts(mail.id), 'every kind');
  },
  'mail-status': ({ accounts, mail }, { accountId, ids, status }) => {
    mail.setStatus(accounts.known(accountId), unpackTexts(ids), status);
  },
  'mail-forgotten': ({ accounts, mail }, { accountId, ids }) => {
    const account = accounts.key(accountId);
    if (account !== null) mail.forget(account, unpackTexts(ids));
  },
  'mail-trouble': ({ accounts, troubles }, { accountId, trouble }) => {
    troubles.replace({ account: accounts.known(accountId), folder: ofMaildrop }, trouble);
  },
  'mail-trouble-over': (tables, { accountId, id }) => {
    endTrouble(tables, accountId, null, id);
  },
};

export function applyChange(tables: Tables, change: PackedChange): void {
  const step = steps[change.kind] as (tables: Tables, change: PackedChange) => void;
  step(tables, change);
}

function endTrouble(tables: Tables, accountId: string, path: string | null, id: string): void {
  const place = placeOf(tables, accountId, path);
  if (place !== null) tables.troubles.end(place, id);
}
