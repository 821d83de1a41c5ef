/** Why a connection did not become a session, said by the step that failed. */

import type { ImapFlow } from 'imapflow';
import type { IncomingServer } from '../../../core/account/account.ts';
import { PosthornError, RefusedError, TemporaryError, type Layer } from '../../../errors.ts';
import { connectionError, cutError } from '../../../wire/connection-error.ts';
import { printable } from '../../../wire/printable.ts';
import type { ImapConnection } from '../connection.ts';
import {
  isTemporary,
  readRefusal,
  RefusedCommand,
  said,
  throttled,
  type Refusal,
} from '../answers/refusal.ts';

/** How far the login came. */
export interface LoginState {
  /** The server has bidden welcome (`* OK`). */
  greeted: boolean;
  begun: boolean;
  mechanism: string | undefined;
  /** What the login threw, before imapflow wraps it up. */
  failure: unknown;
}

export function layerOf(flow: ImapFlow, state: LoginState, server: IncomingServer): Layer {
  if (state.begun) return 'login';
  const upgrading = server.security === 'starttls' && flow.capabilities.has('STARTTLS');
  if (flow.greeting === undefined) return 'greeting';
  if (upgrading && !flow.secureConnection) return 'tls';
  return state.greeted ? 'capabilities' : 'greeting';
}

/** Why there is no session, in the order of what is known best. */
export function connectFailure(
  error: unknown,
  connection: ImapConnection,
  state: LoginState,
  layer: Layer,
  server: IncomingServer,
): PosthornError {
  const { host, port } = server;
  const { flow } = connection;
  if (connection.dropped !== undefined) return connection.dropped;
  const known = state.failure ?? error;
  // A lost session says less than the BYE before it; a refused login says more than the BYE that follows it.
  if (known instanceof PosthornError && known.layer !== 'session') return known;
  if (flow.byeReason !== undefined) return hungUp(flow.byeReason, layer);
  if (known instanceof PosthornError) return cutError(host, port, layer);
  // imapflow gives the reason in words alone.
  if (
    error instanceof Error &&
    /^(?:Server does not support STARTTLS|STARTTLS is)/.test(error.message)
  )
    return noStartTls(host, port);
  const refusal = refusalIn(error);
  if (refusal !== undefined) return oddRefusal(refusal, layer);
  const code = (error as { code?: string }).code ?? '';
  if (/^(?:ClosedAfterConnect|NoConnection|EConnectionClosed)/.test(code))
    return cutError(host, port, layer);
  if (code === 'STARTTLS_INJECTION') return injected(host, port);
  return withLayer(connectionError(error, host, port), layer);
}

/** Every greeting begins with `*` (RFC 9051, section 7.1); some servers put NULs before it. */
export function isGreeting(first: Buffer): boolean {
  return /^\0*(?:\*|$)/.test(first.toString('latin1', 0, 64));
}

/** The words of a greeting that bids welcome, without the capabilities that some servers put there; else null. */
export function welcome(first: Buffer): string | null {
  const line = /^\0*\* OK *(?:\[CAPABILITY [^\]]*\] *)?(.*)/i.exec(first.toString('utf8'))?.[1];
  return line === undefined ? null : printable(line.trimEnd());
}

export function noImap(host: string, port: number, first: Buffer): RefusedError {
  const line = printable(first.toString('latin1', 0, 80).replace(/\r?\n.*$/s, ''), 60);
  return new RefusedError(`${host}:${port} does not speak IMAP: “${line}”`, {
    layer: 'greeting',
    remedy: 'Check host, port and type of the account.',
  });
}

function hungUp(bye: string, layer: Layer): PosthornError {
  const pause = throttled({ code: '', text: printable(bye) }, layer);
  if (pause !== undefined) return pause;
  const words = `: “${printable(bye)}”`;
  const remedy = 'Try again later; the server lets nobody in, or not so many at once.';
  return new TemporaryError(`the server hung up${words}`, { layer, remedy });
}

function noStartTls(host: string, port: number): RefusedError {
  return new RefusedError(`${host}:${port} offers no STARTTLS, so nothing was sent to it`, {
    layer: 'tls',
    remedy: 'Set `security: tls` (port 993), if the server speaks TLS from the first octet.',
  });
}

function injected(host: string, port: number): RefusedError {
  return new RefusedError(
    `${host}:${port} sent data in clear after STARTTLS, as an attacker would`,
    {
      layer: 'tls',
      remedy: 'Use `security: tls`, and do not trust this network.',
    },
  );
}

/** Of a command of imapflow's own, or of ours. */
function refusalIn(error: unknown): Refusal | undefined {
  if (error instanceof RefusedCommand) return error.refusal;
  const { responseStatus, responseText } = error as FlowRefusal;
  if (responseStatus === undefined) return undefined;
  return readRefusal(responseStatus === 'BAD' ? 'BAD' : 'NO', undefined, responseText);
}

interface FlowRefusal {
  readonly responseStatus?: string;
  readonly responseText?: string;
}

function oddRefusal(refusal: Refusal, layer: Layer): PosthornError {
  const message = `the server refused to start a session${said(refusal)}`;
  if (isTemporary(refusal)) return new TemporaryError(message, { layer });
  return new RefusedError(message, { layer, remedy: 'Check host, port and security.' });
}

/** An answer that is no IMAP at all reaches us as a strange error: it belongs to the step at hand. */
function withLayer(error: PosthornError, layer: Layer): PosthornError {
  if (error.layer !== 'connect' || !(error instanceof TemporaryError) || error.code !== 'temporary')
    return error;
  return new TemporaryError(error.message, { layer, cause: error });
}

/** What ends the waiting when a signal fires. */
export function reasonOf(signal: AbortSignal): PosthornError {
  const reason: unknown = signal.reason;
  if (reason instanceof PosthornError) return reason;
  return new TemporaryError('the connection was given up', { layer: 'session', cause: reason });
}
