/** `account import --with-state`: what another program remembers becomes what is agreed, as far as server and Maildir bear it out. */

import type { Account } from '../../core/account/account.ts';
import type { Settings } from '../../core/account/settings.ts';
import type { AgreedFolder, AgreedMessage } from '../../core/sync/agreed.ts';
import { flagBits } from '../../core/sync/flags.ts';
import type { RemoteFolder } from '../../core/sync/remote.ts';
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
import { agreedOf, identitiesThere, isSame, matchFiles } from './match-files.ts';
import { endpointOf } from '../sync/mailbox/gathering/gather-mailbox.ts';

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
  /** Local paths that are a folder's already. */
  readonly #taken = new Set<string>();

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
    if (localPath === null || !places.has(localPath) || this.#taken.has(localPath))
      return this.#leave(
        remote,
        `its mail lies in ${found.directory}, where posthorn looks for no folder`,
      );
    this.#taken.add(localPath);
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

  /** What the pairs leave open – files without a number, wrong numbers – is told by what it is. */
  async #match(
    { pairs, fileUid }: FormerFolder,
    localPath: string,
    open: OpenFolder,
  ): Promise<{ messages: AgreedMessage[]; doubtful: FormerPair[] }> {
    const { tree, now } = this.#context;
    const { files } = await tree.scan(localPath);
    const byUid = filesByUid(files.keys(), fileUid);
    const here = new Map(
      (await tree.identify(localPath, [...files.keys()])).map((each) => [each.base, each]),
    );
    const there = await identitiesThere(open);
    const messages: AgreedMessage[] = [];
    for (const pair of pairs) {
      const file = here.get(byUid.get(pair.fileUid ?? 0) ?? '');
      const message = there.get(pair.uid);
      const isTrue =
        file === undefined ||
        message === undefined ||
        pair.isPlaceholder ||
        (await isSame(file, message, { tree, localPath }, open));
      const agreed = isTrue ? pairAgreed(pair, file, message, now) : null;
      if (agreed === null) continue;
      messages.push(agreed);
      here.delete(agreed.name);
      there.delete(agreed.uid);
    }
    const context = { tree, localPath, open, now };
    messages.push(...(await matchFiles([...here.values()], [...there.values()], files, context)));
    messages.sort((one, other) => one.uid - other.uid);
    const known = new Set(messages.map(({ uid }) => uid));
    const doubtful = pairs.filter(({ uid }) => there.has(uid) && !known.has(uid));
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

/** Null where nothing can be agreed of it. What is gone on the server alone stays agreed: the first sync sees a deletion there. */
function pairAgreed(
  { uid, fileUid, flags, isPlaceholder }: FormerPair,
  file: LocalIdentity | undefined,
  message: RemoteIdentity | undefined,
  now: number,
): AgreedMessage | null {
  const bits = flagBits(flags);
  if (fileUid === null)
    return message === undefined
      ? null
      : { ...agreedOf(message, noFile, bits, now), status: 'there-alone' };
  if (file === undefined) return null;
  const { messageIdHash, wireSize: size, internalDate } = file;
  const gone = { facts: { ...noFacts, uid, size, internalDate }, messageIdHash };
  const agreed = agreedOf(message ?? gone, file, bits, now);
  return isPlaceholder ? { ...agreed, status: 'placeholder' } : agreed;
}

const noFacts = { flags: [], keywords: [], modSeq: null };

const noFile: LocalIdentity = {
  base: '',
  wireSize: 0,
  wireSha256: '0'.repeat(64),
  messageIdHash: null,
  messageId: null,
  internalDate: 0,
};

function hasState({ name }: Account): ConfigurationError {
  return new ConfigurationError('posthorn has a state of it already', {
    account: name,
    remedy:
      'Nothing was taken over. Where its mail is not as it should be, run posthorn state rebuild.',
  });
}
