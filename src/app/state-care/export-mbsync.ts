/** `posthorn state export --to mbsync`: gives files the numbers that mbsync reads in names, and writes its state beside them. */

import { keepsMail, type Account } from '../../core/account/account.ts';
import type { Settings } from '../../core/account/settings.ts';
import type { AgreedFolder } from '../../core/sync/agreed.ts';
import { flagsOfBits } from '../../core/sync/flags.ts';
import { remoteSegments } from '../../core/sync/folder-name.ts';
import { KnownMessages } from '../../core/sync/known-messages.ts';
import { ConfigurationError } from '../../errors.ts';
import type { MbsyncBox, MbsyncPair, MbsyncState } from '../../ports/accounts/mbsync-state.ts';
import type { MailTree } from '../../ports/receiving/mail-store.ts';
import { bindAccount } from '../accounts/bind-account.ts';
import type { Neighbours } from '../neighbours.ts';
import { numberFiles, type Numbered } from '../../core/sync/near-uids.ts';

export interface ExportedFolder {
  readonly remote: string;
  /** Absolute directory. */
  readonly path: string;
  /** Messages that mbsync knows then. */
  readonly messages: number;
  /** Files that have another name now. */
  readonly renamed: number;
}

export interface MbsyncExport {
  readonly folders: readonly ExportedFolder[];
  /** Folders that mbsync has no name for. */
  readonly left: readonly { readonly remote: string; readonly why: string }[];
  readonly stanza: string;
}

export interface ExportOptions {
  readonly settings: Settings;
  readonly mbsync: MbsyncState;
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

type Needed = Pick<Neighbours, 'state' | 'store' | 'lock' | 'clock' | 'randomBytes'>;

/** Holds the account's lock. What is written again is the same: a run that was broken off is simply done again. */
export async function exportToMbsync(
  account: Account,
  neighbours: Needed,
  options: ExportOptions,
): Promise<MbsyncExport> {
  refuseUnfit(account);
  const { id, state } = await bindAccount(account, neighbours);
  if (state.root === null) throw neverSynced(account);
  const { waitMs, signal } = options;
  const fenceAbove = state.fence;
  const lock = await neighbours.lock.acquire(`account-${id}`, { waitMs, signal, fenceAbove });
  try {
    const tree = await neighbours.store.open(account.path, id);
    const fence = { accountId: id, number: lock.fence };
    return await new Leaving({ ...options, account, neighbours, tree, fence }).run();
  } finally {
    await lock.release();
  }
}

interface Context extends ExportOptions {
  readonly account: Account;
  readonly neighbours: Needed;
  readonly tree: MailTree;
  readonly fence: { readonly accountId: string; readonly number: number };
}

/** Files renamed at once: a kill costs the names of one part, which the next sync knows again by their content. */
const partSize = 20_000;

class Leaving {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  async run(): Promise<MbsyncExport> {
    const { account, neighbours, tree, settings, mbsync, fence, signal } = this.#context;
    const { layout } = settings;
    const boxes: MbsyncBox[] = [];
    const folders: ExportedFolder[] = [];
    const left: { remote: string; why: string }[] = [];
    for (const folder of await neighbours.state.folders(fence.accountId)) {
      signal.throwIfAborted();
      const box = boxOf(folder, layout);
      if (box === null) left.push({ remote: folder.path, why: noName });
      else {
        folders.push(await this.#folder(folder));
        boxes.push(box);
      }
    }
    if (folders.length === 0) throw neverSynced(account);
    return { folders, left, stanza: mbsync.stanza({ account, root: tree.root, layout, boxes }) };
  }

  async #folder(folder: AgreedFolder): Promise<ExportedFolder> {
    const { tree, neighbours, mbsync, fence } = this.#context;
    const { path, localPath, uidValidity } = folder;
    const directory = tree.directory(localPath);
    const numbering = await mbsync.numbering(directory);
    const known = new KnownMessages(await neighbours.state.agreed(fence.accountId, path));
    const { files } = await tree.scan(localPath);
    const here = entriesHere(known, files);
    const numbered = numberFiles(
      here.map((at) => known.name(at)),
      numbering?.lastUid ?? 0,
    );
    const failed = await this.#rename(folder, known, here, numbered);
    const pairs = here.flatMap((at, index) => pairOf(known, at, numbered[index], failed));
    const lastUid = numbered.reduce(
      (last, { uid }) => Math.max(last, uid),
      numbering?.lastUid ?? 0,
    );
    const validity = numbering?.validity ?? String(Math.floor(neighbours.clock.now() / 1000));
    await mbsync.write(directory, {
      farUidValidity: uidValidity,
      maxPulledUid: await this.#pulledUid(folder),
      near: { validity, lastUid },
      pairs,
    });
    const renamed = numbered.filter(({ base, name }) => name !== base && !failed.has(base)).length;
    return { remote: path, path: directory, messages: pairs.length, renamed };
  }

  /** Below the first message that could not be fetched: mbsync tries it. */
  async #pulledUid({ path, settledUid }: AgreedFolder): Promise<number> {
    const { neighbours, fence } = this.#context;
    const troubles = await neighbours.state.troubles(fence.accountId, path);
    const missing = troubles.filter(({ id, kind }) => id !== '' && kind === 'refused');
    return missing.reduce((least, { id }) => Math.min(least, Number(id) - 1), settledUid);
  }

  /** The file first, then the state: between the two the next sync knows the file again by its content. */
  async #rename(
    { path, localPath }: AgreedFolder,
    known: KnownMessages,
    here: readonly number[],
    numbered: readonly Numbered[],
  ): Promise<ReadonlySet<string>> {
    const { tree, neighbours, fence } = this.#context;
    const { accountId } = fence;
    const failed = new Set<string>();
    const wanted = numbered.flatMap((each, index) => {
      const at = here[index];
      return at === undefined || each.name === each.base ? [] : [{ ...each, far: known.uid(at) }];
    });
    for (let from = 0; from < wanted.length; from += partSize) {
      const part = wanted.slice(from, from + partSize);
      const renamed = await tree.rename(localPath, part);
      const done = part.filter((_, index) => renamed[index] === true);
      for (const { base } of part.filter((_, index) => renamed[index] !== true)) failed.add(base);
      const uid = Uint32Array.from(done, ({ far }) => far);
      const name = done.map((each) => each.name);
      await neighbours.state.commit(
        [{ kind: 'messages-renamed', accountId, path, uid, name }],
        'durable',
        fence,
      );
    }
    return failed;
  }
}

/** Known messages that have a file, ascending by UID. */
function entriesHere(known: KnownMessages, files: ReadonlyMap<string, unknown>): number[] {
  return Array.from(known.columns.uid.keys()).filter(
    (at) => known.isHere(at) && known.isThere(at) && files.has(known.name(at)),
  );
}

function pairOf(
  known: KnownMessages,
  at: number,
  numbered: Numbered | undefined,
  failed: ReadonlySet<string>,
): MbsyncPair[] {
  if (numbered === undefined || failed.has(numbered.base)) return [];
  const isPlaceholder = known.status(at) === 'placeholder';
  return [
    { far: known.uid(at), near: numbered.uid, flags: flagsOfBits(known.flags(at)), isPlaceholder },
  ];
}

/** Null where mbsync would look for the folder in another place. */
function boxOf({ path, localPath }: AgreedFolder, layout: Settings['layout']): MbsyncBox | null {
  const segments = remoteSegments(localPath, layout);
  const far = segments === null ? path : segments.join('/');
  if (layout === 'fs') return { far, near: localPath };
  if (localPath === '') return { far, near: 'INBOX' };
  const near = localPath.slice(1).replaceAll('.', '/');
  return near === 'INBOX' || near.startsWith('INBOX/') ? null : { far, near };
}

const noName = 'mbsync looks for folders below the inbox in another place (SubFolders Maildir++)';

function refuseUnfit(account: Account): void {
  if (account.type === 'pop3')
    throw new ConfigurationError('mbsync knows no POP3', { account: account.name });
  if (!account.receive || !keepsMail(account))
    throw new ConfigurationError('it keeps no mail here', { account: account.name });
}

function neverSynced({ name }: Account): ConfigurationError {
  return new ConfigurationError('it was never synced, so there is nothing to hand over', {
    account: name,
    remedy: `Run: posthorn sync ${name}`,
  });
}
