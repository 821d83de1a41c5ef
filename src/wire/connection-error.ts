/** Why a connection did not come about or broke, in the words of people: Node's codes and those of our libraries. */

import { PosthornError, RefusedError, TemporaryError, type Layer } from '../errors.ts';
import { certificateError, isCertificateError } from './certificate.ts';
import { printable } from './printable.ts';

interface Trouble {
  readonly layer: Layer;
  readonly code?: 'timeout';
  /** Continues "HOST:PORT …". */
  readonly what: string;
  readonly remedy: string;
}

const checkHost = 'Check the host name, and that this machine is online.';
const checkPort = 'Check host and port, and that the server runs.';
const checkSecurity = 'Check port and security: `tls` speaks TLS at once, `starttls` later on.';

const noName: Trouble = { layer: 'resolve', what: 'does not exist', remedy: checkHost };
const silent: Trouble = {
  layer: 'connect',
  code: 'timeout',
  what: 'does not answer',
  remedy: `${checkPort} A firewall may stand between.`,
};
const unreachable: Trouble = {
  layer: 'connect',
  what: 'cannot be reached from here',
  remedy: 'Check the network, and the address of the server.',
};
const broken: Trouble = {
  layer: 'session',
  what: 'has cut the connection',
  remedy: 'posthorn tries again at the next poll.',
};

const troubles: Readonly<Record<string, Trouble>> = {
  ENOTFOUND: noName,
  ENODATA: noName,
  EAI_NONAME: noName,
  EDNS: noName,
  EAI_AGAIN: { layer: 'resolve', what: 'could not be looked up (DNS)', remedy: checkHost },
  ECONNREFUSED: { layer: 'connect', what: 'refuses connections', remedy: checkPort },
  ETIMEDOUT: silent,
  ETIMEOUT: silent,
  ESOCKETTIMEDOUT: silent,
  CONNECT_TIMEOUT: silent,
  GREETING_TIMEOUT: silent,
  GREETING_TIMEDOUT: silent,
  UPGRADE_TIMEOUT: silent,
  EHOSTUNREACH: unreachable,
  ENETUNREACH: unreachable,
  EHOSTDOWN: unreachable,
  ENETDOWN: unreachable,
  EADDRNOTAVAIL: unreachable,
  ECONNRESET: broken,
  ECONNABORTED: broken,
  EPIPE: broken,
  ECONNECTION: broken,
  NoConnection: broken,
  EConnectionClosed: broken,
};

/**
 * Any error of a socket, of DNS or of TLS as one of ours: TemporaryError (75) for the network, RefusedError (69) where the
 * two sides do not understand each other or the certificate does not hold. One of ours comes back as it is.
 */
export function connectionError(cause: unknown, host: string, port: number): PosthornError {
  if (cause instanceof PosthornError) return cause;
  const code = codesOf(cause).find((each) => known(each));
  if (code !== undefined && isCertificateError(code)) return certificateError(code, host, port);
  if (code !== undefined && isTlsCode(code)) return tlsError(cause, code, host, port);
  const trouble = code === undefined ? undefined : troubles[code];
  if (trouble === undefined) return unknownTrouble(cause, host, port);
  const place = trouble.layer === 'resolve' ? `the host ${host}` : `${host}:${port}`;
  return new TemporaryError(`${place} ${trouble.what}`, {
    layer: trouble.layer,
    remedy: trouble.remedy,
    cause,
    ...(trouble.code === undefined ? {} : { code: trouble.code }),
  });
}

/** Nothing was heard for so long. */
export function timeoutError(host: string, port: number, ms: number, layer: Layer): TemporaryError {
  const seconds = Math.round(ms / 1000);
  return new TemporaryError(`${host}:${port} did not answer within ${seconds} s`, {
    code: 'timeout',
    layer,
    remedy: layer === 'greeting' || layer === 'tls' ? checkSecurity : silent.remedy,
  });
}

/** The stream ended where more was to come. */
export function cutError(host: string, port: number, layer: Layer = 'session'): TemporaryError {
  return new TemporaryError(`${host}:${port} ${broken.what}`, { layer, remedy: broken.remedy });
}

function known(code: string): boolean {
  return Object.hasOwn(troubles, code) || isTlsCode(code) || isCertificateError(code);
}

function isTlsCode(code: string): boolean {
  return code.startsWith('ERR_SSL_') || code === 'EPROTO' || code === 'ETLS';
}

function tlsError(cause: unknown, code: string, host: string, port: number): RefusedError {
  // OpenSSL's words for a peer that answers in clear: it takes the first octets for a TLS record.
  const inClear = /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|RECORD_LAYER_FAILURE/;
  const tooOld = /UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION|HANDSHAKE_FAILURE|NO_SHARED_CIPHER/;
  const what = inClear.test(code)
    ? 'does not speak TLS on this port'
    : tooOld.test(code)
      ? 'offers no TLS that is safe enough (1.2 or later)'
      : `broke off the TLS handshake (${printable(code, 60)})`;
  return new RefusedError(`${host}:${port} ${what}`, {
    layer: 'tls',
    cause,
    remedy: checkSecurity,
  });
}

function unknownTrouble(cause: unknown, host: string, port: number): TemporaryError {
  const words = cause instanceof Error ? cause.message : String(cause);
  return new TemporaryError(`the connection to ${host}:${port} failed: ${printable(words, 120)}`, {
    layer: 'connect',
    remedy: 'posthorn tries again at the next poll.',
    cause,
  });
}

/** The codes of an error, of those it bundles (one for each address tried), and of its causes; outermost first. */
function codesOf(cause: unknown, depth = 0): string[] {
  if (typeof cause !== 'object' || cause === null || depth > 4) return [];
  const own = 'code' in cause && typeof cause.code === 'string' ? [cause.code] : [];
  const bundled = cause instanceof AggregateError ? (cause.errors as unknown[]) : [];
  const within = [...bundled, 'cause' in cause ? cause.cause : undefined];
  return [...own, ...within.flatMap((each) => codesOf(each, depth + 1))];
}
