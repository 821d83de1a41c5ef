/** SMTP submission (RFC 6409): connects, secures and logs in within one deadline. */

import type { OutgoingServer } from '../../core/account/account.ts';
import { ConfigurationError } from '../../errors.ts';
import type { MailSender } from '../../ports/mail-sender.ts';
import type { StepObserver } from '../../ports/connection-steps.ts';
import type { Login } from '../../ports/connection.ts';
import { tlsStep } from '../../wire/certificate.ts';
import { timeoutError } from '../../wire/connection-error.ts';
import { printable } from '../../wire/printable.ts';
import { checkPeer } from '../../wire/tls-options.ts';
import { parseCapabilities } from './capabilities.ts';
import { SmtpLink, type LinkLimits } from './link.ts';
import { logIn } from './login.ts';
import { SmtpSession } from './session.ts';

/** Milliseconds; what is left out keeps its default. */
export interface SmtpOptions extends Partial<LinkLimits> {
  /** What EHLO calls this machine; else its full host name, or `[127.0.0.1]`. */
  readonly name?: string;
}

const usualLimits: LinkLimits = {
  connectMs: 30_000,
  answerMs: 300_000,
  finalMs: 600_000,
  quitMs: 2_000,
};

export function createSmtpSender(options: SmtpOptions = {}): MailSender {
  const { name, ...limits } = options;
  const all = { ...usualLimits, ...limits };
  return {
    connect: async ({ outgoing: server }, login, signal, observe) => {
      if (server !== undefined)
        return await begin({ server, login, observe }, { name, ...all }, signal);
      throw new ConfigurationError('the account has no server to send by', {
        remedy: 'Set `outgoing.host`, or `send: false`.',
      });
    },
  };
}

type Settings = LinkLimits & { readonly name: string | undefined };

interface Start {
  readonly server: OutgoingServer;
  readonly login: Login | null;
  readonly observe: StepObserver | undefined;
}

async function begin(start: Start, settings: Settings, signal: AbortSignal): Promise<SmtpSession> {
  const { connectMs } = settings;
  const { server, observe } = start;
  const startedAt = performance.now();
  const link = await SmtpLink.open({ server, observe }, settings.name, settings, signal);
  const left = connectMs - (performance.now() - startedAt);
  const late = () => link.fail(timeoutError(server.host, server.port, connectMs, link.layer));
  const timer = setTimeout(late, Math.max(0, left));
  const drop = () =>
    link.fail(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
  signal.addEventListener('abort', drop, { once: true });
  try {
    if (signal.aborted) drop();
    return await establish(link, start);
  } catch (error) {
    link.fail(error instanceof Error ? error : new Error(String(error)));
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', drop);
  }
}

async function establish(link: SmtpLink, { server, login, observe }: Start): Promise<SmtpSession> {
  const capabilities = parseCapabilities(await link.greet());
  const { host, port } = server;
  // `tls` was judged before the greeting; here the turn is STARTTLS's, still before any secret.
  if (link.tls !== null) checkPeer(link.tls, { host, port, settings: server.tls });
  if (link.tls !== null && server.security === 'starttls') observe?.(tlsStep(link.tls, server.tls));
  observe?.({
    layer: 'capabilities',
    names: capabilities.lines.map((line) => printable(line, 80)),
  });
  link.layer = 'login';
  const mechanism = login === null ? 'none' : await logIn(link, server, login, capabilities);
  observe?.({ layer: 'login', mechanism });
  link.layer = 'session';
  const tls = link.tls?.getProtocol() ?? null;
  return new SmtpSession(link, capabilities, {
    host,
    port,
    tls,
    mechanism,
    capabilities: capabilities.lines,
  });
}
