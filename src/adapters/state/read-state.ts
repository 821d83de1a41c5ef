/** Answers questions about the state, each from one moment: it sees a commit whole or not at all. */

import { packMessages, type PackedFormer, type PackedMessages } from './agreed-columns.ts';
import { packMail } from './mail-columns.ts';
import type { Answer, StateRequest } from './request.ts';
import type { Tables } from './tables/tables.ts';
import { ofMaildrop, type Place } from './tables/troubles.ts';

export type ReadRequest = Exclude<StateRequest, { kind: 'bind' | 'commit' | 'close' }>;

export function readState(tables: Tables, request: ReadRequest): Answer {
  // Several statements: without a transaction another process could commit in between.
  tables.sql.exec('BEGIN');
  try {
    const answered = answer(tables, request);
    tables.sql.exec('COMMIT');
    return answered;
  } catch (error) {
    tables.sql.rollBack();
    throw error;
  }
}

function answer(tables: Tables, request: ReadRequest): Answer {
  switch (request.kind) {
    case 'accounts':
      return tables.accounts.all();
    case 'account':
      return tables.accounts.one(request.id);
    case 'accounts-named':
      return tables.accounts.named(request.name);
    case 'tree':
      return tables.accounts.tree(request.accountId);
    case 'folders':
      return tables.folders.all(request.accountId);
    case 'agreed-uids':
      return inFolder(tables, request, new Uint32Array(0), (folder) =>
        tables.messages.uids(folder, request.fromUid),
      );
    case 'agreed':
      return inFolder(tables, request, packMessages([]), (folder): PackedMessages =>
        tables.messages.read(folder, request.ranges),
      );
    case 'agreed-elsewhere': {
      const account = tables.accounts.key(request.accountId) ?? nobody;
      return tables.messages.elsewhere(account, request.names, request.wireSha256);
    }
    case 'count':
      return tables.messages.count(request.accountId, request.path, request.most);
    case 'intents':
      return tables.intents.all(request.accountId);
    case 'former':
      return inFolder(tables, request, noFormer(), (folder) => tables.messages.former(folder));
    case 'troubles': {
      const place = placeOf(tables, request.accountId, request.path);
      return place === null ? [] : tables.troubles.all(place);
    }
    case 'maildrop':
      return tables.mail.maildrop(request.accountId);
    case 'known-mail':
      return tables.mail.known(tables.accounts.key(request.accountId) ?? nobody);
    case 'mail-of': {
      const account = tables.accounts.key(request.accountId);
      return account === null ? packMail([]) : tables.mail.of(account, request.ids);
    }
  }
}

/** No account has this key. */
const nobody = 0;

function inFolder<T>(
  tables: Tables,
  { accountId, path }: { readonly accountId: string; readonly path: string },
  unknown: T,
  read: (folder: number) => T,
): T {
  const keys = tables.folders.keys(accountId, path);
  return keys === null ? unknown : read(keys.folder);
}

function noFormer(): PackedFormer {
  const name = { text: '', ends: new Uint32Array(0) };
  return { name, wireSha256: new Uint8Array(0), storedAt: new Float64Array(0) };
}

/** Null where the folder or the account is not known. */
export function placeOf(tables: Tables, accountId: string, path: string | null): Place | null {
  if (path !== null) return tables.folders.keys(accountId, path);
  const account = tables.accounts.key(accountId);
  return account === null ? null : { account, folder: ofMaildrop };
}
