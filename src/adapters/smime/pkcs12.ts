/** A certificate with its private key as PKCS#12 (RFC 7292): .p12, .pfx. */

import { X509Certificate } from 'node:crypto';
import { Socket } from 'node:net';
import { createSecureContext, TLSSocket, type SecureContext } from 'node:tls';
import type { PosthornError } from '../../errors.ts';
import type { CertificateFile } from '../../ports/accounts/certificates.ts';
import {
  noCertificate,
  noKey,
  otherKey,
  unreadableNow,
  withoutPassword,
  wrongPassword,
} from './faults.ts';

export function fromPkcs12(given: CertificateFile): X509Certificate {
  const context = opened(given);
  // The one documented way from a PKCS#12 file to its certificate: a connection that would show it.
  const socket = new TLSSocket(new Socket(), { secureContext: context, isServer: true });
  try {
    const certificate = socket.getCertificate();
    if (certificate === null || !('raw' in certificate)) throw noCertificate(given.file);
    return new X509Certificate(certificate.raw as Buffer);
  } finally {
    socket.destroy();
  }
}

/** OpenSSL checks the password, and that key and certificate belong together. */
function opened(given: CertificateFile): SecureContext {
  const { octets, password } = given;
  try {
    const pfx = Buffer.from(octets);
    return createSecureContext({ pfx, ...(password === null ? {} : { passphrase: password }) });
  } catch (cause) {
    throw classified(cause, given);
  }
}

function classified(cause: unknown, { file, password }: CertificateFile): PosthornError {
  const { message = '' } = cause as Error;
  if (/mac verify failure/i.test(message))
    return password === null ? withoutPassword(file, cause) : wrongPassword(file, cause);
  if (/unsupported/i.test(message)) return unreadableNow(file, cause);
  if (/key values mismatch/i.test(message)) return otherKey(file, cause);
  if (/private key/i.test(message)) return noKey(file, cause);
  return noCertificate(file, cause);
}
