/** SMTP submission (RFC 6409): connects, secures and logs in within one deadline. */

import { hostname } from 'node:os';
import type { OutgoingServer } from '../../core/account/account.ts';
import { ConfigurationError } from '../../errors.ts';
import type { StepObserver } from '../../ports/connection-steps.ts';
import type { MailSender } from '../../ports/sending/mail-sender.ts';
import type { Login } from '../../ports/connection.ts';
import { timeoutError } from '../../wire/connection-error.ts';
import { printable } from '../../wire/printable.ts';
import { SmtpConnection, type ConnectionLimits } from './connection.ts';
import { greet, secure } from './hello.ts';
import { logIn } from './login.ts';
import { SmtpSession } from './session.ts';

/** Milliseconds; what is left out keeps its default. */
export interface SmtpOptions extends Partial<ConnectionLimits> {
  /** What EHLO calls this machine; else its full host name, or `[127.0.0.1]`. */
  readonly name?: string;
}

const usualLimits: ConnectionLimits = {
  connectMs: 30_000,
  answerMs: 300_000,
  blockMs: 180_000,
  finalMs: 600_000,
  quitMs: 2_000,
};

export function createSmtpSender(options: SmtpOptions = {}): MailSender {
  const { name = ownName(), ...limits } = options;
  return {
    connect: async ({ outgoing: server }, login, signal, observe) => {
      if (server !== undefined)
        return await begin({ server, login, observe, name, signal }, { ...usualLimits, ...limits });
      throw new ConfigurationError('the account has no server to send by', {
        remedy: 'Set `outgoing.host`, or `send: false`.',
      });
    },
  };
}

/** RFC 5321 4.1.4: the full name of this machine; where it has none, an address in its place. */
function ownName(): string {
  const name = hostname();
  return /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i.test(name) && !/^[\d.]+$/.test(name)
    ? name
    : '[127.0.0.1]';
}

interface Start {
  readonly server: OutgoingServer;
  readonly login: Login | null;
  readonly observe: StepObserver | undefined;
  readonly name: string;
  readonly signal: AbortSignal;
}

async function begin(start: Start, limits: ConnectionLimits): Promise<SmtpSession> {
  const { server, observe, signal } = start;
  const { connectMs } = limits;
  const startedAt = performance.now();
  const connection = await SmtpConnection.open(server, observe, limits, signal);
  const late = (): void => {
    connection.fail(timeoutError(server.host, server.port, connectMs, connection.layer));
  };
  const timer = setTimeout(late, Math.max(0, connectMs - (performance.now() - startedAt)));
  const drop = (): void => {
    connection.fail(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
  };
  signal.addEventListener('abort', drop, { once: true });
  try {
    if (signal.aborted) drop();
    return await establish(connection, start);
  } catch (error) {
    connection.fail(error instanceof Error ? error : new Error(String(error)));
    throw connection.broken ?? error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', drop);
  }
}

async function establish(connection: SmtpConnection, start: Start): Promise<SmtpSession> {
  const { server, login, observe, name, signal } = start;
  let capabilities = await greet(connection, name);
  if (server.security === 'starttls')
    capabilities = await secure(connection, name, server.tls, signal);
  const { lines } = capabilities;
  observe?.({ layer: 'capabilities', names: lines.map((line) => printable(line, 80)) });
  connection.layer = 'login';
  const mechanism = login === null ? 'none' : await logIn(connection, server, login, capabilities);
  observe?.({ layer: 'login', mechanism });
  connection.layer = 'session';
  const { host, port } = server;
  const tls = connection.tls?.getProtocol() ?? null;
  const facts = { host, port, tls, mechanism, capabilities: lines };
  return new SmtpSession(connection, capabilities, facts);
}
