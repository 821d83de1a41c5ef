/** The servers of an account, and how it logs in there, as fingerprints: what failed at one says nothing about another. */

import type { Account, ServerEndpoint } from './account.ts';
import type { SecretRef } from './secret-ref.ts';

export function incomingFingerprint({ type, incoming }: Account): string {
  return fingerprint(incoming === undefined ? [] : [type, ...endpointParts(incoming)]);
}

export function outgoingFingerprint({ outgoing }: Account): string {
  return fingerprint(
    outgoing === undefined ? [] : [outgoing.credentials, ...endpointParts(outgoing)],
  );
}

/** Whether failures were counted at another endpoint; undefined where none were, or by a posthorn that did not note it. */
export function isOtherEndpoint(counted: string | undefined, current: string): boolean {
  return counted !== undefined && counted !== current;
}

interface Login {
  readonly username?: string | undefined;
  readonly password?: SecretRef | undefined;
}

/** Where the password comes from, not the password: a file with other content is the same endpoint. */
function endpointParts(server: ServerEndpoint & Login): readonly unknown[] {
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
