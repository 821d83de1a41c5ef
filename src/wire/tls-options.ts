/** An account's TLS settings as Node takes them, and the judgement on the certificate that came. */

import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import {
  createSecureContext,
  type ConnectionOptions,
  type SecureContext,
  type TLSSocket,
} from 'node:tls';
import type { TlsSettings } from '../core/account/account.ts';
import { ConfigurationError } from '../errors.ts';
import { certificateError, describeCertificate, pinMismatch } from './certificate.ts';
import { systemAuthorities } from './system-authorities.ts';

/**
 * Options for tls.connect, and for libraries that hand them on to it. Without a pin Node itself refuses what does not hold.
 * With one, Node has no say (`rejectUnauthorized: false`): **checkPeer must be called** on the socket before a secret is sent.
 * ConfigurationError where a file can't be read or is none.
 */
export async function tlsOptions(settings: TlsSettings, host: string): Promise<ConnectionOptions> {
  return {
    secureContext: await contextFor(settings),
    minVersion: 'TLSv1.2',
    rejectUnauthorized: settings.fingerprint === undefined,
    // RFC 6066 3: SNI is for names alone; an IP address is compared with the certificate's addresses by `host`.
    ...(isIP(host) === 0 ? { servername: host } : { host }),
  };
}

/**
 * Throws RefusedError (code `certificate`) unless the peer is the one meant: by a pin exactly this certificate, whoever
 * issued it and whatever it says; else by its authority, its dates and the host's name. Call after `secureConnect`.
 */
export function checkPeer(
  socket: TLSSocket,
  peer: { readonly host: string; readonly port: number; readonly settings: TlsSettings },
): void {
  const { host, port, settings } = peer;
  const facts = describeCertificate(socket.getPeerCertificate());
  if (settings.fingerprint !== undefined) {
    if (facts?.fingerprint !== settings.fingerprint) throw pinMismatch(host, port, facts);
    return;
  }
  // A string by the types, an Error by the documentation: Node gives the code.
  const reason: unknown = socket.authorizationError;
  if (!socket.authorized) throw certificateError(reason, host, port, facts);
}

let usual: SecureContext | undefined;

/** Most accounts share one context: reading a hundred authorities takes milliseconds and memory. */
async function contextFor(settings: TlsSettings): Promise<SecureContext> {
  const { ca, cert, key } = settings;
  if (ca === undefined && cert === undefined && key === undefined) {
    usual ??= createSecureContext({ ca: systemAuthorities(), minVersion: 'TLSv1.2' });
    return usual;
  }
  const options = {
    minVersion: 'TLSv1.2' as const,
    ca: ca === undefined ? systemAuthorities() : await authorities(ca),
    ...(cert === undefined ? {} : { cert: await pem(cert, 'client certificate') }),
    ...(key === undefined ? {} : { key: await pem(key, 'private key') }),
  };
  try {
    return createSecureContext(options);
  } catch (cause) {
    throw new ConfigurationError('the certificate files of the TLS settings are not usable', {
      cause,
      layer: 'tls',
      remedy: `Check that these are PEM files that belong together: ${[ca, cert, key].filter(Boolean).join(', ')}`,
    });
  }
}

/** OpenSSL skips in silence what is no certificate, and the file would then trust nobody. */
async function authorities(path: string): Promise<string> {
  const text = await pem(path, 'authority');
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  throw new ConfigurationError(`${path} holds no certificate`, {
    layer: 'tls',
    remedy: 'Give the authority as a PEM file.',
  });
}

async function pem(path: string, what: string): Promise<string> {
  try {
    return await readFile(path, 'latin1');
  } catch (cause) {
    throw new ConfigurationError(`the ${what} ${path} can't be read`, {
      cause,
      layer: 'tls',
      remedy: 'Check the path and its permissions.',
    });
  }
}
