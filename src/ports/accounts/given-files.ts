/** Files that people name for an account: signatures, templates, certificates. Read as they are, within limits. */

export interface GivenFiles {
  /**
   * The whole file. Throws ConfigurationError where it is missing or no regular file, StorageError where it may not or can't
   * be read, DataError where it is longer than `limit` octets.
   */
  octets(path: string, limit: number): Promise<Buffer>;
  /** The same as text, a byte order mark taken off. DataError where it is no UTF-8, or holds NUL. */
  text(path: string, limit: number): Promise<string>;
}
