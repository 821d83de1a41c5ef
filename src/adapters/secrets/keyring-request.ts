/** What is said to the keyring's process, and what it says. */

export type KeyringRequest =
  | { readonly kind: 'read' | 'remove'; readonly key: string }
  /** `try` removes it again. */
  | { readonly kind: 'write' | 'try'; readonly key: string; readonly secret: string };

export type KeyringReply =
  /** Null: there is none, or none was asked for. */
  | { readonly kind: 'done'; readonly secret: string | null }
  | { readonly kind: 'failed'; readonly why: string }
  | { readonly kind: 'no library' };
