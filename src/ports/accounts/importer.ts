/** Configurations of other programs, read as accounts. */

import type { FormerAccount, FormerPlaces } from './former-state.ts';
import type { AccountType, AuthMethod, Security } from '../../core/account/account.ts';
import type {
  Direction,
  OnLocalDelete,
  OnRemoteDelete,
} from '../../core/account/policy/sync-settings.ts';

export type ImportKind =
  'mbsyncrc' | 'offlineimaprc' | 'getmailrc' | 'fetchmailrc' | 'msmtprc' | 'csv';

/** Where a password comes from, as the file of posthorn writes it; never the password itself. */
export type ImportedPassword =
  { command: string | string[] } | { env: string } | { file: string } | { stored: true };

export interface ImportedServer {
  host?: string;
  port?: number;
  security?: Security;
  username?: string;
  password?: ImportedPassword;
  tls?: { ca?: string; fingerprint?: string; cert?: string; key?: string };
}

/** Two-way sync with the keys of the file. */
export interface ImportedSync {
  direction?: Direction;
  /** POP3 has `delete`. */
  onLocalDelete?: OnLocalDelete | 'delete';
  onRemoteDelete?: OnRemoteDelete;
  /** `20M`. */
  maxSize?: string;
  /** `90d`. */
  maxAge?: string;
  folders?: { include?: string[]; exclude?: string[]; subscribed?: boolean };
}

/** An account with the keys of the file. */
export interface ImportedEntry {
  label?: string;
  tags?: string[];
  type?: AccountType;
  enabled?: boolean;
  identity?: { name?: string; organization?: string; address?: string; replyTo?: string };
  incoming?: ImportedServer & {
    auth?: AuthMethod;
    interval?: string;
    idle?: boolean;
    leaveOnServer?: boolean | string;
    maxConnections?: number;
  };
  outgoing?: ImportedServer & {
    auth?: Exclude<AuthMethod, 'apop'>;
    credentials?: 'same' | 'own' | 'none';
  };
  receive?: boolean;
  send?: boolean;
  folders?: { trash?: string };
  sync?: ImportedSync;
  path?: string;
}

export interface ImportedAccount {
  /** What the other program calls it, or undefined where it has no name there. */
  readonly name: string | undefined;
  /** Where it begins in the file, from 1. */
  readonly line: number;
  readonly entry: ImportedEntry;
  /** Passwords that stood in the file in clear; the entry says `{ stored: true }`. */
  readonly secrets: { incoming?: string; outgoing?: string };
}

/** A line that cannot be carried over. `what` never holds a secret. */
export interface LeftOver {
  readonly line: number;
  readonly what: string;
  readonly why: string;
}

export interface Imported {
  readonly accounts: readonly ImportedAccount[];
  readonly leftOver: readonly LeftOver[];
  /** The name, as in `accounts`, of the account that sends unless another is named. */
  readonly defaultAccount?: string | undefined;
}

export interface Importer {
  /** By its name, else by what it says; undefined where neither tells. */
  kindOf(fileName: string, text: string): ImportKind | undefined;
  /** Pure. Throws DataError where the text cannot be of this kind at all. */
  parse(kind: ImportKind, text: string, fileName: string): Imported;
  /**
   * Its accounts with what the program remembers of them, read where it is asked for. ConfigurationError, with the account's line, where
   * the mail lies as no layout of posthorn can say; undefined for programs whose state nobody here can read.
   */
  former(
    kind: ImportKind,
    text: string,
    places: FormerPlaces,
  ): readonly FormerAccount[] | undefined;
}
