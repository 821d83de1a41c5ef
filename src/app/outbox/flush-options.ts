/** How an outbox is flushed. */

import type { Settings } from '../../core/account/settings.ts';

export interface FlushOptions {
  readonly settings: Settings;
  readonly waitMs: number;
  readonly signal: AbortSignal;
  /** Entries to try now, due or not; all that are due where left out. */
  readonly only?: ReadonlySet<string>;
  /** Called once no other process sends for the account, before the queue is looked at. */
  readonly onLocked?: () => Promise<void>;
}
