/** What follows for the state from operations other than fetches, once they are done. */

import type { AgreedChange, AgreedMessage, Intent } from './agreed.ts';
import type {
  AdoptItem,
  MergeItem,
  MoveHereItem,
  Operation,
  TransferItem,
  UploadItem,
} from './plan/operation.ts';

/** Operations that concern the state alone, or that are done as a whole. */
export type Noted = Extract<
  Operation,
  {
    kind:
      | 'begin-folder'
      | 'assign-role'
      | 'release'
      | 'note-endpoint'
      | 'renumber'
      | 'rename'
      | 'keep'
      | 'forget'
      | 'forget-folder';
  }
>;

export function foldNoted(operation: Noted): AgreedChange[] {
  const { path } = operation;
  switch (operation.kind) {
    case 'begin-folder':
      return [{ kind: 'folder-begun', folder: operation.folder }];
    case 'assign-role':
      return [{ kind: 'folder-role', path, role: operation.role }];
    case 'release':
      return [{ kind: 'trouble-over', path, id: '' }];
    case 'note-endpoint':
      return [{ kind: 'folder-endpoint', path, endpoint: operation.endpoint }];
    case 'renumber': {
      const { endpoint, uidValidity, matched } = operation;
      return [
        { kind: 'folder-renumbered', path, endpoint, uidValidity },
        ...agreed(path, matched),
        { kind: 'trouble-over', path, id: '' },
      ];
    }
    case 'rename': {
      const { items } = operation;
      const uid = Uint32Array.from(items, (item) => item.uid);
      return [{ kind: 'messages-renamed', path, uid, name: items.map(({ name }) => name) }];
    }
    case 'keep': {
      const { status } = operation;
      return [{ kind: 'messages-status', path, uids: Uint32Array.from(operation.uids), status }];
    }
    case 'forget':
      return forgotten(path, operation.uids);
    case 'forget-folder':
      return [{ kind: 'folder-forgotten', path }];
  }
}

export function foldAdopted(
  path: string,
  items: readonly AdoptItem[],
  now: number,
): AgreedChange[] {
  const messages = items.map(({ uid, name, file, facts, agreed: { flags, keywords } }) => {
    const { wireSize, wireSha256, messageIdHash } = file;
    const { modSeq, internalDate } = facts;
    const known = { wireSize, wireSha256, messageIdHash, modSeq, internalDate };
    return { uid, name, flags, keywords, ...known, storedAt: now, status: 'both' as const };
  });
  const names = items.map(({ name }) => name);
  return [...agreed(path, messages), ...(names.length === 0 ? [] : [over(path, names)])];
}

/** The server's answers are in: STORE is repeatable, so nothing but the outcome is remembered. */
export function foldMerged(
  path: string,
  items: readonly MergeItem[],
  modSeqs: ReadonlyMap<number, string>,
): AgreedChange[] {
  if (items.length === 0) return [];
  return [
    {
      kind: 'messages-flagged',
      path,
      uid: Uint32Array.from(items, ({ uid }) => uid),
      flags: Uint8Array.from(items, (item) => item.agreed.flags),
      keywords: items.map((item) => item.agreed.keywords.join(' ')),
      modSeq: BigUint64Array.from(items, ({ uid, modSeq }) =>
        BigInt(modSeqs.get(uid) ?? modSeq ?? 0),
      ),
    },
  ];
}

/** Where messages of `from` went in `to`; those whose new UID nobody told are matched by the next sync. */
export function foldTransferred(
  from: string,
  to: string,
  items: readonly TransferItem[],
  uids: ReadonlyMap<number, number>,
  source: 'gone' | 'marked' | 'copied',
): AgreedChange[] {
  const messages = items.flatMap(({ message, name }): AgreedMessage[] => {
    const uid = uids.get(message.uid);
    return uid === undefined ? [] : [{ ...message, uid, name, modSeq: null }];
  });
  const left = items.map(({ message }) => message.uid);
  return [...agreed(to, messages), ...foldLeft(from, left, source)];
}

/** Messages that were taken out of a folder of the server. */
export function foldLeft(
  path: string,
  uids: readonly number[],
  source: 'gone' | 'marked' | 'copied',
): AgreedChange[] {
  switch (source) {
    case 'gone':
      return forgotten(path, uids);
    case 'marked': {
      const status = 'awaiting-expunge';
      return [{ kind: 'messages-status', path, uids: Uint32Array.from(uids), status }];
    }
    case 'copied':
      return [];
  }
}

/** `names`: what the files are called in their new folder. */
export function foldMovedHere(
  from: string,
  path: string,
  items: readonly MoveHereItem[],
  names: readonly string[],
): AgreedChange[] {
  const messages = items.map(({ message, facts }, at) => ({
    ...message,
    uid: facts.uid,
    modSeq: facts.modSeq,
    internalDate: facts.internalDate,
    name: names[at] ?? message.name,
  }));
  const left = items.map(({ message }) => message.uid);
  return [...agreed(path, messages), ...forgotten(from, left)];
}

export function foldUploaded(
  path: string,
  { file, flags }: UploadItem,
  uid: number,
  now: number,
): AgreedChange[] {
  const { base, wireSize, wireSha256, messageIdHash, internalDate } = file;
  const known = { wireSize, wireSha256, messageIdHash, internalDate, modSeq: null };
  const message = { uid, name: base, ...flags, ...known, storedAt: now, status: 'both' as const };
  return [...agreed(path, [message]), over(path, [base])];
}

/** The file of a message whose place it takes is new from here on: whatever becomes of it, it is found by its intent. */
export function foldIntended(
  path: string,
  items: readonly UploadItem[],
  intents: readonly Intent[],
): AgreedChange[] {
  const replaced = items.flatMap(({ instead }) => instead?.uid ?? []);
  return [{ kind: 'intents', path, intents }, ...forgotten(path, replaced)];
}

/** What is about to be appended: `before` is what was known of an earlier try. */
export function intentOf(
  path: string,
  { file }: UploadItem,
  target: { readonly uidValidity: string; readonly uidNext: number | null },
  before: Intent | undefined,
  now: number,
): Intent {
  const { base: name, wireSize, wireSha256, messageIdHash } = file;
  const { uidValidity } = target;
  // After a break the first try is looked for as well.
  const isSame = before?.uidValidity === uidValidity;
  const uidNext = isSame ? before.uidNext : (target.uidNext ?? 1);
  const tries = (before?.tries ?? 0) + 1;
  return { path, uidValidity, uidNext, name, wireSize, wireSha256, messageIdHash, tries, at: now };
}

function agreed(path: string, messages: readonly AgreedMessage[]): AgreedChange[] {
  return messages.length === 0 ? [] : [{ kind: 'messages-agreed', path, messages }];
}

function forgotten(path: string, uids: readonly number[]): AgreedChange[] {
  if (uids.length === 0) return [];
  return [{ kind: 'messages-forgotten', path, uids: Uint32Array.from(uids) }];
}

function over(path: string, names: readonly string[]): AgreedChange {
  return { kind: 'intents-over', path, names };
}
