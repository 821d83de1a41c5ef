/** The root of an account's Maildir tree as a whole: looked at before an account is made or renamed, removed when it is purged. */

export interface MailRoots {
  /** Whether a root with this account's marker stands there; false for another's and for none. Disk errors: StorageError. */
  isOurs(root: string, accountId: string): Promise<boolean>;
  /** Whether a first sync may make its tree there: no mail lies below it, and no account's marker stands in it. Disk errors: StorageError. */
  isFresh(root: string): Promise<boolean>;
  /**
   * Removes the Maildir folders below the root, then the marker, then what is empty. What is no mail stays and is counted.
   * Nothing where there is no root; StorageError where it is not this account's.
   */
  purge(root: string, accountId: string): Promise<{ readonly left: number }>;
}
