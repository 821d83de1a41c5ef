/** The state port in memory. With a source of randomness it answers late, and out of order. */

import { setImmediate as turn } from 'node:timers/promises';
import { mailStatuses, type KnownMail } from '../../src/core/maildrop/maildrop.ts';
import {
  agreedStatuses,
  type AgreedColumns,
  type AgreedMessage,
} from '../../src/core/sync/agreed.ts';
import { UidSet } from '../../src/core/sync/uid-set.ts';
import { InternalError, TemporaryError } from '../../src/errors.ts';
import type { AccountState, Binding, Fence, StateStore } from '../../src/ports/state-store.ts';
import { apply, beginAccount, copied, type Contents } from './memory-state-changes.ts';

/** `random` yields numbers in [0, 1): how many microtasks or turns of the event loop each call takes. */
export function createMemoryStateStore(random: () => number = () => 0): StateStore {
  const memory = new Memory(random);
  return {
    ...readsOf(memory),
    bind: (bindings, taken) =>
      memory.write((contents) =>
        bindings.map((binding) => bound(contents, binding, new Set(taken))),
      ),
    commit: (changes, _durability, fence) => {
      const mine = structuredClone(changes);
      return memory.write((contents) => {
        if (fence !== undefined && mine.length > 0) pass(contents, fence);
        for (const change of mine) apply(contents, change);
      });
    },
    close: () => memory.close(),
  };
}

/** Never changed, but replaced: a batch that fails half-way leaves nothing behind. */
class Memory {
  readonly #random: () => number;
  #contents: Contents = new Map();
  // Writes take effect in the order of the calls, however late each is.
  #lastWrite: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(random: () => number) {
    this.#random = random;
  }

  async read<T>(look: (contents: Contents) => T): Promise<T> {
    this.#refuseClosed();
    await this.#late();
    const seen = look(this.#contents);
    await this.#late();
    return seen;
  }

  async write<T>(change: (contents: Contents) => T): Promise<T> {
    this.#refuseClosed();
    const mine = this.#lastWrite.then(async () => {
      await this.#late();
      const next = copied(this.#contents);
      const result = change(next);
      this.#contents = next;
      await this.#late();
      return result;
    });
    this.#lastWrite = mine.catch(() => undefined);
    return mine;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#lastWrite;
  }

  #refuseClosed(): void {
    if (this.#closed) throw new InternalError('the state is closed already');
  }

  async #late(): Promise<void> {
    const wait = this.#random() < 0.5 ? () => Promise.resolve() : () => turn();
    for (let left = Math.floor(this.#random() * 4); left >= 0; left -= 1) await wait();
  }
}

function readsOf(memory: Memory): Omit<StateStore, 'bind' | 'commit' | 'close'> {
  const folder = (contents: Contents, id: string, path: string) =>
    contents.get(id)?.folders.get(path);
  return {
    accounts: () => memory.read((contents) => [...contents.values()].map(({ account }) => account)),
    account: (id) => memory.read((contents) => contents.get(id)?.account ?? null),
    accountNamed: (name, taken = new Set()) =>
      memory.read((contents) => named(contents, name, taken)),
    tree: (id) => memory.read((contents) => contents.get(id)?.tree ?? null),
    folders: (id) =>
      memory.read((contents) =>
        [...(contents.get(id)?.folders.values() ?? [])].map((each) => each.folder),
      ),
    agreedUids: (id, path, fromUid) =>
      memory.read((contents) => {
        const uids = [...(folder(contents, id, path)?.messages.keys() ?? [])];
        return UidSet.of(uids.filter((uid) => uid >= fromUid));
      }),
    agreed: (id, path, uids) =>
      memory.read((contents) => {
        const all = [...(folder(contents, id, path)?.messages.values() ?? [])];
        return columnsOf(all.filter(({ uid }) => uids?.has(uid) ?? true));
      }),
    agreedElsewhere: (id, { names, wireSha256 }) =>
      memory.read((contents) =>
        [...(contents.get(id)?.folders ?? [])].flatMap(([path, { messages }]) =>
          [...messages.values()]
            .filter((each) => names.includes(each.name) || wireSha256.includes(each.wireSha256))
            .map((message) => ({ path, message })),
        ),
      ),
    intents: (id) =>
      memory.read((contents) =>
        [...(contents.get(id)?.folders.values() ?? [])].flatMap(({ intents }) => [
          ...intents.values(),
        ]),
      ),
    former: (id, path) =>
      memory.read((contents) => [...(folder(contents, id, path)?.former.values() ?? [])]),
    troubles: (id, path) =>
      memory.read((contents) => {
        const place = path === null ? contents.get(id) : folder(contents, id, path);
        return [...(place?.troubles.values() ?? [])];
      }),
    maildrop: (id) => memory.read((contents) => contents.get(id)?.maildrop ?? null),
    knownMail: (id) =>
      memory.read((contents) => {
        const mail = [...(contents.get(id)?.mail.values() ?? [])];
        return {
          id: mail.map((each) => each.id),
          status: Uint8Array.from(mail, ({ status }) => mailStatuses.indexOf(status)),
          listedSize: Float64Array.from(mail, ({ listedSize }) => listedSize ?? NaN),
          storedAt: Float64Array.from(mail, ({ storedAt }) => storedAt),
        };
      }),
    mailOf: (id, ids) =>
      memory.read((contents) => {
        const mail = contents.get(id)?.mail ?? new Map<string, KnownMail>();
        return ids.flatMap((each) => mail.get(each) ?? []);
      }),
  };
}

function named(contents: Contents, name: string, taken: ReadonlySet<string>): AccountState | null {
  const accounts = [...contents.values()].map(({ account }) => account);
  return accounts.findLast((account) => account.name === name && !taken.has(account.id)) ?? null;
}

function bound(
  contents: Contents,
  { name, id, freshId }: Binding,
  taken: ReadonlySet<string>,
): AccountState {
  const known = id === undefined ? named(contents, name, taken) : contents.get(id)?.account;
  const bindTo = known?.id ?? id ?? freshId;
  if (known == null && contents.has(bindTo))
    throw new InternalError(`the id ${bindTo} belongs to another account`);
  return beginAccount(contents, bindTo, name);
}

function pass(contents: Contents, { accountId, number }: Fence): void {
  const entry = contents.get(accountId);
  if (entry === undefined) return;
  if (entry.account.fence > number)
    throw new TemporaryError('another posthorn has taken over this account', { code: 'locked' });
  entry.account = { ...entry.account, fence: number };
}

function columnsOf(messages: readonly AgreedMessage[]): AgreedColumns {
  const sorted = messages.toSorted((a, b) => a.uid - b.uid);
  return {
    uid: Uint32Array.from(sorted, ({ uid }) => uid),
    name: sorted.map(({ name }) => name),
    flags: Uint8Array.from(sorted, ({ flags }) => flags),
    keywords: sorted.map(({ keywords }) => keywords.join(' ')),
    modSeq: BigUint64Array.from(sorted, ({ modSeq }) => BigInt(modSeq ?? 0)),
    wireSize: Float64Array.from(sorted, ({ wireSize }) => wireSize),
    wireSha256: Uint8Array.from(
      sorted.flatMap(({ wireSha256 }) => [...Buffer.from(wireSha256, 'hex')]),
    ),
    messageIdHash: BigUint64Array.from(sorted, ({ messageIdHash }) =>
      messageIdHash === null ? 0n : BigInt(`0x${messageIdHash}`),
    ),
    internalDate: Float64Array.from(sorted, ({ internalDate }) => internalDate ?? NaN),
    storedAt: Float64Array.from(sorted, ({ storedAt }) => storedAt),
    status: Uint8Array.from(sorted, ({ status }) => agreedStatuses.indexOf(status)),
  };
}
