/** Looks at both sides of an IMAP account, only where there is news: what planning starts from. */

import type { Account } from '../../../../core/account/account.ts';
import { isIncluded, policyOf } from '../../../../core/account/policy/folder-policy.ts';
import type { Layout } from '../../../../core/account/settings.ts';
import type { AgreedFolder, AgreedPlace, Intent } from '../../../../core/sync/agreed.ts';
import { localPath } from '../../../../core/sync/folder-name.ts';
import { KnownMessages, noMessages } from '../../../../core/sync/known-messages.ts';
import { continuity } from '../../../../core/sync/plan/continuity.ts';
import { inboxFirst } from '../../../../core/sync/plan/plan-account.ts';
import { hasNews, stateOf } from '../../../../core/sync/plan/plan-folder.ts';
import type {
  AccountView,
  FolderView,
  Keeping,
  LocalNews,
  RemoteNews,
} from '../../../../core/sync/plan/views.ts';
import type { FolderStatus, RemoteFolder } from '../../../../core/sync/remote.ts';
import { UidSet } from '../../../../core/sync/uid-set.ts';
import { asPosthornError, type PosthornError } from '../../../../errors.ts';
import type { MailTree } from '../../../../ports/receiving/mail-store.ts';
import type { StateStore } from '../../../../ports/state-store.ts';
import { gatherHere, type FolderHere, type NewsHere } from './gather-here.ts';
import { arrivalsThere, changesThere, keepingOf, mayHaveChanged } from './gather-there.ts';
import { isAnyGone, levels, nothing, taken } from './looking.ts';
import type { OpenFolders } from '../open-folders.ts';
import { foldersMadeHere, unlistedFolder } from './made-here.ts';
import { takeSample } from './sample.ts';

export interface GatheredMailbox {
  readonly view: AccountView;
  /** Folders that could not be looked at, while others could. */
  readonly failures: ReadonlyMap<string, PosthornError>;
  /** Of the tree, where it is another one than is kept: the next look at it needs to read no directory. */
  readonly treeStamp: string | null;
  /** What deserves a word: Maildir folders that stay here alone. */
  readonly warnings: readonly string[];
}

export interface Gathering {
  readonly account: Account;
  readonly accountId: string;
  readonly layout: Layout;
  readonly state: StateStore;
  readonly folders: OpenFolders;
  /** Null where none was made yet. */
  readonly tree: MailTree | null;
  /** `sync --full`: also files that were left alone are looked at. */
  readonly full: boolean;
  /** The server's list of folders was read whole: what is not in it is not there. */
  readonly isWhole: boolean;
}

/** Whose folders these are: numbers of another server's messages mean nothing here. */
export function endpointOf({ incoming }: Account): string {
  return `${incoming?.username ?? ''}@${incoming?.host.toLowerCase() ?? ''}`;
}

export async function gatherMailbox(
  gathering: Gathering,
  listed: readonly RemoteFolder[],
): Promise<GatheredMailbox> {
  return await new Gatherer(gathering).gather(listed);
}

/** A folder while it is looked at. */
interface Draft {
  readonly base: Omit<FolderView, 'known' | 'there' | 'here' | 'keeping' | 'former'>;
  known: KnownMessages | null;
  former: ReadonlySet<string> | null;
  there: RemoteNews | null;
  here: LocalNews | null;
  keeping: Keeping | null;
}

class Gatherer {
  readonly #gathering: Gathering;
  readonly #failures = new Map<string, PosthornError>();
  readonly #drafts: Draft[] = [];
  readonly #warnings: string[] = [];
  /** Whose each local path is, by the names of the server. */
  readonly #owners = new Map<string, string>();
  #intents: readonly Intent[] = [];

  constructor(gathering: Gathering) {
    this.#gathering = gathering;
  }

  async gather(listed: readonly RemoteFolder[]): Promise<GatheredMailbox> {
    const { state, accountId, tree, layout } = this.#gathering;
    const agreed = new Map((await state.folders(accountId)).map((each) => [each.path, each]));
    for (const each of agreed.values()) this.#own(each.localPath, each.path);
    this.#intents = await state.intents(accountId);
    const included = listed.filter((each) => this.#isIncluded(each));
    for (const remote of included.toSorted((a, b) => inboxFirst({ remote: a }, { remote: b })))
      await this.#contained(remote.path, () => this.#meet(remote, agreed.get(remote.path) ?? null));
    const keptStamp = await state.tree(accountId);
    const survey = tree === null ? null : await tree.survey(layout, keptStamp);
    const here = new Set(survey?.folders);
    if (this.#gathering.isWhole) {
      await this.#meetGone(listed, agreed);
      await this.#meetMadeHere(here, listed, agreed);
    }
    const foldersHere = this.#drafts.flatMap((each) => this.#folderHere(each, here));
    const news: NewsHere = tree === null ? new Map() : await gatherHere(tree, foldersHere);
    for (const draft of this.#drafts) draft.here = news.get(draft.base.localPath) ?? null;
    for (const draft of this.#drafts)
      await this.#contained(draft.base.remote.path, () => this.#lookThere(draft));
    await this.#lookForArrivals(news);
    const folders = this.#drafts.filter(({ base }) => !this.#failures.has(base.remote.path));
    const view = { folders: folders.map(viewOf), elsewhere: await this.#elsewhere(news) };
    const treeStamp = survey === null || survey.stamp === keptStamp ? null : survey.stamp;
    return { view, failures: this.#failures, warnings: this.#warnings, treeStamp };
  }

  async #contained(path: string, work: () => Promise<void>): Promise<void> {
    if (this.#failures.has(path)) return;
    try {
      await work();
    } catch (thrown) {
      const error = asPosthornError(thrown);
      if (error.reach === 'account' || error.reach === 'program') throw error;
      this.#failures.set(path, error);
    }
  }

  /** The first one has it: who that is. */
  #own(path: string, name: string): string {
    const owner = this.#owners.get(path) ?? name;
    this.#owners.set(path, owner);
    return owner;
  }

  #isIncluded(remote: RemoteFolder): boolean {
    const { account } = this.#gathering;
    const subscribed = remote.subscribed ?? true;
    return remote.selectable && isIncluded(account.sync.folders, { ...remote, subscribed });
  }

  async #meet(remote: RemoteFolder, agreed: AgreedFolder | null): Promise<void> {
    const { layout, account, state, accountId } = this.#gathering;
    // A name that no file system takes stops its folder alone.
    const path = agreed?.localPath ?? localPath(remote.segments, layout);
    const owner = this.#own(path, remote.path);
    if (owner !== remote.path) throw taken(remote.path, owner);
    const status = await this.#statusOf(remote, agreed);
    const troubles = agreed === null ? [] : await state.troubles(accountId, remote.path);
    const sample = await this.#sampleOf(agreed, status);
    const endpoint = endpointOf(account);
    const draft = this.#draft(remote, { isListed: true, localPath: path, agreed, status });
    this.#drafts.push({ ...draft, base: { ...draft.base, troubles, sample, endpoint } });
  }

  #draft(
    remote: RemoteFolder,
    more: Pick<FolderView, 'isListed' | 'localPath' | 'agreed' | 'status'>,
  ): Draft {
    const { account } = this.#gathering;
    const intents = this.#intents.filter(({ path }) => path === remote.path);
    const policy = policyOf(account.sync, remote);
    const endpoint = endpointOf(account);
    const base = { remote, ...more, endpoint, troubles: [], intents, sample: null, policy };
    return { base, known: null, former: null, there: null, here: null, keeping: null };
  }

  /** Known folders that the server does not list at all: one that is left out by choice stays as it is. */
  async #meetGone(
    listed: readonly RemoteFolder[],
    agreed: ReadonlyMap<string, AgreedFolder>,
  ): Promise<void> {
    const { delimiter } = await this.#gathering.folders.session();
    const paths = new Set(listed.map(({ path }) => path));
    for (const folder of agreed.values()) {
      if (paths.has(folder.path)) continue;
      const remote = unlistedFolder(folder.path, levels(folder.path, delimiter), folder.role);
      if (!this.#isIncluded(remote)) continue;
      const { localPath } = folder;
      const draft = this.#draft(remote, {
        isListed: false,
        localPath,
        agreed: folder,
        status: nothing,
      });
      this.#drafts.push(draft);
    }
  }

  async #meetMadeHere(
    here: ReadonlySet<string>,
    listed: readonly RemoteFolder[],
    agreed: ReadonlyMap<string, AgreedFolder>,
  ): Promise<void> {
    const { layout, folders } = this.#gathering;
    const known = new Set([...agreed.values()].map((each) => each.localPath));
    for (const { base } of this.#drafts) known.add(base.localPath);
    const made = [...here].filter((each) => !known.has(each));
    if (made.length === 0) return;
    const { folders: found, warnings } = await foldersMadeHere(await folders.session(), {
      ...{ unknown: made, layout, listed: new Set(listed.map(({ path }) => path)) },
      isIncluded: (remote) => this.#isIncluded(remote),
    });
    this.#warnings.push(...warnings);
    for (const { remote, localPath } of found) {
      const place = { isListed: false, localPath, agreed: null, status: nothing };
      this.#drafts.push(this.#draft(remote, place));
    }
  }

  /** A folder that was never synced and is not here has nothing to be looked at. */
  #folderHere(draft: Draft, here: ReadonlySet<string>): FolderHere[] {
    const { agreed, localPath, policy, intents } = draft.base;
    const isAskedFor = this.#gathering.full && intents.length > 0;
    const isThere = here.has(localPath);
    if (agreed === null && !isThere) return [];
    return [
      {
        localPath,
        stamp: isAskedFor ? null : (agreed?.stamp ?? null),
        isThere,
        known: () => this.#known(draft),
        former: () => this.#former(draft),
        wantsNewcomers: agreed === null || policy.direction !== 'pull',
      },
    ];
  }

  async #known(draft: Draft): Promise<KnownMessages> {
    const { state, accountId } = this.#gathering;
    const { agreed } = draft.base;
    if (agreed === null) return noMessages;
    draft.known ??= new KnownMessages(await state.agreed(accountId, agreed.path));
    return draft.known;
  }

  async #former(draft: Draft): Promise<ReadonlySet<string>> {
    const { state, accountId } = this.#gathering;
    const { agreed } = draft.base;
    if (agreed === null) return new Set();
    const former = await state.former(accountId, agreed.path);
    draft.former ??= new Set(former.map(({ name }) => name));
    return draft.former;
  }

  /** Where STATUS leaves something out, or says that the folder is another one, the folder is opened: that has the last word. */
  async #statusOf(
    { path, status }: RemoteFolder,
    agreed: AgreedFolder | null,
  ): Promise<FolderStatus> {
    const { folders, account } = this.#gathering;
    const told = status ?? (await (await folders.session()).status(path));
    const isWhole = told.uidValidity !== null && told.uidNext !== null;
    const isAnother =
      agreed !== null && continuity(agreed, endpointOf(account), told).kind === 'broken';
    return isWhole && !isAnother ? told : (await folders.reading(path)).status;
  }

  /**
   * What the messages of the server look like under the newest known numbers; null where nothing calls for a look: where nothing
   * is new, and the numbers agree. A server that was restored gives numbers anew, and may have passed ours by the next poll.
   */
  async #sampleOf(agreed: AgreedFolder | null, status: FolderStatus) {
    const { state, accountId, folders, account } = this.#gathering;
    if (agreed === null || agreed.settledUid === 0) return null;
    const { kind } = continuity(agreed, endpointOf(account), status);
    const calls = kind === 'unproven' || (kind === 'same' && hasNews(agreed, status));
    return calls ? await takeSample(state, accountId, folders, agreed) : null;
  }

  async #lookThere(draft: Draft): Promise<void> {
    const { agreed, remote, status, policy, troubles } = draft.base;
    const { kind } = stateOf(viewOf(draft));
    if (kind === 'anew') await this.#known(draft);
    if (kind === 'gone') {
      const known = await this.#known(draft);
      draft.there = { ...noNews, vanished: known.uidsThere() };
    }
    if (agreed === null || kind !== 'same') return;
    const isChanged = mayHaveChanged(agreed, status);
    if (!isChanged && draft.here === null) return;
    const { folders } = this.#gathering;
    const messages = await this.#known(draft);
    if (policy.direction === 'pull') {
      if (isChanged)
        draft.there = await changesThere(await folders.reading(remote.path), {
          agreed,
          messages,
          troubles,
        });
      return;
    }
    const open = await folders.writable(remote.path);
    draft.keeping = keepingOf(open.permanent);
    if (isChanged) draft.there = await changesThere(open, { agreed, messages, troubles });
  }

  /** What is new there has to be known before it is fetched where it may be something that was moved, or that is here already. */
  async #lookForArrivals(news: NewsHere): Promise<void> {
    const someVanished = this.#drafts.some(({ there }) => there?.vanished.isEmpty === false);
    const someGoneHere = this.#drafts.some(({ here, known }) => isAnyGone(here, known));
    for (const draft of this.#drafts) {
      const { base } = draft;
      const isNew = (news.get(base.localPath)?.identities.size ?? 0) > 0;
      const { kind } = stateOf(viewOf(draft));
      const isAnew = kind === 'anew';
      const isTrash = someGoneHere && base.remote.role === 'trash';
      const calls = someVanished || isNew || isAnew || isTrash || base.intents.length > 0;
      if (!base.isListed || !calls) continue;
      const from = kind === 'same' ? (base.agreed?.settledUid ?? 0) + 1 : 1;
      if (base.status.exists === 0 || (base.status.uidNext ?? Infinity) <= from) continue;
      await this.#contained(base.remote.path, async () => {
        const open = await this.#gathering.folders.reading(base.remote.path);
        const arrivals = await arrivalsThere(open, from);
        // Nothing else was looked at: that it is complete says nothing of known messages.
        draft.there = { ...(draft.there ?? { ...noNews, isComplete: false }), arrivals };
      });
    }
  }

  async #elsewhere(news: NewsHere): Promise<readonly AgreedPlace[]> {
    const newcomers = [...news.values()].flatMap(({ identities }) => [...identities.values()]);
    if (newcomers.length === 0) return [];
    const { state, accountId } = this.#gathering;
    const wireSha256 = newcomers.map((each) => each.wireSha256);
    return await state.agreedElsewhere(accountId, { names: [], wireSha256 });
  }
}

const noNews: RemoteNews = {
  changed: new Map(),
  vanished: UidSet.empty,
  strays: UidSet.empty,
  arrivals: null,
  isComplete: true,
};

function viewOf({ base, known, former, there, here, keeping }: Draft): FolderView {
  const messages = known ?? noMessages;
  return { ...base, known: messages, former: former ?? new Set(), there, here, keeping };
}
