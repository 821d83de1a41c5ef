/** What posthorn knows of a mail provider, and the forms in which the tables write it. */

import type { Security } from '../account/account.ts';

export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  readonly security: Security;
}

/** What the server takes as user name: the whole address, or what stands before the at sign. */
export type UsernameForm = 'address' | 'local';

/**
 * What people must know beyond the servers. `files-sent-itself`: the server puts a copy of what it sent into the sent folder.
 * `bridge`: the servers are a program of the provider on this machine.
 */
export type ProviderNote =
  | 'app-password'
  | 'mail-password'
  | 'enable-imap-first'
  | 'enable-pop3-first'
  | 'oauth-only'
  | 'files-sent-itself'
  | 'paid-only'
  | 'bridge';

export interface Provider {
  /** A word that never changes, for --json. */
  readonly id: string;
  readonly name: string;
  /** Domains of addresses, in small letters; none where the provider only hosts domains of others. */
  readonly domains: readonly string[];
  /** Ends of the names of mail exchangers by which a hosted domain is recognised. */
  readonly mx: readonly string[];
  /** Left out where the provider has none, or where it is not certain. */
  readonly imap?: ServerAddress;
  readonly pop3?: ServerAddress;
  readonly smtp: ServerAddress;
  readonly username: UsernameForm;
  readonly notes: readonly ProviderNote[];
  /** Where the provider itself tells how to fulfil the notes, e.g. how to make an app password. */
  readonly help: string | null;
}

/** A row of a table: domains and exchangers parted by blanks, hosts where the port is the usual one with TLS. */
export interface ProviderRow {
  readonly id: string;
  readonly name: string;
  readonly domains?: string;
  readonly mx?: string;
  readonly imap?: string | ServerAddress;
  readonly pop3?: string | ServerAddress;
  readonly smtp: string | ServerAddress;
  readonly username?: UsernameForm;
  readonly notes?: readonly ProviderNote[];
  readonly help?: string;
}

/** Ports of TLS from the first octet (RFC 8314, section 7.3). */
const tlsPorts = { imap: 993, pop3: 995, smtp: 465 } as const;

export function provider(row: ProviderRow): Provider {
  const { id, name, imap, pop3, smtp } = row;
  return {
    id,
    name,
    domains: words(row.domains),
    mx: words(row.mx),
    ...(imap === undefined ? {} : { imap: address(imap, 'imap') }),
    ...(pop3 === undefined ? {} : { pop3: address(pop3, 'pop3') }),
    smtp: address(smtp, 'smtp'),
    username: row.username ?? 'address',
    notes: row.notes ?? [],
    help: row.help ?? null,
  };
}

export function starttls(host: string, port: number): ServerAddress {
  return { host, port, security: 'starttls' };
}

function address(server: string | ServerAddress, service: keyof typeof tlsPorts): ServerAddress {
  if (typeof server !== 'string') return server;
  return { host: server, port: tlsPorts[service], security: 'tls' };
}

function words(text: string | undefined): string[] {
  return text === undefined ? [] : text.split(' ');
}
