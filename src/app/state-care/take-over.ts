/** `account import --with-state`: what another program remembers becomes what is agreed, as far as server and Maildir bear it out. */

import type { Account } from '../../core/account/account.ts';
import type { Settings } from '../../core/account/settings.ts';
import type { AgreedFolder, AgreedMessage } from '../../core/sync/agreed.ts';
import { flagBits } from '../../core/sync/flags.ts';
import type { RemoteFolder } from '../../core/sync/remote.ts';
import { UidSet } from '../../core/sync/uid-set.ts';
import { asPosthornError, ConfigurationError } from '../../errors.ts';
import type { FormerAccount, FormerFolder, FormerPair } from '../../ports/accounts/former-state.ts';
import type {
  MailboxSession,
  OpenFolder,
  RemoteIdentity,
} from '../../ports/receiving/mailbox-source.ts';
import type { LocalIdentity, MailTree } from '../../ports/receiving/mail-store.ts';
import type { StateChange } from '../../ports/state-store.ts';
import { bindAccount } from '../accounts/bind-account.ts';
import { connectMailbox } from '../log-in.ts';
import type { Neighbours } from '../neighbours.ts';
import { endpointOf } from '../sync/mailbox/gather-mailbox.ts';

export interface TakenFolder {
  readonly remote: string;
  /** Messages that are agreed now. */
  readonly messages: number;
  /** Pairs that server or Maildir contradict: the first sync compares or fetches those messages. */
  readonly doubtful: number;
}

export interface TakenOver {
  readonly folders: readonly TakenFolder[];
  /** Folders that begin without a state: the first sync compares them. */
  readonly left: readonly { readonly remote: string; readonly why: string }[];
}

export interface TakeOverOptions {
  readonly settings: Settings;
  readonly signal: AbortSignal;
}

/**
 * The root is taken over first; all the rest is one commit, so that after a kill a sync refuses and names `state rebuild`. Nothing
 * is changed on the server or in the mail. Throws ConfigurationError where the account has a state already.
 */
export async function takeOver(
  account: Account,
  former: FormerAccount,
  neighbours: Neighbours,
  { settings, signal }: TakeOverOptions,
): Promise<TakenOver> {
  const { id, state } = await bindAccount(account, neighbours);
  if (state.root !== null) throw hasState(account);
  const lock = await neighbours.lock.acquire(`account-${id}`, { signal, fenceAbove: state.fence });
  try {
    const session = await connectMailbox(account, id, neighbours, signal);
    try {
      const tree = await neighbours.store.adopt(account.path, id);
      const fence = { accountId: id, number: lock.fence };
      const places = new Set(await tree.folders(settings.layout));
      const taking = {
        account,
        former,
        tree,
        session,
        places,
        now: neighbours.clock.now(),
        signal,
      };
      const { taken, changes } = await new Taking(taking).run();
      const named = changes.map((change) => ({ ...change, accountId: id }) as StateChange);
      const root = { kind: 'root', accountId: id, root: account.path } as const;
      await neighbours.state.commit([...named, root], 'durable', fence);
      return taken;
    } finally {
      await session.close();
    }
  } finally {
    await lock.release();
  }
}

interface Context {
  readonly account: Account;
  readonly former: FormerAccount;
  readonly tree: MailTree;
  readonly session: MailboxSession;
  /** Local paths of the folders that are there. */
  readonly places: ReadonlySet<string>;
  readonly now: number;
  readonly signal: AbortSignal;
}

type Change =
  | { readonly kind: 'folder-begun'; readonly folder: AgreedFolder }
  | {
      readonly kind: 'messages-agreed';
      readonly path: string;
      readonly messages: readonly AgreedMessage[];
    };

class Taking {
  readonly #context: Context;
  readonly #folders: TakenFolder[] = [];
  readonly #left: { remote: string; why: string }[] = [];
  readonly #changes: Change[] = [];

  constructor(context: Context) {
    this.#context = context;
  }

  async run(): Promise<{ taken: TakenOver; changes: readonly Change[] }> {
    const { session, signal } = this.#context;
    const { folders } = await session.folders();
    for (const remote of folders.filter(({ selectable }) => selectable)) {
      signal.throwIfAborted();
      try {
        await this.#take(remote);
      } catch (thrown) {
        const error = asPosthornError(thrown);
        if (error.reach === 'account' || error.reach === 'program') throw error;
        this.#left.push({ remote: remote.path, why: error.message });
      }
    }
    return { taken: { folders: this.#folders, left: this.#left }, changes: this.#changes };
  }

  async #take(remote: RemoteFolder): Promise<void> {
    const { former, tree, session, places } = this.#context;
    const found = await former.folder(remote.segments, tree.root);
    if (found === null) return;
    const { localPath } = found;
    if (localPath === null || !places.has(localPath))
      return this.#leave(
        remote,
        `its mail lies in ${found.directory}, where posthorn looks for no folder`,
      );
    const open = await session.select(remote.path);
    const fault = faultOf(found, open);
    // Its place is kept all the same: the layout may look for the folder elsewhere, and take this one for another.
    const bearing = fault === null ? found : { ...found, pairs: [], settledUid: 0 };
    if (fault !== null) this.#leave(remote, fault);
    const { messages, doubtful } = await this.#match(bearing, localPath, open);
    const { uidValidity } = open.status;
    const folder = this.#begun(remote, localPath, { ...bearing, uidValidity }, doubtful);
    this.#changes.push({ kind: 'folder-begun', folder });
    if (messages.length > 0)
      this.#changes.push({ kind: 'messages-agreed', path: remote.path, messages });
    this.#folders.push({
      remote: remote.path,
      messages: messages.length,
      doubtful: doubtful.length,
    });
  }

  #leave({ path }: RemoteFolder, why: string): void {
    this.#left.push({ remote: path, why });
  }

  /** Settled below the first message that has to be looked at again; flags are compared at the first sync, since no MODSEQ is known. */
  #begun(
    { path, role }: RemoteFolder,
    localPath: string,
    { uidValidity, settledUid }: FormerFolder,
    doubtful: readonly FormerPair[],
  ): AgreedFolder {
    const first = doubtful.reduce((least, { uid }) => Math.min(least, uid), Infinity);
    return {
      ...{ path, localPath, role, endpoint: endpointOf(this.#context.account), uidValidity },
      settledUid: Math.min(settledUid, first - 1),
      ...{ uidNext: null, exists: null, highestModSeq: null, stamp: null },
    };
  }

  async #match(
    { pairs, fileUid }: FormerFolder,
    localPath: string,
    open: OpenFolder,
  ): Promise<{ messages: AgreedMessage[]; doubtful: FormerPair[] }> {
    const { tree, now } = this.#context;
    const { files } = await tree.scan(localPath);
    const byUid = filesByUid(files.keys(), fileUid);
    const bases = pairs.flatMap((pair) => byUid.get(pair.fileUid ?? 0) ?? []);
    const here = new Map(
      (await tree.identify(localPath, bases)).map((identity) => [identity.base, identity]),
    );
    const there = await identities(open, pairs);
    const messages: AgreedMessage[] = [];
    const doubtful: FormerPair[] = [];
    for (const pair of pairs) {
      const file = here.get(byUid.get(pair.fileUid ?? 0) ?? '');
      const message = agreedOf(pair, file, there.get(pair.uid), now);
      if (message !== null) messages.push(message);
      else if (there.has(pair.uid)) doubtful.push(pair);
    }
    messages.sort((one, other) => one.uid - other.uid);
    return { messages, doubtful };
  }
}

function faultOf({ uidValidity, pairs }: FormerFolder, { status }: OpenFolder): string | null {
  if (status.uidValidity !== uidValidity)
    return 'the server has numbered it anew since; the first sync compares what is there with what is here';
  const last = pairs.reduce((most, { uid }) => Math.max(most, uid), 0);
  if (status.uidNext !== null && last >= status.uidNext)
    return 'the state tells of messages that the server never had; the first sync compares what is there with what is here';
  return null;
}

/** A number that two files have says nothing: one of them was moved here under its former name. */
function filesByUid(
  bases: Iterable<string>,
  fileUid: (base: string) => number | null,
): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  const twice = new Set<number>();
  for (const base of bases) {
    const uid = fileUid(base);
    if (uid === null) continue;
    if (found.has(uid)) twice.add(uid);
    found.set(uid, base);
  }
  for (const uid of twice) found.delete(uid);
  return found;
}

async function identities(
  open: OpenFolder,
  pairs: readonly FormerPair[],
): Promise<ReadonlyMap<number, RemoteIdentity>> {
  const found = new Map<number, RemoteIdentity>();
  if (pairs.length === 0 || open.status.exists === 0) return found;
  for await (const page of open.identify(UidSet.of(pairs.map(({ uid }) => uid))))
    for (const identity of page) found.set(identity.facts.uid, identity);
  return found;
}

/** Null where nothing can be agreed of it. What is gone on the server alone stays agreed: the first sync sees a deletion there. */
function agreedOf(
  { uid, fileUid, flags, isPlaceholder }: FormerPair,
  file: LocalIdentity | undefined,
  message: RemoteIdentity | undefined,
  now: number,
): AgreedMessage | null {
  const shared = { uid, flags: flagBits(flags), keywords: [], modSeq: null, storedAt: now };
  if (fileUid === null)
    return message === undefined
      ? null
      : { ...shared, ...blank, ...factsOf(message), status: 'there-alone' };
  if (file === undefined) return null;
  if (message !== undefined && !isPlaceholder && !isSame(file, message)) return null;
  const { base: name, wireSize, wireSha256, messageIdHash } = file;
  const internalDate = message?.facts.internalDate ?? file.internalDate;
  const status = isPlaceholder ? 'placeholder' : 'both';
  return { ...shared, name, wireSize, wireSha256, messageIdHash, internalDate, status };
}

const blank = { name: '', wireSha256: '0'.repeat(64) };

function factsOf({ facts, messageIdHash }: RemoteIdentity) {
  return { wireSize: facts.size ?? 0, messageIdHash, internalDate: facts.internalDate };
}

/** By Message-ID; without one on either side by size. */
function isSame(file: LocalIdentity, { messageIdHash, facts }: RemoteIdentity): boolean {
  if (file.messageIdHash !== messageIdHash) return false;
  return messageIdHash !== null || facts.size === null || facts.size === file.wireSize;
}

function hasState({ name }: Account): ConfigurationError {
  return new ConfigurationError('posthorn has a state of it already', {
    account: name,
    remedy:
      'Nothing was taken over. Where its mail is not as it should be, run posthorn state rebuild.',
  });
}
