/** The way to an account's servers as a fingerprint: what failed on one way says nothing about another. */

import type { Account, ServerEndpoint } from './account.ts';
import type { SecretRef } from './secret-ref.ts';

export function wayIn({ type, incoming }: Account): string {
  return fingerprint(incoming === undefined ? [] : [type, ...wayTo(incoming)]);
}

export function wayOut({ outgoing }: Account): string {
  return fingerprint(outgoing === undefined ? [] : [outgoing.credentials, ...wayTo(outgoing)]);
}

/** Whether failures were counted on another way; undefined where none were, or by a posthorn that did not remember the way. */
export function isAnotherWay(counted: string | undefined, way: string): boolean {
  return counted !== undefined && counted !== way;
}

interface Login {
  readonly username?: string | undefined;
  readonly password?: SecretRef | undefined;
}

/** Where the password comes from, not the password: a file with other content is the same way. */
function wayTo(server: ServerEndpoint & Login): readonly unknown[] {
  const { host, port, security, auth, allowInsecure, tls, username, password } = server;
  return [
    host,
    port,
    security,
    auth,
    allowInsecure,
    Object.entries(tls).sort(),
    username,
    password,
  ];
}

const offset = 0xcbf29ce484222325n;
const prime = 0x100000001b3n;

/** FNV-1a over UTF-16 units, 64 bits: tells changes apart, and gives away none of the words that a command line may hold. */
function fingerprint(parts: readonly unknown[]): string {
  let hash = offset;
  const text = JSON.stringify(parts);
  for (let at = 0; at < text.length; at += 1)
    hash = BigInt.asUintN(64, (hash ^ BigInt(text.charCodeAt(at))) * prime);
  return hash.toString(16).padStart(16, '0');
}
