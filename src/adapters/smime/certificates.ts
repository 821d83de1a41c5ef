/** The certificates port: facts of an e-mail certificate, whichever way it is packed. */

import type { X509Certificate } from 'node:crypto';
import { domainToASCII } from 'node:url';
import type { CertificateFacts, Certificates } from '../../ports/accounts/certificates.ts';
import { printable } from '../../wire/printable.ts';
import { fromPem, isPem } from './pem.ts';
import { fromPkcs12 } from './pkcs12.ts';

export const certificates: Certificates = {
  // Whatever is thrown becomes the promise's: a port never throws on the spot.
  read: (given) =>
    Promise.resolve().then(() => factsOf(isPem(given.octets) ? fromPem(given) : fromPkcs12(given))),
  speaksFor: ({ addresses }, address) => Promise.resolve(addresses.includes(comparable(address))),
};

function factsOf(certificate: X509Certificate): CertificateFacts {
  const addresses = addressesOf(certificate);
  return {
    subject: printable(subjectField(certificate, 'CN') ?? addresses[0] ?? certificate.subject, 100),
    addresses,
    validFrom: Date.parse(certificate.validFrom),
    validTo: Date.parse(certificate.validTo),
    fingerprint: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
  };
}

/** RFC 8550, section 3: the alternative names, and the emailAddress of old certificates' subjects. */
function addressesOf(certificate: X509Certificate): string[] {
  const names = (certificate.subjectAltName ?? '').split(', ');
  const alternative = names.flatMap((name) => /^email:(.+)$/.exec(name)?.[1] ?? []);
  const inSubject = subjectField(certificate, 'emailAddress');
  const all = inSubject === undefined ? alternative : [...alternative, inSubject];
  return [...new Set(all.map((each) => comparable(printable(each))))];
}

/** One field a line; Node escapes what would break that. */
function subjectField({ subject }: X509Certificate, name: string): string | undefined {
  const line = subject.split('\n').find((each) => each.startsWith(`${name}=`));
  return line?.slice(name.length + 1);
}

/** Case is not told apart in local parts either: no mail server does, and certificates are issued in small letters for Anna@. */
function comparable(address: string): string {
  const at = address.lastIndexOf('@');
  const domain = address.slice(at + 1);
  const ascii = domainToASCII(domain) || domain;
  return `${address.slice(0, at)}@${ascii}`.toLowerCase();
}
