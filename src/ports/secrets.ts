/** Passwords: read where the account says they are, kept where posthorn was told to keep them. */

import type { SecretRef } from '../core/secret-ref.ts';

/** Whose secret it is. */
export interface SecretOwner {
  readonly accountId: string;
  /** The server that it logs in to, or the e-mail certificate that it opens. */
  readonly server: 'incoming' | 'outgoing' | 'certificate';
}

export interface Secrets {
  /**
   * Reads a secret; one trailing line end is taken off. Throws CredentialsError where it is not there for good (variable unset,
   * file missing, nothing stored), TemporaryError (75) where it can't be read now (the command fails or does not end within its deadline).
   */
  read(ref: SecretRef, owner: SecretOwner, signal?: AbortSignal): Promise<string>;
  /** Keeps a secret for `{stored: true}`: a file of mode 0600, written durably. */
  store(owner: SecretOwner, secret: string): Promise<void>;
  /** Forgets every stored secret of the account; what is not there is no error. */
  forget(accountId: string): Promise<void>;
}
