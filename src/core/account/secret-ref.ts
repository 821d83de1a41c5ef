/** Where a secret is to be read from: the configuration holds this, never the secret itself. */

export type SecretRef =
  /** First line of what the command prints. A text goes through `/bin/sh -c`, a list is run as it stands. */
  | { readonly kind: 'command'; readonly command: string | readonly string[] }
  /** An environment variable of the posthorn process. */
  | { readonly kind: 'env'; readonly variable: string }
  /** First line of a file; the path is absolute. */
  | { readonly kind: 'file'; readonly path: string }
  /** First line of a file that systemd hands to the service: `$CREDENTIALS_DIRECTORY/NAME` (systemd.exec(5)). */
  | { readonly kind: 'credential'; readonly name: string }
  /** Kept in the keyring of the desktop session, found by the account's id. */
  | { readonly kind: 'keyring' }
  /** Kept by posthorn itself, mode 0600, found by the account's id. */
  | { readonly kind: 'stored' };

/** Where posthorn itself keeps a password: `{stored: true}` or `{keyring: true}`. */
export type SecretPlace = 'file' | 'keyring';

/** Null: it comes from where posthorn only reads. */
export function placeOf(ref: SecretRef | undefined): SecretPlace | null {
  if (ref?.kind === 'stored') return 'file';
  return ref?.kind === 'keyring' ? 'keyring' : null;
}

/** How a configuration refers to what is kept in `place`. */
export function refTo(place: SecretPlace): SecretRef {
  return { kind: place === 'keyring' ? 'keyring' : 'stored' };
}
