/** An account as the rest of the program sees it: defaults merged, every default filled in, every path absolute. */
import type { AccessList } from './access-list.ts';
import type { SyncSettings } from './policy/sync-settings.ts';
import type { Rule } from './rule.ts';
import type { SecretRef } from './secret-ref.ts';

export type AccountType = 'imap' | 'pop3';

/** `tls`: from the first byte. `starttls`: upgraded before anything else is said, or not at all. `none`: in clear. */
export type Security = 'tls' | 'starttls' | 'none';

/** SASL mechanisms in lower case, the POP3 command APOP, and `auto`: what fits the server and the encryption (wire/sasl). */
export type AuthMethod =
  | 'auto'
  | 'plain'
  | 'login'
  | 'apop'
  | 'cram-md5'
  | 'scram-sha-1'
  | 'scram-sha-256'
  | 'xoauth2'
  | 'oauthbearer'
  | 'external';

export type FolderRole = 'inbox' | 'sent' | 'drafts' | 'trash' | 'spam' | 'archive';

export interface Identity {
  /** Display name in From. */
  readonly name?: string | undefined;
  /** Organization header. */
  readonly organization?: string | undefined;
  readonly address: string;
  readonly replyTo?: string | undefined;
}

export interface TlsSettings {
  /** PEM file of authorities trusted instead of the system's; absolute. */
  readonly ca?: string | undefined;
  /** SHA-256 of the server's certificate: 64 lower-case hex digits without colons. */
  readonly fingerprint?: string | undefined;
  /** PEM file of the client certificate; absolute; always together with `key`. */
  readonly cert?: string | undefined;
  /** PEM file of the client's private key; absolute. */
  readonly key?: string | undefined;
}

/** What both servers need to be reached. */
export interface ServerEndpoint {
  /** Host name or IP address; IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  readonly security: Security;
  readonly auth: AuthMethod;
  /** A plain password may leave in clear beyond loopback. */
  readonly allowInsecure: boolean;
  readonly tls: TlsSettings;
}

/** POP3: keep everything on the server, delete once safely stored, or delete so long after it was stored. */
export type LeaveOnServer = true | false | { readonly afterMs: number };

export interface IncomingServer extends ServerEndpoint {
  readonly username: string;
  readonly password?: SecretRef | undefined;
  /** Time between two polls; null: never by itself. */
  readonly intervalMs: number | null;
  /** IMAP: wait for news where the server can. Always false for POP3. */
  readonly idle: boolean;
  /** Always true for IMAP. */
  readonly leaveOnServer: LeaveOnServer;
  /** False: read live from the server, never stored here. Always true for POP3. */
  readonly backgroundSync: boolean;
  /** Make the folders of the roles sent, drafts, trash and spam where the server has none. Always false for POP3. */
  readonly createSystemFolders: boolean;
  /** Connections at once, from 1 to 20. Always 1 for POP3: a maildrop is locked by its session (RFC 1939, section 4). */
  readonly maxConnections: number;
}

export interface OutgoingServer extends ServerEndpoint {
  /** How `username` and `password` below came about; `same` is already carried out. */
  readonly credentials: 'same' | 'own' | 'none';
  /** Absent with `credentials: none`. */
  readonly username?: string | undefined;
  readonly password?: SecretRef | undefined;
  /** With `own`: only the name was given here, the password is that of the incoming server. */
  readonly sharesPassword?: boolean | undefined;
}

/** Plain text under new messages; with neither file nor text there is none. */
export interface Signature {
  /** Absolute; UTF-8. */
  readonly file?: string | undefined;
  readonly text?: string | undefined;
  /** Also under replies and forwarded messages. */
  readonly onReply: boolean;
}

/** An S/MIME certificate with its private key. */
export interface EmailCertificate {
  /** PEM or PKCS#12; absolute. */
  readonly file: string;
  readonly password?: SecretRef | undefined;
}

export interface Account {
  /** NAME: the key in the file, what people type. */
  readonly name: string;
  /** Six characters that never change; undefined where the file has none: the state then binds one to NAME. */
  readonly id?: string | undefined;
  readonly label: string;
  readonly tags: readonly string[];
  readonly type: AccountType;
  readonly enabled: boolean;
  readonly identity: Identity;
  /** Always there when `receive` is true. */
  readonly incoming?: IncomingServer | undefined;
  /** Always there when `send` is true. */
  readonly outgoing?: OutgoingServer | undefined;
  readonly receive: boolean;
  readonly send: boolean;
  /** `auto`: kept, unless the provider files it itself. False where the options say that sent mail is not kept. */
  readonly saveSent: 'auto' | true | false;
  /** The account's Maildir root; absolute. */
  readonly path: string;
  readonly sync: SyncSettings;
  /** Remote names of folders that were assigned to a role by hand. */
  readonly folders: Readonly<Partial<Record<FolderRole, string | undefined>>>;
  readonly signature: Signature;
  /** Text file that new messages start from; absolute. Never together with a signature's file or text. */
  readonly template?: string | undefined;
  readonly certificate?: EmailCertificate | undefined;
  /** Undefined: the owner alone. */
  readonly access?: AccessList | undefined;
  readonly rules: readonly Rule[];
}

/** Whether its mail is stored here; where not, it is read live from the server. */
export function keepsMail({ incoming }: Account): boolean {
  return incoming?.backgroundSync ?? true;
}
