/** What is wrong with a server's certificate, said so that a person can decide, and how to trust it on purpose. */

import type { PeerCertificate, TLSSocket } from 'node:tls';
import type { TlsSettings } from '../core/account/account.ts';
import type { TlsStep } from '../core/diagnosis/connection-step.ts';
import { RefusedError } from '../errors.ts';
import { printable } from './printable.ts';

export interface CertificateFacts {
  /** SHA-256 of the certificate (DER): 64 lower-case hex digits. */
  readonly fingerprint: string;
  readonly subject: string;
  readonly issuer: string;
  /** Host names and addresses that it was issued for. */
  readonly names: readonly string[];
  readonly validFrom: Date;
  readonly validTo: Date;
}

/** Null where the peer showed none. Names are made fit to be shown. */
export function describeCertificate(certificate: PeerCertificate): CertificateFacts | null {
  if (typeof certificate.fingerprint256 !== 'string') return null;
  return {
    fingerprint: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
    subject: shortName(certificate.subject),
    issuer: shortName(certificate.issuer),
    names: namesOf(certificate),
    validFrom: new Date(certificate.valid_from),
    validTo: new Date(certificate.valid_to),
  };
}

/** What a handshake came to, after the peer was judged. */
export function tlsStep(socket: TLSSocket, { fingerprint }: TlsSettings): TlsStep {
  const facts = describeCertificate(socket.getPeerCertificate());
  const until = facts?.validTo.getTime() ?? NaN;
  return {
    layer: 'tls',
    version: socket.getProtocol() ?? 'TLS',
    cipher: socket.getCipher().standardName,
    issuer: facts?.issuer ?? '',
    subject: facts?.subject ?? '',
    names: facts?.names ?? [],
    validTo: Number.isNaN(until) ? null : new Date(until).toISOString(),
    pinned: fingerprint !== undefined,
  };
}

type Name = Partial<PeerCertificate['subject']>;

function shortName(name: Name | undefined): string {
  const part = name?.CN ?? name?.O ?? name?.OU;
  return printable(String(part ?? 'without a name'), 80);
}

function namesOf(certificate: PeerCertificate): string[] {
  const listed = (certificate.subjectaltname ?? '')
    .split(', ')
    .map((entry) => /^(?:DNS|IP Address):"?([^"]+)/.exec(entry)?.[1])
    .filter((name) => name !== undefined);
  // RFC 6125 6.4.4: the common name counts only where no name is listed; for people it is still worth showing.
  const names = listed.length > 0 ? listed : [shortName(certificate.subject)];
  return names.map((name) => printable(name, 80));
}

/** OpenSSL's and Node's codes that speak of the peer's certificate. */
const codes = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'CERT_UNTRUSTED',
  'CERT_REJECTED',
  'CERT_CHAIN_TOO_LONG',
  'CERT_SIGNATURE_FAILURE',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'PATH_LENGTH_EXCEEDED',
  'HOSTNAME_MISMATCH',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** Whether an error of Node's TLS speaks of the certificate, so that certificateError is the one to call. */
export function isCertificateError(cause: unknown): boolean {
  return codes.has(codeOf(cause));
}

function codeOf(cause: unknown): string {
  if (typeof cause === 'string') return cause;
  if (typeof cause === 'object' && cause !== null && 'code' in cause) return String(cause.code);
  return '';
}

/**
 * The refusal for a certificate that does not hold. `cause` is Node's error or its code. Without `facts` (a library threw
 * the certificate away) it says less; probeCertificate brings them.
 */
export function certificateError(
  cause: unknown,
  host: string,
  port: number,
  facts?: CertificateFacts | null,
): RefusedError {
  const why = whyNotTrusted(cause, host, facts ?? null);
  return new RefusedError(`the certificate of ${host}:${port} is ${why}${shown(facts ?? null)}`, {
    certificate: true,
    layer: 'tls',
    cause,
    remedy: howToTrust(facts ?? null),
  });
}

/** The refusal where another certificate than the pinned one came. */
export function pinMismatch(
  host: string,
  port: number,
  facts: CertificateFacts | null,
): RefusedError {
  return new RefusedError(
    `${host}:${port} shows another certificate than the one that is pinned${shown(facts)}`,
    {
      certificate: true,
      layer: 'tls',
      remedy: `Ask the provider whether it was renewed. ${howToTrust(facts)}`,
    },
  );
}

/** The end of the sentence "the certificate is …", by Node's error or its code. */
export function whyNotTrusted(
  cause: unknown,
  host: string,
  facts: CertificateFacts | null,
): string {
  return reason(codeOf(cause), host, facts);
}

function reason(code: string, host: string, facts: CertificateFacts | null): string {
  switch (code) {
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
      return 'self-signed';
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      return `issued by an authority that is not trusted here${facts === null ? '' : ` (${facts.issuer})`}`;
    case 'CERT_HAS_EXPIRED':
      return expired(facts);
    case 'CERT_NOT_YET_VALID':
      return `not valid yet${facts === null ? '' : ` (from ${day(facts.validFrom)} on)`}; or the clock here is wrong`;
    case 'HOSTNAME_MISMATCH':
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return otherNames(host, facts);
    case 'CERT_REVOKED':
      return 'revoked';
    default:
      return `not to be trusted (${printable(code || 'no reason given', 60)})`;
  }
}

function expired(facts: CertificateFacts | null): string {
  if (facts === null) return 'expired';
  // The date that has passed may also be an issuer's.
  const own = facts.validTo.getTime() < Date.now();
  return own ? `expired on ${day(facts.validTo)}` : 'issued by an authority that has expired';
}

function otherNames(host: string, facts: CertificateFacts | null): string {
  if (facts === null) return `issued for other names than ${host}`;
  const few = facts.names.slice(0, 5).join(', ');
  return `issued for other names: ${few}${facts.names.length > 5 ? ', …' : ''}`;
}

function day(date: Date): string {
  return Number.isNaN(date.getTime()) ? 'an unknown date' : date.toISOString().slice(0, 10);
}

function shown(facts: CertificateFacts | null): string {
  return facts === null ? '' : ` (SHA-256 ${facts.fingerprint})`;
}

function howToTrust(facts: CertificateFacts | null): string {
  const pin = facts?.fingerprint ?? 'SHA256';
  return (
    'If you know it to be the right one, trust it on purpose: posthorn account trust NAME pins it; for a new account ' +
    `--in-tls-fingerprint ${pin} does (for sending --out-tls-fingerprint). Or trust its authority by --tls-ca FILE.`
  );
}
