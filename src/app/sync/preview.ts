/** `sync --dry-run`: gathers and decides as a sync does, and does nothing. */

import { keepsMail, type Account } from '../../core/account/account.ts';
import type { Settings } from '../../core/account/settings.ts';
import { knownById, planDeletions, planMaildrop } from '../../core/maildrop/plan-maildrop.ts';
import { isDue } from '../../core/outbox/plan-outbox.ts';
import type { HeldFolder, Operation } from '../../core/sync/plan/operation.ts';
import { planAccount } from '../../core/sync/plan/plan-account.ts';
import type { RemoteFolder } from '../../core/sync/remote.ts';
import { missingSystemFolders } from '../../core/sync/system-folders.ts';
import { asPosthornError, ConfigurationError, type PosthornError } from '../../errors.ts';
import type { MailboxSession } from '../../ports/receiving/mailbox-source.ts';
import { lookUpState } from '../accounts/bind-account.ts';
import { connectMailbox, connectMaildrop } from '../log-in.ts';
import type { Neighbours } from '../neighbours.ts';
import { gatherMailbox } from './mailbox/gathering/gather-mailbox.ts';
import { OpenFolders } from './mailbox/open-folders.ts';
import { syncPolicy } from './receive.ts';
import { ReconnectingSession } from './reconnecting-session.ts';
import { maildropPath } from './maildrop/retrieve-mail.ts';
import { requireNoPause } from './sync-account.ts';
import { gatherMaildrop } from './maildrop/sync-maildrop.ts';

/** One thing that a sync would do now. */
export type PlannedStep =
  | { readonly step: 'send'; readonly id: string; readonly subject: string }
  | { readonly step: 'create-folder'; readonly folder: string }
  | { readonly step: 'begin-folder'; readonly folder: string; readonly localPath: string }
  | { readonly step: 'assign-role'; readonly folder: string; readonly role: string | null }
  /** It is, or is again, the folder that is known. */
  | { readonly step: 'note-server'; readonly folder: string }
  | { readonly step: 'take-afresh'; readonly folder: string; readonly reason: string }
  | { readonly step: 'fetch'; readonly folder: string; readonly messages: number }
  | {
      readonly step: 'fetch-again';
      readonly folder: string;
      readonly id: string;
      readonly reason: string;
    }
  | {
      readonly step:
        | 'adopt'
        | 'move-on-server'
        | 'copy-on-server'
        | 'move-here'
        | 'flag'
        | 'upload'
        | 'delete-on-server'
        | 'delete-here'
        | 'keep';
      readonly folder: string;
      readonly messages: number;
    }
  | { readonly step: 'delete-folder'; readonly folder: string; readonly side: 'here' | 'there' };

export interface AccountPreview {
  readonly account: string;
  readonly skipped: 'disabled' | 'suspended' | null;
  /** Why it is suspended. */
  readonly suspended: string | null;
  readonly steps: readonly PlannedStep[];
  readonly held: readonly Pick<HeldFolder, 'path' | 'reason'>[];
  readonly warnings: readonly string[];
  readonly error: PosthornError | null;
}

export interface PreviewOptions {
  readonly settings: Settings;
  readonly send: boolean;
  readonly receive: boolean;
  readonly full: boolean;
  readonly acceptDeletions: boolean;
  readonly signal: AbortSignal;
}

type Held = Pick<HeldFolder, 'path' | 'reason'>;
type Found = { steps: PlannedStep[]; held: Held[]; warnings: string[] };

/** Never throws; takes no lock, commits nothing, makes nothing. */
export async function previewSync(
  account: Account,
  neighbours: Neighbours,
  options: PreviewOptions,
): Promise<AccountPreview> {
  const found: Found = { steps: [], held: [], warnings: [] };
  const preview = {
    ...{ account: account.name, skipped: null, suspended: null },
    ...found,
    error: null,
  };
  if (!account.enabled) return { ...preview, skipped: 'disabled' };
  try {
    const state = await lookUpState(neighbours.state, account);
    const suspended = state?.suspended?.why ?? null;
    if (suspended !== null) return { ...preview, skipped: 'suspended', suspended };
    const id = state?.id ?? account.id ?? '';
    if (options.send && account.send) await previewOutbox(id, neighbours, found);
    if (options.receive && account.receive && keepsMail(account)) {
      if (state !== null) requireNoPause({ state }, neighbours);
      await requireRoot(account, id, state?.root ?? null, neighbours);
      await previewReceiving(account, id, neighbours, options, found);
    }
    return preview;
  } catch (thrown) {
    const error = asPosthornError(thrown);
    error.account ??= account.name;
    return { ...preview, error };
  }
}

/** What a sync would find of its mail folder before it asks the server. */
async function requireRoot(
  { path, name }: Account,
  id: string,
  root: string | null,
  { store, roots }: Neighbours,
): Promise<void> {
  if (root !== null) await store.open(path, id);
  else if (!(await roots.isFresh(path)))
    throw new ConfigurationError(`the mail folder ${path} already holds something`, {
      remedy: `Set its \`path\` to an empty folder: posthorn account edit ${name} --path DIR`,
    });
}

async function previewOutbox(
  id: string,
  { outbox, clock }: Neighbours,
  found: Found,
): Promise<void> {
  const now = clock.now();
  for (const entry of (await outbox.list()).entries)
    if (entry.accountId === id && isDue(entry, now))
      found.steps.push({ step: 'send', id: entry.id, subject: entry.subject });
}

async function previewReceiving(
  account: Account,
  id: string,
  neighbours: Neighbours,
  options: PreviewOptions,
  found: Found,
): Promise<void> {
  if (account.type === 'pop3') return previewMaildrop(account, id, neighbours, options, found);
  const sessions = new ReconnectingSession(() =>
    connectMailbox(account, id, neighbours, options.signal),
  );
  try {
    await previewMailbox(account, id, neighbours, options, sessions, found);
  } finally {
    await sessions.close();
  }
}

async function previewMailbox(
  account: Account,
  accountId: string,
  { state, store }: Neighbours,
  options: PreviewOptions,
  sessions: ReconnectingSession<MailboxSession>,
  found: Found,
): Promise<void> {
  const session = await sessions.current();
  const { folders: listed, warnings } = await session.folders();
  found.warnings.push(...warnings);
  found.steps.push(...(await missing(session, account, listed)));
  const folders = new OpenFolders(sessions);
  const hasRoot = ((await state.account(accountId))?.root ?? null) !== null;
  const tree = hasRoot ? await store.open(account.path, accountId) : null;
  const {
    full,
    settings: { layout },
  } = options;
  const isWhole = warnings.length === 0;
  const gathering = { account, accountId, layout, state, folders, tree, full, isWhole };
  const { view, failures, warnings: told } = await gatherMailbox(gathering, listed);
  found.warnings.push(...told);
  for (const [path, { message }] of failures) found.held.push({ path, reason: message });
  const { operations, held } = planAccount(view, syncPolicy(options));
  found.held.push(...held);
  for (const operation of operations) {
    const step = await described(operation, accountId, state, folders);
    if (step !== null && (step.step !== 'fetch' || step.messages > 0)) found.steps.push(step);
  }
}

async function missing(
  session: MailboxSession,
  account: Account,
  folders: readonly RemoteFolder[],
): Promise<PlannedStep[]> {
  if (account.incoming?.createSystemFolders !== true) return [];
  const prefix = await session.personalPrefix();
  return missingSystemFolders(folders, account.folders, prefix).map(({ path: folder }) => ({
    step: 'create-folder',
    folder,
  }));
}

async function described(
  operation: Operation,
  accountId: string,
  state: Neighbours['state'],
  folders: OpenFolders,
): Promise<PlannedStep | null> {
  const { path: folder } = operation;
  switch (operation.kind) {
    case 'begin-folder':
      return { step: 'begin-folder', folder, localPath: operation.folder.localPath };
    case 'assign-role':
      return { step: 'assign-role', folder, role: operation.role };
    case 'release':
    case 'note-endpoint':
      return { step: 'note-server', folder };
    case 'renumber':
      return { step: 'take-afresh', folder, reason: operation.reason };
    case 'fetch': {
      const { uid, trouble } = operation;
      const reason = trouble?.reason ?? 'it was changed there after it was deleted here';
      return { step: 'fetch-again', folder, id: String(uid), reason };
    }
    case 'fetch-range': {
      const { uids } = await (await folders.reading(folder)).uids(operation.from);
      const agreed = await state.agreedUids(accountId, folder, operation.from);
      const isAfresh = operation.from === 1;
      return { step: 'fetch', folder, messages: (isAfresh ? uids : uids.without(agreed)).size };
    }
    case 'make-folder':
      return { step: 'create-folder', folder };
    case 'delete-folder':
      return { step: 'delete-folder', folder, side: operation.side };
    // What only the state learns.
    case 'rename':
    case 'forget':
    case 'forget-folder':
      return null;
    default:
      return counted(operation);
  }
}

type Counted = Extract<
  Operation,
  { readonly items: readonly unknown[] } | { kind: 'delete-remote' | 'keep' }
>;

function counted(operation: Exclude<Counted, { kind: 'rename' }>): PlannedStep {
  const { kind, path } = operation;
  const messages = 'items' in operation ? operation.items.length : operation.uids.length;
  const isTransfer = kind === 'move-remote' || kind === 'copy-remote';
  return { step: steps[kind], folder: isTransfer ? operation.to : path, messages };
}

const steps = {
  adopt: 'adopt',
  'move-remote': 'move-on-server',
  'copy-remote': 'copy-on-server',
  'move-local': 'move-here',
  'merge-flags': 'flag',
  upload: 'upload',
  'delete-remote': 'delete-on-server',
  'delete-local': 'delete-here',
  keep: 'keep',
} as const;

async function previewMaildrop(
  account: Account,
  accountId: string,
  neighbours: Neighbours,
  options: PreviewOptions,
  found: Found,
): Promise<void> {
  const session = await connectMaildrop(account, accountId, neighbours, options.signal);
  try {
    const view = await gatherMaildrop({ account, accountId, neighbours }, session);
    const fetches = planMaildrop(view, syncPolicy(options)).filter(({ kind }) => kind === 'fetch');
    const folder = maildropPath;
    if (fetches.length > 0) found.steps.push({ step: 'fetch', folder, messages: fetches.length });
    const leave = account.incoming?.leaveOnServer ?? true;
    const known = knownById(await neighbours.state.knownMail(accountId));
    const due = planDeletions(view.listing, known, leave, neighbours.clock.now()).length;
    const fresh = leave === false ? fetches.length : 0;
    if (due + fresh > 0)
      found.steps.push({ step: 'delete-on-server', folder, messages: due + fresh });
  } finally {
    await session.close();
  }
}
