/** The options of the configuration that concern all accounts, every default filled in. */

/** `fs`: folders nest as directories (work/INBOX). `maildir++`: the root is the inbox, the others are work/.Sent. */
export type Layout = 'fs' | 'maildir++';

export interface Settings {
  /** Absolute. */
  readonly mailRoot: string;
  readonly layout: Layout;
  /** Failed polls in a row before an account is suspended; 0: never. */
  readonly maxFailures: number;
  /** How long the failures must have lasted as well; 0: at once. */
  readonly suspendAfterMs: number;
  /** Refused logins in a row before an account is suspended. */
  readonly maxLoginFailures: number;
  /** False: the outbox waits for the next sync. */
  readonly sendImmediately: boolean;
  /** False: sent mail is not kept unless an account says `saveSent: true`. */
  readonly saveSent: boolean;
  /** Age at which trashed mail is deleted for good; null: never. */
  readonly trashRetentionMs: number | null;
  /** The collection of configuration files that discovery asks; null: none. */
  readonly ispdb: string | null;
}
