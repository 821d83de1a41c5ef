/** What can be wrong with the file of a certificate. */

import { CredentialsError, DataError } from '../../errors.ts';

const reach = 'account';

export function noCertificate(file: string, cause?: unknown): DataError {
  return new DataError(`the certificate file ${file} holds no certificate`, {
    cause,
    reach,
    remedy: 'Name a PEM file with certificate and private key, or a PKCS#12 file (.p12, .pfx).',
  });
}

export function noKey(file: string, cause?: unknown): DataError {
  return new DataError(`the certificate file ${file} holds no private key that can be read`, {
    cause,
    reach,
    remedy:
      'Put the private key into the same file: cat certificate.pem key.pem > both.pem, or export both as PKCS#12.',
  });
}

export function otherKey(file: string, cause?: unknown): DataError {
  return new DataError(`the private key in ${file} belongs to another certificate`, {
    cause,
    reach,
    remedy: 'Put the key that the certificate was made with into the file.',
  });
}

export function withoutPassword(file: string, cause?: unknown): CredentialsError {
  return new CredentialsError(
    `the certificate file ${file} is encrypted, and no password is set for it`,
    {
      cause,
      remedy: 'Say where its password comes from: --certificate-password-file and its like.',
    },
  );
}

export function wrongPassword(file: string, cause: unknown): CredentialsError {
  return new CredentialsError(`the password of the certificate file ${file} is wrong`, {
    cause,
    remedy: 'Set the one that the file was made with: --certificate-password-file and its like.',
  });
}

/** OpenSSL 3 reads RC2 and the other ciphers of old programs no more. */
export function unreadableNow(file: string, cause: unknown): DataError {
  return new DataError(
    `the certificate file ${file} is encrypted in an old way (RC2) that OpenSSL 3 no longer reads`,
    {
      cause,
      reach,
      remedy: `Convert it once: openssl pkcs12 -legacy -in ${file} -out both.pem, then name both.pem.`,
    },
  );
}
