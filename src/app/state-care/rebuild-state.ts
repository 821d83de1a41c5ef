/** `posthorn state rebuild`: makes the state of an account anew, by comparing the mail that is here with the server. */

import { keepsMail, type Account } from '../../core/account/account.ts';
import type { Layout, Settings } from '../../core/account/settings.ts';
import type { AgreedFolder, AgreedMessage } from '../../core/sync/agreed.ts';
import { localPath } from '../../core/sync/folder-name.ts';
import type { RemoteFolder } from '../../core/sync/remote.ts';
import { asPosthornError, ConfigurationError } from '../../errors.ts';
import type { MailboxSession } from '../../ports/receiving/mailbox-source.ts';
import type { MailTree } from '../../ports/receiving/mail-store.ts';
import type { StateChange } from '../../ports/state-store.ts';
import type { BoundAccount } from '../accounts/bind-account.ts';
import { bindForUse } from '../accounts/start-afresh.ts';
import { connectMailbox } from '../log-in.ts';
import type { Neighbours } from '../neighbours.ts';
import { endpointOf } from '../sync/mailbox/gathering/gather-mailbox.ts';
import { identitiesThere, matchFiles } from './match-files.ts';

export interface RebuildOptions {
  readonly settings: Settings;
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

export interface RebuiltFolder {
  readonly remote: string;
  /** Messages that are on the server and here. */
  readonly adopted: number;
  /** Files that are no message of the server, and messages that no file is: the next sync goes by what they hold. */
  readonly here: number;
  readonly there: number;
}

/**
 * Takes the root over, compares, and replaces in one commit what was known of the account's folders; a kill before that leaves
 * all as it was. Nothing is changed on the server or in the mail, and no deletion can come of it: what only one side has is new
 * there. Throws ConfigurationError for accounts whose mail can't be compared, StorageError where the root is another's, or away.
 */
export async function rebuildState(
  account: Account,
  neighbours: Neighbours,
  { settings, waitMs, signal }: RebuildOptions,
): Promise<readonly RebuiltFolder[]> {
  refuseUnfit(account);
  const bound = await bindForUse(account, neighbours);
  const fenceAbove = bound.state.fence;
  const lock = await neighbours.lock.acquire(`account-${bound.id}`, { waitMs, signal, fenceAbove });
  try {
    const tree = await neighbours.store.adopt(account.path, bound.id);
    const session = await connectMailbox(account, bound.id, neighbours, signal);
    try {
      const comparing = new Comparing({
        bound,
        neighbours,
        layout: settings.layout,
        tree,
        session,
        signal,
      });
      const folders = await comparing.compareAll();
      const fence = { accountId: bound.id, number: lock.fence };
      await neighbours.state.commit(await comparing.changes(), 'durable', fence);
      return folders;
    } finally {
      await session.close();
    }
  } finally {
    await lock.release();
  }
}

interface Begun {
  readonly folder: AgreedFolder;
  readonly messages: readonly AgreedMessage[];
}

interface Context {
  readonly bound: BoundAccount;
  readonly neighbours: Neighbours;
  readonly layout: Layout;
  readonly tree: MailTree;
  readonly session: MailboxSession;
  readonly signal: AbortSignal;
}

class Comparing {
  readonly #begun: Begun[] = [];
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  async compareAll(): Promise<RebuiltFolder[]> {
    const { neighbours, bound, layout, tree, session, signal } = this.#context;
    const places = new Set(await tree.folders(layout));
    const known = await neighbours.state.folders(bound.id);
    const before = new Map(known.map((each) => [each.path, each.localPath]));
    const { folders } = await session.folders();
    const rebuilt: RebuiltFolder[] = [];
    for (const remote of folders.filter(({ selectable }) => selectable)) {
      signal.throwIfAborted();
      const path = before.get(remote.path) ?? usualPath(remote, layout);
      if (path !== null && places.has(path)) rebuilt.push(...(await this.#compare(remote, path)));
    }
    return rebuilt;
  }

  /** One that can't be opened is left to the next sync, which tells why. */
  async #compare(remote: RemoteFolder, path: string): Promise<RebuiltFolder[]> {
    try {
      return [await this.#compareOne(remote, path)];
    } catch (thrown) {
      const error = asPosthornError(thrown);
      if (error.reach === 'account' || error.reach === 'program') throw error;
      return [];
    }
  }

  async #compareOne({ path, role }: RemoteFolder, local: string): Promise<RebuiltFolder> {
    const { tree, session, neighbours, bound } = this.#context;
    const open = await session.select(path);
    const { files } = await tree.scan(local);
    const here = await tree.identify(local, [...files.keys()]);
    const there = [...(await identitiesThere(open)).values()];
    const now = neighbours.clock.now();
    const messages = await matchFiles(here, there, files, { tree, localPath: local, open, now });
    const { uidValidity } = open.status;
    const nothing = {
      settledUid: 0,
      uidNext: null,
      exists: null,
      highestModSeq: null,
      stamp: null,
    };
    const endpoint = endpointOf(bound.account);
    const folder = { path, localPath: local, role, endpoint, uidValidity, ...nothing };
    this.#begun.push({ folder, messages });
    const adopted = messages.length;
    return { remote: path, adopted, here: here.length - adopted, there: there.length - adopted };
  }

  async changes(): Promise<readonly StateChange[]> {
    const { bound, neighbours } = this.#context;
    const { id: accountId, account } = bound;
    const known = await neighbours.state.folders(accountId);
    return [
      { kind: 'root', accountId, root: account.path },
      ...known.map(({ path }) => ({ kind: 'folder-forgotten', accountId, path }) as const),
      ...this.#begun.flatMap(({ folder, messages }): StateChange[] => [
        { kind: 'folder-begun', accountId, folder },
        ...(messages.length === 0
          ? []
          : [{ kind: 'messages-agreed', accountId, path: folder.path, messages } as const]),
      ]),
    ];
  }
}

/** Null where no file system takes its name. */
function usualPath({ segments }: RemoteFolder, layout: Layout): string | null {
  try {
    return localPath(segments, layout);
  } catch {
    return null;
  }
}

function refuseUnfit(account: Account): void {
  const { name } = account;
  if (!account.receive || !keepsMail(account))
    throw new ConfigurationError('it keeps no mail here, so there is nothing to rebuild', {
      account: name,
    });
  if (account.type === 'pop3')
    throw new ConfigurationError(
      'the state of a POP3 account can not be made anew: the ids by which its server names messages stand in no file',
      {
        account: name,
        remedy:
          'Nothing was changed. Set its `path` to an empty folder: all that is on the server comes once more, and the old mail stays where it is.',
      },
    );
}
