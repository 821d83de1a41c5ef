/** Where a secret is to be read from: the configuration holds this, never the secret itself. */

export type SecretRef =
  /** First line of what the command prints. A text goes through `/bin/sh -c`, a list is run as it stands. */
  | { readonly kind: 'command'; readonly command: string | readonly string[] }
  /** An environment variable of the posthorn process. */
  | { readonly kind: 'env'; readonly variable: string }
  /** First line of a file; the path is absolute. */
  | { readonly kind: 'file'; readonly path: string }
  /** Kept by posthorn itself, mode 0600, found by the account's id. */
  | { readonly kind: 'stored' };
