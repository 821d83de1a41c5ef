/** A certificate with its private key as PEM (RFC 7468). */

import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import type { CertificateFile } from '../../ports/accounts/certificates.ts';
import { noCertificate, noKey, otherKey, wrongPassword, withoutPassword } from './faults.ts';

const block = /-----BEGIN ([A-Z0-9 ]+)-----[^]*?-----END \1-----/g;

export function isPem(octets: Uint8Array): boolean {
  return Buffer.from(octets).includes('-----BEGIN ');
}

/** Of several certificates – the chain may stand there too – the one that the private key belongs to. */
export function fromPem({ file, octets, password }: CertificateFile): X509Certificate {
  const blocks = [...Buffer.from(octets).toString('latin1').matchAll(block)];
  const ofKind = (wanted: (label: string) => boolean): string[] =>
    blocks.filter(([, label = '']) => wanted(label)).map(([text]) => text);
  const found = ofKind((label) => /^(?:X509 |TRUSTED )?CERTIFICATE$/.test(label)).map((text) =>
    parsed(text, file),
  );
  if (found.length === 0) throw noCertificate(file);
  const [keyText] = ofKind((label) => label.endsWith('PRIVATE KEY'));
  if (keyText === undefined) throw noKey(file);
  const key = privateKey(keyText, password, file);
  const own = found.find((certificate) => certificate.checkPrivateKey(key));
  if (own === undefined) throw otherKey(file);
  return own;
}

function parsed(text: string, file: string): X509Certificate {
  try {
    return new X509Certificate(text);
  } catch (cause) {
    throw noCertificate(file, cause);
  }
}

/** RFC 1421 writes "Proc-Type: 4,ENCRYPTED" into the block, RFC 5958 into its label. */
function privateKey(text: string, password: string | null, file: string): KeyObject {
  const encrypted = text.includes('ENCRYPTED');
  if (encrypted && password === null) throw withoutPassword(file);
  try {
    return createPrivateKey(password === null ? text : { key: text, passphrase: password });
  } catch (cause) {
    if (encrypted) throw wrongPassword(file, cause);
    throw noKey(file, cause);
  }
}
