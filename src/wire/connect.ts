/** From a host's name to an open connection: DNS, TCP and TLS within one deadline. */

import { connect as connectTcp, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { TlsSettings } from '../core/account/account.ts';
import type { ConnectionStep } from '../core/diagnosis/connection-step.ts';
import type { Layer } from '../errors.ts';
import {
  describeCertificate,
  tlsStep,
  whyNotTrusted,
  type CertificateFacts,
} from './certificate.ts';
import { connectionError, cutError, timeoutError } from './connection-error.ts';
import { checkPeer, tlsOptions } from './tls-options.ts';

export interface Peer {
  readonly host: string;
  readonly port: number;
}

export interface ConnectOptions extends Peer {
  /** For all of it together; default 30 s. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** TLS from the first octet with these settings; left out or null: in clear. */
  readonly tls?: TlsSettings | null;
  /** Sees `resolve` (of a name), `connect` and `tls` as they are done. */
  readonly observe?: ((step: ConnectionStep) => void) | undefined;
  /** How the host's addresses are found; left out: as the system does. */
  readonly lookup?: LookupFunction;
}

const defaultTimeoutMs = 30_000;
/** How long one address may take before the next one is tried (RFC 8305); Node's 250 ms are too short for slow lines. */
const nextAddressAfterMs = 2_000;

/**
 * An open connection, by TLS where asked: then the peer's certificate has been judged before any octet of ours was sent.
 * Errors: TemporaryError (resolve, connect, timeout), RefusedError (tls), or the signal's reason. The caller owns the socket.
 */
export async function connect(options: ConnectOptions): Promise<Socket | TLSSocket> {
  const limits = limitsOf(options);
  const socket = await connected(options, limits, options.lookup);
  if (options.tls === undefined || options.tls === null) return socket;
  return await secured(socket, options, options.tls, limits);
}

/** STARTTLS: takes an open connection over into TLS. On any error both sockets are gone. */
export async function upgrade(
  socket: Socket,
  options: Omit<ConnectOptions, 'tls'> & { readonly tls: TlsSettings },
): Promise<TLSSocket> {
  return await secured(socket, options, options.tls, limitsOf(options));
}

export interface ShownCertificate {
  /** Null where the server showed none. */
  readonly facts: CertificateFacts | null;
  /** Why it does not hold, as the end of "the certificate is …"; null where it does. No pin is looked at. */
  readonly trouble: string | null;
}

/** The certificate of a server, judged but not refused; nothing is sent to it. `socket`: one that has agreed on STARTTLS. */
export async function probeCertificate(
  peer: Omit<ConnectOptions, 'tls'>,
  settings: TlsSettings = {},
  socket?: Socket,
): Promise<ShownCertificate> {
  const limits = limitsOf(peer);
  const open = socket ?? (await connected(peer, limits));
  const encrypted = await handshake(open, peer, settings, limits);
  const facts = describeCertificate(encrypted.getPeerCertificate());
  const { authorized, authorizationError } = encrypted;
  encrypted.destroy();
  return {
    facts,
    trouble: authorized ? null : whyNotTrusted(authorizationError, peer.host, facts),
  };
}

interface Limits {
  readonly expiresAt: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

function limitsOf(options: { readonly timeoutMs?: number; readonly signal?: AbortSignal }): Limits {
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
  return { timeoutMs, expiresAt: performance.now() + timeoutMs, signal: options.signal };
}

async function connected(
  { host, port, observe }: Peer & Pick<ConnectOptions, 'observe'>,
  limits: Limits,
  lookup?: LookupFunction,
): Promise<Socket> {
  limits.signal?.throwIfAborted();
  const socket = connectTcp({
    host,
    port,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: nextAddressAfterMs,
    noDelay: true,
    keepAlive: true,
    ...(lookup === undefined ? {} : { lookup }),
  });
  if (observe !== undefined) watchLookUp(socket, observe);
  await until(socket, 'connect', { host, port }, 'connect', limits);
  observe?.({ layer: 'connect', address: socket.remoteAddress ?? host, port });
  return socket;
}

/** Node tells the addresses of a name one by one, all in one go. */
function watchLookUp(socket: Socket, observe: (step: ConnectionStep) => void): void {
  const addresses: string[] = [];
  socket.on('lookup', (error: Error | null, address: string | undefined) => {
    if (error !== null || address === undefined) return;
    addresses.push(address);
    if (addresses.length > 1) return;
    queueMicrotask(() => {
      observe({ layer: 'resolve', addresses });
    });
  });
}

async function secured(
  socket: Socket,
  peer: Peer & Pick<ConnectOptions, 'observe'>,
  settings: TlsSettings,
  limits: Limits,
) {
  const encrypted = await handshake(socket, peer, settings, limits);
  try {
    checkPeer(encrypted, { ...peer, settings });
    peer.observe?.(tlsStep(encrypted, settings));
  } catch (error) {
    encrypted.destroy();
    throw error;
  }
  return encrypted;
}

/** Leaves the judgement to checkPeer, which can show the certificate; Node would throw it away. */
async function handshake(
  socket: Socket,
  peer: Peer,
  settings: TlsSettings,
  limits: Limits,
): Promise<TLSSocket> {
  try {
    const options = await tlsOptions(settings, peer.host);
    const secure = connectTls({ ...options, host: peer.host, socket, rejectUnauthorized: false });
    return await until(secure, 'secureConnect', peer, 'tls', limits);
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** Waits for the event; an error, a closed socket, the deadline or the signal destroys the socket and throws. */
function until<S extends Socket>(
  socket: S,
  event: 'connect' | 'secureConnect',
  { host, port }: Peer,
  layer: Layer,
  limits: Limits,
): Promise<S> {
  const { signal, expiresAt, timeoutMs } = limits;
  return new Promise((resolve, reject) => {
    const settle = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      socket.off(event, onDone).off('error', onError).off('close', onClose);
      // Whoever reads the socket later learns of its end there; an error in between must not end the process.
      socket.on('error', ignore);
    };
    const fail = (error: Error) => {
      settle();
      socket.destroy();
      reject(error);
    };
    const onDone = () => {
      settle();
      resolve(socket);
    };
    const onError = (error: Error) => fail(connectionError(error, host, port));
    const onClose = () => fail(cutError(host, port, layer));
    const onAbort = () => fail(reasonOf(signal));
    const onTimeout = () => fail(timeoutError(host, port, timeoutMs, layer));
    const timer = setTimeout(onTimeout, Math.max(0, expiresAt - performance.now()));
    signal?.addEventListener('abort', onAbort, { once: true });
    socket.on(event, onDone).on('error', onError).on('close', onClose);
    if (signal?.aborted === true) onAbort();
  });
}

function ignore(): void {}

function reasonOf(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new Error('aborted', { cause: reason });
}
