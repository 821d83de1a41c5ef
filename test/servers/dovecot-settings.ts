/** What a test may ask of its Dovecot, in words that do not depend on Dovecot's version. */
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { Certificate } from './authority.ts';

export type MailFormat = 'maildir' | 'maildir-fs' | 'sdbox';

export interface DovecotSettings {
  /** `maildir` (Maildir++, the default), `maildir-fs` (nested folders) or `sdbox`. */
  format?: MailFormat;
  /** Of folder names, `/` unless given. */
  separator?: '.' | '/';
  /** Sent, Drafts, Trash, Junk and Archive exist for everyone, with their SPECIAL-USE flag (RFC 6154). */
  specialUse?: boolean;
  /**
   * No password in clear without TLS. The server then stands on 127.0.0.2, since Dovecot trusts
   * whoever comes from its own address.
   */
  disablePlaintextAuth?: boolean;
  /** What a UIDL is made of: UID and UIDVALIDITY in hexadecimal (the default), or the file's GUID. */
  pop3Uidl?: 'uid' | 'guid';
  mechanisms?: readonly string[];
  sslMinProtocol?: 'TLSv1.2' | 'TLSv1.3';
  /** Lines for the end of the configuration file, which Dovecot 2.3 and 2.4 both understand. */
  extra?: string;
}

export interface DovecotPorts {
  imap: number;
  imaps: number;
  pop3: number;
  pop3s: number;
  lmtp: number;
}

export interface DovecotPlace extends DovecotSettings {
  folder: string;
  host: string;
  ports: DovecotPorts;
  certificate: Certificate;
}

/** Who owns the mail: Debian's `mail` where we are root, ourselves otherwise. */
export const mailOwner = ((): { uid: number; gid: number } => {
  const { uid, gid } = userInfo();
  return uid === 0 ? { uid: 8, gid: 8 } : { uid, gid };
})();

/** Unix socket on which other servers check passwords. */
export const authSocket = (folder: string): string => join(folder, 'run', 'auth-client');
