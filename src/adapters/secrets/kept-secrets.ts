/** What both places do in which posthorn keeps passwords itself. Keys are those of keyOf, e.g. `7f3kq2.incoming`. */

import type { StagedSecret } from '../../ports/accounts/secrets.ts';

export interface KeptSecrets {
  read(key: string, signal?: AbortSignal): Promise<string>;
  /** Whether something was put there. */
  holds(key: string): Promise<boolean>;
  /** Whole or not at all, and durable once it resolves. */
  store(key: string, secret: string): Promise<void>;
  /** Makes it durable without touching what the key holds now. */
  stage(key: string, secret: string): Promise<StagedSecret>;
  /** What is not there is no error. */
  drop(key: string): Promise<void>;
}
