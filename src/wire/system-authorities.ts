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
  for (const place of [env['SSL_CERT_FILE'], ...places]) {
    const pem = pemOf(place);
    if (pem !== '') return pem;
  }
  return rootCertificates.join('\n');
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
