/** The state port in memory, which answers late: after a random number of turns of the event loop, and out of order. */

import { setImmediate as turn } from 'node:timers/promises';
import type { KnownFolder, KnownMessage } from '../../src/core/sync/message.ts';
import { InternalError } from '../../src/errors.ts';
import type { AccountState, StateChange, StateStore } from '../../src/ports/state-store.ts';

interface Folder {
  readonly folder: KnownFolder;
  readonly messages: ReadonlyMap<string, KnownMessage>;
}

interface Entry {
  readonly account: AccountState;
  readonly folders: ReadonlyMap<string, Folder>;
}

/** Never changed, but replaced: a batch that fails half-way leaves nothing behind. */
type Contents = ReadonlyMap<string, Entry>;

/** `random` yields numbers in [0, 1); `pageSize` is small, so that tests see several pages. */
export function createMemoryStateStore(
  random: () => number = Math.random,
  pageSize = 7,
): StateStore {
  let contents: Contents = new Map();
  const late = async (): Promise<void> => {
    for (let turns = Math.floor(random() * 4); turns >= 0; turns -= 1) await turn();
  };
  const folder = (id: string, path: string): Folder | undefined =>
    contents.get(id)?.folders.get(path);
  // Commits take effect in the order of the calls, however late each is.
  let lastCommit: Promise<unknown> = Promise.resolve();
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
      const named = [...contents.values()].filter(
        ({ account }) => account.name === name && taken?.has(account.id) !== true,
      );
      return named.at(-1)?.account ?? null;
    },
    folders: async (id) => {
      await late();
      return [...(contents.get(id)?.folders.values() ?? [])].map((entry) => entry.folder);
    },
    async *messages(id, path, aboveUid) {
      let last: KnownMessage | undefined;
      for (;;) {
        await late();
        const rest = sorted(folder(id, path)).filter(
          (message) =>
            sortKey(message.id)[0] > aboveUid &&
            (last === undefined || compare(message.id, last.id) > 0),
        );
        const page = rest.slice(0, pageSize);
        last = page.at(-1);
        if (last === undefined) return;
        yield page;
      }
    },
    quarantined: async (id, path) => {
      await late();
      return sorted(folder(id, path)).filter(({ status }) => status === 'quarantined');
    },
    commit: async (changes) => {
      const mine = lastCommit.then(async () => {
        await late();
        contents = changes.reduce(apply, contents);
        await late();
      });
      lastCommit = mine.catch(() => undefined);
      await mine;
    },
    close: async () => {
      await lastCommit;
    },
  };
}

function apply(contents: Contents, change: StateChange): Contents {
  switch (change.kind) {
    case 'account':
      return with_(contents, change.account.id, {
        folders: new Map(),
        ...contents.get(change.account.id),
        account: withSending(change.account, contents.get(change.account.id)?.account.sending),
      });
    case 'sending': {
      const entry = contents.get(change.accountId);
      if (entry === undefined) return contents;
      const account = withSending(entry.account, change.sending);
      return with_(contents, change.accountId, { ...entry, account });
    }
    case 'account-removed':
      return without(contents, change.accountId);
    case 'folder':
      return changeFolder(contents, change.accountId, change.folder.path, (old) => ({
        messages: old?.messages ?? new Map<string, KnownMessage>(),
        folder: change.folder,
      }));
    case 'message':
      return changeFolder(contents, change.accountId, change.folder, (old) => {
        if (old === undefined) throw new InternalError('the state knows no such folder');
        return { ...old, messages: with_(old.messages, change.message.id, change.message) };
      });
    case 'message-forgotten':
      if (contents.get(change.accountId)?.folders.has(change.folder) !== true) return contents;
      return changeFolder(contents, change.accountId, change.folder, (old) => {
        if (old === undefined) throw new InternalError('the state knows no such folder');
        return { ...old, messages: without(old.messages, change.id) };
      });
  }
}

/** As good as never heard of, where nothing is wrong. */
function withSending(account: AccountState, sending: AccountState['sending']): AccountState {
  const { sending: _before, ...rest } = account;
  const isGood = sending === undefined || (sending.loginFailures === 0 && !sending.suspended);
  return isGood ? rest : { ...rest, sending };
}

function changeFolder(
  contents: Contents,
  id: string,
  path: string,
  change: (old: Folder | undefined) => Folder,
): Contents {
  const entry = contents.get(id);
  if (entry === undefined) throw new InternalError('the state knows no such account');
  const folders = with_(entry.folders, path, change(entry.folders.get(path)));
  return with_(contents, id, { ...entry, folders });
}

function with_<V>(map: ReadonlyMap<string, V>, key: string, value: V): ReadonlyMap<string, V> {
  return new Map(map).set(key, value);
}

function without<V>(map: ReadonlyMap<string, V>, key: string): ReadonlyMap<string, V> {
  const rest = new Map(map);
  rest.delete(key);
  return rest;
}

function sorted(folder: Folder | undefined): KnownMessage[] {
  return [...(folder?.messages.values() ?? [])].sort((a, b) => compare(a.id, b.id));
}

/** UIDs by number, and behind them all other ids by their text. */
function sortKey(id: string): [number, string] {
  const isUid = /^(?:0|[1-9][0-9]{0,9})$/.test(id) && Number(id) < 2 ** 32;
  return [isUid ? Number(id) : 2 ** 32, id];
}

function compare(a: string, b: string): number {
  const [numberA, textA] = sortKey(a);
  const [numberB, textB] = sortKey(b);
  if (numberA !== numberB) return numberA - numberB;
  return textA === textB ? 0 : textA < textB ? -1 : 1;
}
