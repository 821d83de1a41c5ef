/** A folder of a server in memory that is open for writing. */

import { allFlags } from '../../src/core/sync/flags.ts';
import type { UidSet } from '../../src/core/sync/uid-set.ts';
import { CredentialsError } from '../../src/errors.ts';
import type {
  FlagNames,
  PermanentFlags,
  StoreRequest,
  Transferred,
  WritableFolder,
} from '../../src/ports/receiving/mailbox-source.ts';
import { MemoryOpenFolder, modSeqOf, uidOf } from './memory-open-folder.ts';
import type { ServedFolder } from './served-folder.ts';
import type { ServedMessage } from './served-mail.ts';

export class MemoryWritableFolder extends MemoryOpenFolder implements WritableFolder {
  get readOnly(): boolean {
    return this.open.folder.readOnly;
  }

  get permanent(): PermanentFlags {
    return { flags: allFlags, keywords: this.open.folder.permanentKeywords ?? 'any' };
  }

  async store(requests: readonly StoreRequest[]): Promise<ReadonlyMap<number, string>> {
    const { session, folder } = this.open;
    const modSeqs = new Map<number, string>();
    for (const { uids, add, remove } of requests) {
      await this.#askForWriting(`store ${uids.toString()}`);
      const [more, less] = [this.#kept(add), this.#kept(remove)];
      if ([more, less].every(isNothing)) continue;
      const changed = folder.change(within(uids), (message) => changedBy(message, more, less));
      if (session.server.can.condstore)
        for (const message of changed) modSeqs.set(uidOf(message), String(modSeqOf(message)));
      await session.done('store');
    }
    return modSeqs;
  }

  /** One by one: a server that breaks off may have moved a part of them (RFC 6851, section 3.3). */
  async move(uids: UidSet, to: string): Promise<Transferred> {
    const { session, folder } = this.open;
    const { move, uidPlus } = session.server.can;
    await this.#askForWriting(`move ${uids.toString()}`);
    const target = session.existing(to);
    if (!move) {
      const pairs = await this.#copyAll(uids, target);
      const copied = uidPlus ? within(pairs) : within(uids);
      return { ...this.#told(pairs, target), source: await this.#expunge(copied) };
    }
    const pairs = new Map<number, number>();
    for (const message of folder.messages.filter(within(uids))) {
      pairs.set(uidOf(message), uidOf(target.add(withoutId(message))));
      folder.remove(({ id }) => id === message.id);
      await session.done('move');
    }
    return { ...this.#told(pairs, target), source: 'gone' };
  }

  async copy(uids: UidSet, to: string): Promise<Transferred> {
    await this.#askForWriting(`copy ${uids.toString()}`);
    const target = this.open.session.existing(to);
    return { ...this.#told(await this.#copyAll(uids, target), target), source: 'copied' };
  }

  async expunge(uids: UidSet): Promise<'gone' | 'marked'> {
    await this.#askForWriting(`expunge ${uids.toString()}`);
    return await this.#expunge(within(uids));
  }

  async #copyAll(uids: UidSet, target: ServedFolder): Promise<Map<number, number>> {
    const { session, folder } = this.open;
    const pairs = folder.messages
      .filter(within(uids))
      .map((message) => [uidOf(message), uidOf(target.add(withoutId(message)))] as const);
    await session.done('copy');
    return new Map(pairs);
  }

  async #expunge(isMeant: (message: ServedMessage) => boolean): Promise<'gone' | 'marked'> {
    const { session, folder } = this.open;
    const mark: FlagNames = { flags: ['T'], keywords: [] };
    folder.change(isMeant, (message) => changedBy(message, mark, { flags: [], keywords: [] }));
    await session.done('mark');
    if (!session.server.can.uidPlus) return 'marked';
    session.server.deleted.push(...folder.messages.filter(isMeant).map(({ text }) => text));
    folder.remove(isMeant);
    await session.done('expunge');
    return 'gone';
  }

  #told(
    pairs: ReadonlyMap<number, number>,
    { uidValidity }: ServedFolder,
  ): Pick<Transferred, 'uids' | 'uidValidity'> {
    const { can, faults } = this.open.session.server;
    // What can't be right is found out by the adapter.
    if (!can.uidPlus || pairs.size === 0 || faults.tellsWrongUids)
      return { uids: null, uidValidity: null };
    return { uids: pairs, uidValidity };
  }

  #kept({ flags, keywords }: FlagNames): FlagNames {
    const known = this.open.folder.permanentKeywords?.map((name) => name.toLowerCase());
    const isKept = (name: string): boolean =>
      /^[^\x00-\x20\x7f-\u{10ffff}(){%*"\\\]]+$/u.test(name) &&
      (known?.includes(name.toLowerCase()) ?? true);
    return { flags, keywords: keywords.filter(isKept) };
  }

  async #askForWriting(what: string): Promise<void> {
    await this.ask(what);
    if (this.readOnly)
      throw new CredentialsError('the server lets nobody change it', { reach: 'folder' });
  }
}

function within(uids: { has(uid: number): boolean }): (message: ServedMessage) => boolean {
  return (message) => uids.has(uidOf(message));
}

function withoutId({ id: _id, modSeq: _modSeq, ...message }: ServedMessage) {
  return message;
}

function isNothing({ flags, keywords }: FlagNames): boolean {
  return flags.length === 0 && keywords.length === 0;
}

function changedBy(
  { flags, keywords = [] }: ServedMessage,
  add: FlagNames,
  remove: FlagNames,
): Partial<ServedMessage> {
  const wanted = new Set([...flags, ...add.flags].filter((flag) => !remove.flags.includes(flag)));
  const gone = new Set(remove.keywords.map((name) => name.toLowerCase()));
  const names = new Map([...add.keywords, ...keywords].map((name) => [name.toLowerCase(), name]));
  for (const name of gone) names.delete(name);
  return {
    flags: allFlags.filter((flag) => wanted.has(flag)),
    keywords: [...names.values()].sort(),
  };
}
