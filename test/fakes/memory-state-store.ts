/** The state port in memory, which answers late: after a random number of turns of the event loop, and out of order. */

import { setImmediate as turn } from 'node:timers/promises';
import { freshState } from '../../src/app/accounts/bind-account.ts';
import {
  mailStatuses,
  type KnownMail,
  type Maildrop,
  type MaildropChange,
} from '../../src/core/maildrop/maildrop.ts';
import {
  agreedStatuses,
  type AgreedChange,
  type AgreedColumns,
  type AgreedFolder,
  type AgreedMessage,
  type FormerMessage,
  type Trouble,
} from '../../src/core/sync/agreed.ts';
import { UidSet } from '../../src/core/sync/uid-set.ts';
import { InternalError, TemporaryError } from '../../src/errors.ts';
import type { AccountState, StateChange, StateStore } from '../../src/ports/state-store.ts';

interface Folder {
  folder: AgreedFolder;
  messages: Map<number, AgreedMessage>;
  former: Map<string, FormerMessage>;
  troubles: Map<string, Trouble>;
}

interface Entry {
  account: AccountState;
  folders: Map<string, Folder>;
  maildrop: Maildrop | null;
  mail: Map<string, KnownMail>;
  troubles: Map<string, Trouble>;
}

type Contents = Map<string, Entry>;

export function createMemoryStateStore(random: () => number = Math.random): StateStore {
  let contents: Contents = new Map();
  const late = async (): Promise<void> => {
    for (let turns = Math.floor(random() * 4); turns >= 0; turns -= 1) await turn();
  };
  const folder = (id: string, path: string): Folder | undefined =>
    contents.get(id)?.folders.get(path);
  let lastCommit: Promise<unknown> = Promise.resolve();
  const write = async (work: (copy: Contents) => void): Promise<void> => {
    const before = lastCommit;
    const mine = (async () => {
      await before.catch(() => undefined);
      await late();
      const copy = structuredClone(contents);
      work(copy);
      contents = copy;
    })();
    lastCommit = mine;
    return mine;
  };
  return {
    accounts: async () => {
      await late();
      return [...contents.values()].map(({ account }) => account);
    },
    account: async (id) => {
      await late();
      return contents.get(id)?.account ?? null;
    },
    accountNamed: async (name, taken) => {
      await late();
      return (
        [...contents.values()]
          .filter(({ account }) => account.name === name && taken?.has(account.id) !== true)
          .at(-1)?.account ?? null
      );
    },
    bind: async (bindings, taken) => {
      let states: AccountState[] = [];
      await write((copy) => {
        states = bindings.map(({ name, id, freshId }) => {
          const named = [...copy.values()]
            .filter(({ account }) => account.name === name && !taken.has(account.id))
            .at(-1)?.account.id;
          const bound = id ?? named ?? freshId;
          const entry = copy.get(bound) ?? emptyEntry(freshState(bound, name));
          entry.account = { ...entry.account, name };
          copy.set(bound, entry);
          return entry.account;
        });
      });
      return states;
    },
    folders: async (id) => {
      await late();
      return [...(contents.get(id)?.folders.values() ?? [])].map((each) => each.folder);
    },
    agreedUids: async (id, path, from) => {
      await late();
      return UidSet.of([...(folder(id, path)?.messages.keys() ?? [])].filter((uid) => uid >= from));
    },
    agreed: async (id, path, uids) => {
      await late();
      return columns(
        [...(folder(id, path)?.messages.values() ?? [])]
          .filter(({ uid }) => uids?.has(uid) ?? true)
          .sort((a, b) => a.uid - b.uid),
      );
    },
    former: async (id, path) => {
      await late();
      return [...(folder(id, path)?.former.values() ?? [])];
    },
    troubles: async (id, path) => {
      await late();
      const troubles = path === null ? contents.get(id)?.troubles : folder(id, path)?.troubles;
      return [...(troubles?.values() ?? [])];
    },
    maildrop: async (id) => {
      await late();
      return contents.get(id)?.maildrop ?? null;
    },
    knownMail: async (id) => {
      await late();
      const mail = [...(contents.get(id)?.mail.values() ?? [])];
      return {
        id: mail.map((each) => each.id),
        status: Uint8Array.from(mail, ({ status }) => mailStatuses.indexOf(status)),
        listedSize: Float64Array.from(mail, ({ listedSize }) => listedSize ?? Number.NaN),
        storedAt: Float64Array.from(mail, ({ storedAt }) => storedAt),
      };
    },
    mailOf: async (id, ids) => {
      await late();
      return ids.flatMap((each) => contents.get(id)?.mail.get(each) ?? []);
    },
    commit: async (changes, _durability, fence) =>
      write((copy) => {
        if (fence !== undefined) {
          const entry = copy.get(fence.accountId);
          if (entry !== undefined && entry.account.fence > fence.number)
            throw new TemporaryError('another posthorn works on the account', { code: 'locked' });
          if (entry !== undefined) entry.account = { ...entry.account, fence: fence.number };
        }
        for (const change of changes) apply(copy, change);
      }),
    close: () => Promise.resolve(),
  };
}

function emptyEntry(account: AccountState): Entry {
  return { account, folders: new Map(), maildrop: null, mail: new Map(), troubles: new Map() };
}

function apply(copy: Contents, change: StateChange): void {
  if (change.kind === 'account') {
    const entry = copy.get(change.account.id);
    if (entry === undefined) copy.set(change.account.id, emptyEntry(change.account));
    else {
      const { sending, notBefore, fence } = entry.account;
      entry.account = {
        ...change.account,
        notBefore,
        fence,
        ...(sending === undefined ? {} : { sending }),
      };
    }
    return;
  }
  if (change.kind === 'account-removed') {
    copy.delete(change.accountId);
    return;
  }
  const entry = copy.get(change.accountId);
  if (entry === undefined) {
    if (change.kind === 'polled' || change.kind === 'sending') return;
    throw new InternalError('the state knows no such account');
  }
  if (change.kind === 'polled')
    entry.account = { ...entry.account, ...change.history, notBefore: change.notBefore };
  else if (change.kind === 'root') entry.account = { ...entry.account, root: change.root };
  else if (change.kind === 'sending') entry.account = { ...entry.account, sending: change.sending };
  else if (change.kind.startsWith('mail')) applyMail(entry, change as MaildropChange);
  else applyAgreed(entry, change as AgreedChange);
}

function applyMail(entry: Entry, change: MaildropChange): void {
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

function applyAgreed(entry: Entry, change: AgreedChange): void {
  if (change.kind === 'folder-begun') {
    entry.folders.set(change.folder.path, {
      folder: change.folder,
      messages: new Map(),
      former: new Map(),
      troubles: new Map(),
    });
    return;
  }
  const known = entry.folders.get(change.path);
  if (known === undefined) throw new InternalError('the state knows no such folder');
  switch (change.kind) {
    case 'folder-role':
      known.folder = { ...known.folder, role: change.role };
      return;
    case 'folder-advanced':
      known.folder = { ...known.folder, settledUid: change.settledUid, ...(change.status ?? {}) };
      return;
    case 'folder-endpoint':
      known.folder = { ...known.folder, endpoint: change.endpoint };
      return;
    case 'folder-renumbered':
      for (const { name, wireSha256, storedAt } of known.messages.values())
        known.former.set(name, { name, wireSha256, storedAt });
      known.messages.clear();
      known.troubles.clear();
      known.folder = {
        ...known.folder,
        endpoint: change.endpoint,
        uidValidity: change.uidValidity,
        settledUid: 0,
        uidNext: null,
        exists: null,
        highestModSeq: null,
      };
      return;
    case 'former-dropped':
      known.former.clear();
      return;
    case 'messages-agreed':
      for (const message of change.messages) {
        known.messages.set(message.uid, message);
        if (known.troubles.get(String(message.uid))?.kind !== 'short')
          known.troubles.delete(String(message.uid));
      }
      return;
    case 'messages-forgotten':
      for (const uid of change.uids) known.messages.delete(uid);
      return;
    case 'trouble':
      known.troubles.set(change.trouble.id, change.trouble);
      return;
    case 'trouble-over':
      known.troubles.delete(change.id);
  }
}

function columns(messages: readonly AgreedMessage[]): AgreedColumns {
  return {
    uid: Uint32Array.from(messages, ({ uid }) => uid),
    name: messages.map(({ name }) => name),
    flags: Uint8Array.from(messages, ({ flags }) => flags),
    keywords: messages.map(({ keywords }) => keywords.join(' ')),
    modSeq: BigUint64Array.from(messages, ({ modSeq }) => BigInt(modSeq ?? 0)),
    wireSize: Float64Array.from(messages, ({ wireSize }) => wireSize),
    wireSha256: Buffer.concat(messages.map(({ wireSha256 }) => Buffer.from(wireSha256, 'hex'))),
    messageIdHash: BigUint64Array.from(messages, ({ messageIdHash }) =>
      BigInt(`0x${messageIdHash ?? '0'}`),
    ),
    internalDate: Float64Array.from(messages, ({ internalDate }) => internalDate ?? Number.NaN),
    storedAt: Float64Array.from(messages, ({ storedAt }) => storedAt),
    status: Uint8Array.from(messages, ({ status }) => agreedStatuses.indexOf(status)),
  };
}
