/** Accounts, folders and messages as a state knows them, for tests. */

import { createHash } from 'node:crypto';
import type { KnownFolder, KnownMessage } from '../../src/core/sync/message.ts';
import type { AccountState, StateChange, StateStore } from '../../src/ports/state-store.ts';

export function accountState(id: string, changes: Partial<AccountState> = {}): AccountState {
  return {
    id,
    name: `name-of-${id}`,
    root: null,
    lastAttempt: null,
    lastSuccess: null,
    failures: 0,
    loginFailures: 0,
    failingSince: null,
    lastError: null,
    suspended: null,
    ...changes,
  };
}

export function knownFolder(path: string, changes: Partial<KnownFolder> = {}): KnownFolder {
  return { path, localPath: path, role: null, uidValidity: '1', settledUid: 0, ...changes };
}

export function knownMessage(id: string, changes: Partial<KnownMessage> = {}): KnownMessage {
  return {
    id,
    status: 'stored',
    name: `name.${id}`,
    wireSize: 1234,
    wireSha256: createHash('sha256').update(id).digest('hex'),
    flags: ['F', 'S'],
    internalDate: 1_700_000_000_000,
    storedAt: 1_700_000_001_000,
    attempts: 0,
    error: null,
    ...changes,
  };
}

export const setUp = (accountId: string, ...paths: string[]): StateChange[] => [
  { kind: 'account', account: accountState(accountId) },
  ...paths.map((path): StateChange => ({ kind: 'folder', accountId, folder: knownFolder(path) })),
];

export const storing = (accountId: string, folder: string, ids: readonly string[]): StateChange[] =>
  ids.map((id) => ({ kind: 'message', accountId, folder, message: knownMessage(id) }));

export async function messagesOf(
  store: StateStore,
  accountId: string,
  folder: string,
  aboveUid = -1,
): Promise<KnownMessage[]> {
  const all: KnownMessage[] = [];
  for await (const page of store.messages(accountId, folder, aboveUid)) all.push(...page);
  return all;
}

export async function idsOf(
  store: StateStore,
  accountId: string,
  folder: string,
  aboveUid = -1,
): Promise<string[]> {
  return (await messagesOf(store, accountId, folder, aboveUid)).map(({ id }) => id);
}

export function forgetting(accountId: string, folder: string, id: string): StateChange {
  return { kind: 'message-forgotten', accountId, folder, id };
}
