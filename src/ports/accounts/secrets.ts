/** Passwords: read where the account says they are, kept where posthorn was told to keep them. */

import type { SecretPlace, SecretRef } from '../../core/account/secret-ref.ts';

/** Whose secret it is. */
export interface SecretOwner {
  readonly accountId: string;
  /** The server that it logs in to, or the e-mail certificate that it opens. */
  readonly server: 'incoming' | 'outgoing' | 'certificate';
}

/** Whether a keyring really keeps what it is given. */
export interface KeyringState {
  readonly answers: boolean;
  /** Why not, to stand after a colon: `it is locked`. Null where it answers. */
  readonly why: string | null;
}

/** A secret that is durable already, but not read yet: what stood in its place before is still there. */
export interface StagedSecret {
  /** Puts it in its place, whole or not at all. */
  keep(): Promise<void>;
  /** Forgets it; never throws. */
  drop(): Promise<void>;
}

export interface Secrets {
  /**
   * Reads a secret; one trailing line end is taken off. Throws CredentialsError where it is not there for good (variable unset,
   * file missing, nothing stored), TemporaryError (75) where it can't be read now: the command fails or does not end within its
   * deadline, no keyring answers, systemd hands over no such credential.
   */
  read(ref: SecretRef, owner: SecretOwner, signal?: AbortSignal): Promise<string>;
  /**
   * Keeps a secret for `{stored: true}` (`file`: mode 0600, written durably) or `{keyring: true}`. What the other place holds is
   * left alone. Throws StorageError, or TemporaryError where no keyring answers.
   */
  store(owner: SecretOwner, secret: string, place: SecretPlace): Promise<void>;
  /** The same in two steps, for a secret that replaces another one. */
  stage(owner: SecretOwner, secret: string, place: SecretPlace): Promise<StagedSecret>;
  /** Whether posthorn put something there for it; asks no keyring. */
  holds(owner: SecretOwner, place: SecretPlace): Promise<boolean>;
  /** Forgets one secret in one place; what is not there is no error. */
  drop(owner: SecretOwner, place: SecretPlace): Promise<void>;
  /**
   * Forgets every secret of the account, in both places; what is not there is no error. Asks the keyring only where posthorn put
   * something there. Throws TemporaryError where that cannot be reached, after all else is forgotten.
   */
  forget(accountId: string): Promise<void>;
  /** Writes, reads and removes a random entry; never throws. Without an answer within the deadline (default: 2 seconds): no. */
  keyringState(deadlineMs?: number): Promise<KeyringState>;
}
