/** What stays the same for everything that is done while one account is received. */

import type { Account } from '../../core/account/account.ts';
import type { Settings } from '../../core/account/settings.ts';
import type { SyncPolicy } from '../../core/sync/plan/plan-account.ts';
import type { MailTree } from '../../ports/receiving/mail-store.ts';
import type { Durability, Fence, StateChange } from '../../ports/state-store.ts';
import type { Neighbours } from '../neighbours.ts';
import type { FolderReport } from './report.ts';

export interface AccountRun {
  readonly account: Account;
  readonly accountId: string;
  readonly settings: Settings;
  readonly tree: MailTree;
  readonly neighbours: Pick<Neighbours, 'state' | 'clock'>;
  readonly policy: SyncPolicy;
  /** Of the account's lock: a commit without it could undo what a later holder has done. */
  readonly fence: Fence;
  /** Aborted where the poll is to end. */
  readonly signal: AbortSignal;
  /** Called once it is known what a folder has ahead, and after each durable point. */
  readonly progress: (report: FolderReport) => void;
}

type OfAccount<C> = C extends StateChange & { readonly accountId: string }
  ? Omit<C, 'accountId'>
  : never;

/** Changes of this account, which need not name it. */
export async function commit(
  { neighbours, accountId, fence }: AccountRun,
  changes: readonly OfAccount<StateChange>[],
  durability: Durability,
): Promise<void> {
  if (changes.length === 0) return;
  const named = changes.map((change) => ({ ...change, accountId }) as StateChange);
  await neighbours.state.commit(named, durability, fence);
}
