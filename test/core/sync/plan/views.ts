/** Views in short: what a test does not say is as usual, and agreed. */

import type { FolderPolicy } from '../../../../src/core/account/policy/sync-settings.ts';
import {
  agreedStatuses,
  type AgreedFolder,
  type AgreedStatus,
} from '../../../../src/core/sync/agreed.ts';
import { flagBits, type Flag } from '../../../../src/core/sync/flags.ts';
import { KnownMessages, noMessages } from '../../../../src/core/sync/known-messages.ts';
import type { Operation } from '../../../../src/core/sync/plan/operation.ts';
import { planAccount, type SyncPolicy } from '../../../../src/core/sync/plan/plan-account.ts';
import type {
  AccountView,
  FolderView,
  LocalNews,
  NewHere,
  NewThere,
  RemoteNews,
} from '../../../../src/core/sync/plan/views.ts';
import type { FolderStatus, MessageFacts, RemoteFolder } from '../../../../src/core/sync/remote.ts';
import { UidSet } from '../../../../src/core/sync/uid-set.ts';

export const endpoint = 'anna@mail.example.org';
export const usual: SyncPolicy = { maxTries: 3, full: false, acceptDeletions: false };
export const full: SyncPolicy = { ...usual, full: true };

export const usualPolicy: FolderPolicy = {
  direction: 'both',
  onLocalDelete: 'trash',
  onRemoteDelete: 'delete',
  maxSize: null,
  maxAge: null,
};

export function remote(path: string, more: Partial<RemoteFolder> = {}): RemoteFolder {
  const role = path === 'INBOX' ? 'inbox' : path === 'Trash' ? 'trash' : null;
  return {
    path,
    segments: path.split('/'),
    role,
    attributes: [],
    selectable: true,
    subscribed: null,
    status: null,
    ...more,
  };
}

export function agreed(more: Partial<AgreedFolder> = {}): AgreedFolder {
  const path = more.path ?? 'INBOX';
  return {
    path,
    localPath: path,
    role: remote(path).role,
    endpoint,
    uidValidity: '7',
    settledUid: 10,
    uidNext: 11,
    exists: 10,
    highestModSeq: '100',
    stamp: 'then',
    ...more,
  };
}

export const status: FolderStatus = {
  uidValidity: '7',
  uidNext: 11,
  exists: 10,
  highestModSeq: '100',
};

export function view(more: Partial<FolderView> = {}): FolderView {
  const path = more.remote?.path ?? 'INBOX';
  return {
    remote: remote(path),
    isListed: true,
    localPath: path,
    status,
    endpoint,
    agreed: agreed({ path }),
    troubles: [],
    intents: [],
    former: new Set(),
    sample: null,
    policy: usualPolicy,
    known: noMessages,
    there: null,
    here: null,
    keeping: null,
    ...more,
  };
}

/** A known message: what it holds is told by one letter, its UID by default by its place. */
export interface Known {
  readonly content: string;
  readonly uid?: number;
  readonly name?: string;
  readonly flags?: readonly Flag[];
  readonly keywords?: readonly string[];
  readonly status?: AgreedStatus;
}

export function sha(content: string): string {
  return content.charCodeAt(0).toString(16).padStart(2, '0').repeat(32);
}

export function hash(content: string): string {
  return content.charCodeAt(0).toString(16).padStart(16, '1');
}

function date(content: string): number {
  return 1_000_000 + content.charCodeAt(0);
}

export function known(messages: readonly Known[]): KnownMessages {
  const of = <T>(value: (message: Known, at: number) => T): T[] => messages.map(value);
  const sha256 = new Uint8Array(32 * messages.length);
  messages.forEach(({ content }, at) => sha256.fill(content.charCodeAt(0), 32 * at, 32 * (at + 1)));
  return new KnownMessages({
    uid: Uint32Array.from(of(({ uid }, at) => uid ?? at + 1)),
    name: of(({ content, name }) => name ?? content),
    flags: Uint8Array.from(of(({ flags }) => flagBits(flags ?? []))),
    keywords: of(({ keywords }) => (keywords ?? []).join(' ')),
    modSeq: new BigUint64Array(messages.length),
    wireSize: Float64Array.from(of(({ content }) => content.charCodeAt(0))),
    wireSha256: sha256,
    messageIdHash: BigUint64Array.from(of(({ content }) => BigInt(`0x${hash(content)}`))),
    internalDate: Float64Array.from(of(({ content }) => date(content))),
    storedAt: new Float64Array(messages.length),
    status: Uint8Array.from(of((each) => agreedStatuses.indexOf(each.status ?? 'both'))),
  });
}

/** Files in short: `name:FLAGS`, or `name`; those whose content is told are new. */
export function here(
  files: readonly string[],
  more: Partial<LocalNews> & { readonly content?: Readonly<Record<string, string>> } = {},
): LocalNews {
  const { content = {}, ...others } = more;
  const found = files.map((file) => {
    const [base = '', flags = ''] = file.split(':');
    return [base, { flags: [...flags] as Flag[], letters: '' }] as const;
  });
  const identities = Object.entries(content).map(
    ([base, each]) => [base, newHere(base, each)] as const,
  );
  return {
    files: new Map(found),
    identities: new Map(identities),
    keywordLetters: null,
    lettered: new Set(),
    isMissing: false,
    stamp: 'now',
    ...others,
  };
}

export function newHere(base: string, content: string): NewHere {
  const wireSize = content.charCodeAt(0);
  const messageIdHash = hash(content);
  return { base, wireSize, wireSha256: sha(content), messageIdHash, internalDate: date(content) };
}

export function facts(uid: number, flags: readonly Flag[] = [], content = 'a'): MessageFacts {
  const [size, internalDate] = [content.charCodeAt(0), date(content)];
  return { uid, flags, keywords: [], modSeq: '200', internalDate, size };
}

export function there(more: {
  readonly changed?: readonly MessageFacts[];
  readonly vanished?: readonly number[];
  readonly arrivals?: Readonly<Record<number, string>>;
}): RemoteNews {
  const arrivals = Object.entries(more.arrivals ?? {}).map(([uid, content]): NewThere => ({
    facts: facts(Number(uid), [], content),
    messageIdHash: hash(content),
  }));
  return {
    changed: new Map((more.changed ?? []).map((each) => [each.uid, each])),
    vanished: UidSet.of(more.vanished ?? []),
    arrivals: more.arrivals === undefined ? null : arrivals,
    strays: UidSet.empty,
    isComplete: true,
  };
}

/** In short: `fetch-range INBOX 11`, `store INBOX 1 +S`, or `held`. */
export function planned(
  folders: readonly FolderView[],
  policy = usual,
  elsewhere: AccountView['elsewhere'] = [],
): string[] {
  const { operations, held } = planAccount({ folders, elsewhere }, policy);
  return [...operations.flatMap(short), ...held.map(({ path }) => `held ${path}`)];
}

function short(operation: Operation): string[] {
  const { kind, path } = operation;
  switch (operation.kind) {
    case 'fetch-range':
      return [`${kind} ${path} ${String(operation.from)}`];
    case 'fetch':
      return [`${kind} ${path} ${String(operation.uid)}`];
    case 'merge-flags':
      return operation.items.flatMap(({ uid, store, here: file }) => [
        ...(store === null ? [] : [`store ${path} ${String(uid)} ${signs(store)}`]),
        ...(file === null ? [] : [`flag ${path} ${String(uid)} ${String(file.flags)}`]),
        ...(store === null && file === null ? [`agree ${path} ${String(uid)}`] : []),
      ]);
    case 'move-remote':
    case 'copy-remote':
      return operation.items.map(
        ({ message, name }) => `${kind} ${path} ${String(message.uid)} to ${operation.to} ${name}`,
      );
    case 'move-local':
      return operation.items.map(
        ({ fromLocalPath, name, facts: { uid } }) =>
          `${kind} ${fromLocalPath} ${name} to ${path} ${String(uid)}`,
      );
    case 'upload':
      return operation.items.map(({ file }) => `${kind} ${path} ${file.base}`);
    case 'adopt':
    case 'rename':
      return operation.items.map(({ uid, name }) => `${kind} ${path} ${String(uid)} ${name}`);
    case 'delete-remote':
      return [`${operation.trash === null ? 'expunge' : 'trash'} ${path} ${operation.uids.join()}`];
    case 'delete-local':
      return operation.items.map(({ name }) => `${kind} ${path} ${name}`);
    case 'renumber': {
      const matched = operation.matched.map(({ uid, name }) => ` ${String(uid)} ${name}`);
      return [`${kind} ${path}${matched.join()}`];
    }
    case 'keep':
      return [`${operation.status} ${path} ${operation.uids.join()}`];
    case 'forget':
      return [`${kind} ${path} ${operation.uids.join()}`];
    default:
      return [`${kind} ${path}`];
  }
}

function signs(change: {
  readonly add: { readonly flags: readonly string[]; readonly keywords: readonly string[] };
  readonly remove: { readonly flags: readonly string[]; readonly keywords: readonly string[] };
}): string {
  const some = (sign: string, { flags, keywords }: typeof change.add): string =>
    [...flags, ...keywords].map((each) => `${sign}${each}`).join('');
  return some('+', change.add) + some('-', change.remove);
}
