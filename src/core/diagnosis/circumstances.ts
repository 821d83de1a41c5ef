/** What a diagnosis stands on: the failure, the circumstances that it came up in; and the findings that it is made of. */

import type { Layer } from '../../errors.ts';
import type { AuthMethod, Security } from '../account/account.ts';
import type { SecretRef } from '../account/secret-ref.ts';
import type { Service } from '../discovery/discovery.ts';
import type { Provider } from '../providers/provider.ts';
import type { ConnectionStep } from './connection-step.ts';

/** What stopped it: the parts of an error of ours. `layer` null: nothing was tried on the network. */
export interface Failure {
  readonly layer: Layer | null;
  /** Of the error: `credentials`, `certificate`, `refused`, `temporary`, `timeout`, `configuration` … */
  readonly code: string;
  readonly message: string;
  readonly remedy: string | null;
}

/** What the account says of this server, and how far the connection came. */
export interface Circumstances {
  readonly service: Service;
  readonly host: string;
  readonly port: number;
  readonly security: Security;
  readonly auth: AuthMethod;
  /** Null: without a login. */
  readonly username: string | null;
  /** Sending with name and password of the incoming server. */
  readonly sameLogin: boolean;
  /** Where the password comes from; null where there is none. */
  readonly passwordFrom: SecretRef['kind'] | null;
  /** The account's address. */
  readonly address: string;
  /** Whose server this is, and whose the address is, where that is known. */
  readonly provider: Provider | null;
  readonly addressProvider: Provider | null;
  /** What went well, in order. */
  readonly steps: readonly ConnectionStep[];
}

/** One cause and what to do about it; either may say it all. */
export interface Finding {
  readonly cause?: string | undefined;
  readonly remedy?: string | undefined;
}
