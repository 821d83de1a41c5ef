/** What queueing a message asks of the configuration. */

import type { Account } from '../account/account.ts';
import type { Settings } from '../account/settings.ts';

export type SendingAccount = Pick<
  Account,
  'name' | 'id' | 'identity' | 'send' | 'enabled' | 'saveSent'
>;

export interface Senders {
  readonly settings: Pick<Settings, 'saveSent' | 'sendImmediately'>;
  /** By NAME, in the order of the file. */
  readonly accounts: ReadonlyMap<string, SendingAccount>;
  readonly defaultAccount?: string | undefined;
}
