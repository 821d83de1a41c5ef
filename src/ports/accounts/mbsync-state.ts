/** What mbsync (isync 1.4 and later) remembers of its folders, written beside the mail so that it goes on where posthorn ends. */

import type { Account } from '../../core/account/account.ts';
import type { Layout } from '../../core/account/settings.ts';
import type { Flag } from '../../core/sync/flags.ts';

/** How the files of a Maildir folder are numbered (`,U=n` in their names): `.uidvalidity` in the folder. */
export interface NearNumbering {
  /** UIDVALIDITY of the near side, in decimal. */
  readonly validity: string;
  readonly lastUid: number;
}

export interface MbsyncPair {
  readonly far: number;
  readonly near: number;
  /** As both sides had them last. */
  readonly flags: readonly Flag[];
  /** Here stands a placeholder of it. */
  readonly isPlaceholder: boolean;
}

export interface MbsyncFolder {
  readonly farUidValidity: string;
  readonly maxPulledUid: number;
  readonly near: NearNumbering;
  /** Ascending by far UID. */
  readonly pairs: readonly MbsyncPair[];
}

export interface MbsyncBox {
  /** The server's name, its levels parted by `/`. */
  readonly far: string;
  /** As the MaildirStore calls it. */
  readonly near: string;
}

export interface MbsyncSetting {
  readonly account: Account;
  readonly root: string;
  readonly layout: Layout;
  readonly boxes: readonly MbsyncBox[];
}

export interface MbsyncState {
  /** Null where mbsync never numbered the folder. ConfigurationError where a run of it is under way there, or was broken off. */
  numbering(directory: string): Promise<NearNumbering | null>;
  /** Durably, `.uidvalidity` before `.mbsyncstate`; each is the old file or the new one at any time. */
  write(directory: string, folder: MbsyncFolder): Promise<void>;
  /** Sections for an mbsyncrc; no password stands in them. */
  stanza(setting: MbsyncSetting): string;
}
