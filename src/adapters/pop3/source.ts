/** POP3 as a source of mail: connects, secures and logs in within one deadline (RFC 1939, 2449, 2595, 5034). */

import type { IncomingServer } from '../../core/account/account.ts';
import { connectableHost } from '../../core/account/host.ts';
import { ConfigurationError } from '../../errors.ts';
import type { StepObserver } from '../../ports/connection-steps.ts';
import type { Login } from '../../ports/connection.ts';
import type { MaildropSource } from '../../ports/receiving/maildrop-source.ts';
import { timeoutError } from '../../wire/connection-error.ts';
import { Pop3Connection, type ConnectionLimits } from './connection.ts';
import { logIn, readGreeting, secure } from './login.ts';
import { Pop3Session } from './session.ts';

export interface Pop3Limits extends ConnectionLimits {
  /** From the first packet to the end of the login, in milliseconds. */
  readonly loginMs: number;
}

const usualLimits: Pop3Limits = {
  connectMs: 30_000,
  answerMs: 60_000,
  floorMs: 60_000,
  loginMs: 120_000,
};

export function createPop3Source(limits: Partial<Pop3Limits> = {}): MaildropSource {
  const all = { ...usualLimits, ...limits };
  return {
    connect: async ({ incoming: server }, login, signal, observe) => {
      if (server !== undefined) return await begin({ server, login, observe }, all, signal);
      throw new ConfigurationError('the account has no server to receive from', {
        remedy: 'Set `incoming.host`, or `receive: false`.',
      });
    },
  };
}

interface Start {
  readonly server: IncomingServer;
  readonly login: Login;
  readonly observe: StepObserver | undefined;
}

async function begin(start: Start, limits: Pop3Limits, signal: AbortSignal): Promise<Pop3Session> {
  const { server, observe } = start;
  const peer = { host: connectableHost(server.host), port: server.port, observe };
  const tls = server.security === 'tls' ? server.tls : null;
  const connection = await Pop3Connection.open(peer, tls, limits, signal);
  const onAbort = () => connection.fail(abortReason(signal));
  signal.addEventListener('abort', onAbort, { once: true });
  const onEnd = () => signal.removeEventListener('abort', onAbort);
  const late = () => connection.fail(timeoutError(peer.host, peer.port, limits.loginMs, 'login'));
  const timer = setTimeout(late, limits.loginMs);
  try {
    if (signal.aborted) onAbort();
    return await establish(connection, start, signal, onEnd);
  } catch (error) {
    connection.destroy();
    onEnd();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function establish(
  connection: Pop3Connection,
  { server, login, observe }: Start,
  signal: AbortSignal,
  onEnd: () => void,
): Promise<Pop3Session> {
  const timestamp = await readGreeting(connection, observe);
  if (server.security === 'starttls') await secure(connection, server, signal);
  const { mechanism, capabilities } = await logIn(connection, server, login, timestamp, observe);
  const facts = {
    host: server.host,
    port: server.port,
    tls: connection.tls,
    mechanism,
    capabilities: capabilities.lines,
  };
  const { names } = capabilities;
  const abilities = {
    pipelining: names.has('PIPELINING'),
    top: names.size === 0 || names.has('TOP'),
  };
  return new Pop3Session(connection, facts, abilities, onEnd);
}

function abortReason(signal: AbortSignal): Error {
  const reason: unknown = signal.reason;
  return reason instanceof Error ? reason : new Error('aborted', { cause: reason });
}
