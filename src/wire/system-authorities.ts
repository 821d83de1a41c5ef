/** The certificate authorities that this machine trusts, read once. */

import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';

/** Where Debian, Red Hat, SUSE, Alpine and the BSDs keep the bundle; OpenSSL's own variable comes first. */
const places = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

let known: string | undefined;

/** PEM. Node's own list stands in where the machine has none; NODE_EXTRA_CA_CERTS adds to either. */
export function systemAuthorities(env: NodeJS.ProcessEnv = process.env): string {
  known ??= [firstBundle(env), pemOf(env['NODE_EXTRA_CA_CERTS'])].join('\n');
  return known;
}

function firstBundle(env: NodeJS.ProcessEnv): string {
  const file = authoritiesFile(env);
  return file === null ? rootCertificates.join('\n') : pemOf(file);
}

/** The bundle of this machine; null where it has none. */
export function authoritiesFile(env: NodeJS.ProcessEnv): string | null {
  return [env['SSL_CERT_FILE'], ...places].find((place) => pemOf(place) !== '') ?? null;
}

function pemOf(path: string | undefined): string {
  if (path === undefined || path === '') return '';
  try {
    const text = readFileSync(path, 'latin1');
    return text.includes('-----BEGIN CERTIFICATE-----') ? text : '';
  } catch {
    // Not here: the next place may have it.
    return '';
  }
}
