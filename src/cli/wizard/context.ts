/** What the steps of the wizard have at hand beside the draft; the command joins the real things. */

import type { Discovered } from '../../app/discovery/discover.ts';
import type { AccountTest } from '../../app/account-test/account-test.ts';
import type { Account } from '../../core/account/account.ts';
import type { Service } from '../../core/discovery/discovery.ts';
import type { KeyringState } from '../../ports/accounts/secrets.ts';
import type { Draft } from './draft.ts';
import type { Questions } from './questions.ts';

export interface Wizard {
  readonly questions: Questions;
  /** Where relative paths start that a person types. */
  readonly cwd: string;
  readonly keyring: () => Promise<KeyringState>;
  /** Null where nothing is to be looked for. */
  readonly discover: (address: string, services: readonly Service[]) => Promise<Discovered | null>;
  /** The account as it would be loaded. ConfigurationError where the draft does not hold. */
  readonly load: (draft: Draft) => Promise<Account>;
  /** Looks at the files that the account names, and at the mail that it has. Throws where it could not be saved so. */
  readonly check: (draft: Draft, account: Account) => Promise<void>;
  /** Logs in to both servers, shows each step, and prints what came of it. Never throws but at the end of the run. */
  readonly test: (draft: Draft, account: Account) => Promise<AccountTest>;
  /** SHA-256 of the certificate that the server shows, for a person who knows it to be the right one; null: none came. */
  readonly certificate: (account: Account, side: 'incoming' | 'outgoing') => Promise<string | null>;
  /** Names of the access lists of the file. */
  readonly accessLists: readonly string[];
  readonly takenNames: ReadonlySet<string>;
}
