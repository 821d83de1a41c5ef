/** Accounts, folders, messages and mail as a state knows them, for tests. */

import { createHash } from 'node:crypto';
import type { KnownMail } from '../../src/core/maildrop/maildrop.ts';
import type { AgreedFolder, AgreedMessage, Intent, Trouble } from '../../src/core/sync/agreed.ts';
import { agreedStatuses, type AgreedColumns } from '../../src/core/sync/agreed.ts';
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
    notBefore: null,
    fence: 0,
    ...changes,
  };
}

export function agreedFolder(path: string, changes: Partial<AgreedFolder> = {}): AgreedFolder {
  return {
    path,
    localPath: path,
    role: null,
    endpoint: 'user@imap.example.org',
    uidValidity: '1',
    settledUid: 0,
    uidNext: null,
    exists: null,
    highestModSeq: null,
    stamp: null,
    ...changes,
  };
}

export const sha256Of = (text: string): string => createHash('sha256').update(text).digest('hex');

export function agreedMessage(uid: number, changes: Partial<AgreedMessage> = {}): AgreedMessage {
  return {
    uid,
    name: `name.${String(uid)}`,
    flags: 18,
    keywords: [],
    modSeq: null,
    wireSize: 1234,
    wireSha256: sha256Of(String(uid)),
    messageIdHash: sha256Of(`<${String(uid)}>`).slice(0, 16),
    internalDate: 1_700_000_000_000,
    storedAt: 1_700_000_001_000,
    status: 'both',
    ...changes,
  };
}

export function knownMail(id: string, changes: Partial<KnownMail> = {}): KnownMail {
  return {
    id,
    status: 'stored',
    name: `name.${id.length}`,
    wireSize: 1234,
    wireSha256: sha256Of(id),
    listedSize: 1250,
    messageIdHash: sha256Of(`<${id}>`).slice(0, 16),
    storedAt: 1_700_000_001_000,
    ...changes,
  };
}

export function refusedTrouble(id: string, changes: Partial<Trouble> = {}): Trouble {
  return { id, kind: 'refused', tries: 1, reason: 'the server said "NO"\r\n', ...changes };
}

export function intentOf(
  path: string,
  name: string,
  changes: Partial<Omit<Intent, 'path' | 'name'>> = {},
): Intent {
  return {
    path,
    name,
    uidValidity: '1',
    uidNext: 7,
    wireSize: 1234,
    wireSha256: sha256Of(name),
    messageIdHash: sha256Of(`<${name}>`).slice(0, 16),
    tries: 1,
    at: 1_700_000_002_000,
    ...changes,
  };
}

export const setUp = (accountId: string, ...paths: string[]): StateChange[] => [
  { kind: 'account', account: accountState(accountId) },
  ...paths.map((path): StateChange => ({
    kind: 'folder-begun',
    accountId,
    folder: agreedFolder(path),
  })),
];

export const agreeing = (
  accountId: string,
  path: string,
  uids: readonly number[],
): StateChange => ({
  kind: 'messages-agreed',
  accountId,
  path,
  messages: uids.map((uid) => agreedMessage(uid)),
});

export const forgetting = (
  accountId: string,
  path: string,
  uids: readonly number[],
): StateChange => ({
  kind: 'messages-forgotten',
  accountId,
  path,
  uids: Uint32Array.from(uids),
});

export const learning = (accountId: string, ids: readonly string[]): StateChange => ({
  kind: 'mail-known',
  accountId,
  mail: ids.map((id) => knownMail(id)),
});

export async function uidsOf(
  store: StateStore,
  accountId: string,
  path: string,
  fromUid = 1,
): Promise<number[]> {
  return [...(await store.agreedUids(accountId, path, fromUid))];
}

export async function mailIds(store: StateStore, accountId: string): Promise<string[]> {
  return [...(await store.knownMail(accountId)).id].sort();
}

/** Columns as the messages they are of. */
export function messagesIn(columns: AgreedColumns): AgreedMessage[] {
  return Array.from(columns.uid, (uid, at) => ({
    uid,
    name: columns.name[at] ?? '',
    flags: columns.flags[at] ?? 0,
    keywords: (columns.keywords[at] ?? '').split(' ').filter((word) => word !== ''),
    modSeq: orNull(columns.modSeq[at])?.toString() ?? null,
    wireSize: columns.wireSize[at] ?? 0,
    wireSha256: Buffer.from(columns.wireSha256.slice(at * 32, at * 32 + 32)).toString('hex'),
    messageIdHash: orNull(columns.messageIdHash[at])?.toString(16).padStart(16, '0') ?? null,
    internalDate: Number.isNaN(columns.internalDate[at]) ? null : (columns.internalDate[at] ?? 0),
    storedAt: columns.storedAt[at] ?? 0,
    status: agreedStatuses[columns.status[at] ?? 0] ?? 'both',
  }));
}

function orNull(number: bigint | undefined): bigint | null {
  return number === undefined || number === 0n ? null : number;
}
