/** SMTP submission (RFC 6409): connects, secures and logs in within one deadline. */

import type { OutgoingServer } from '../../core/account.ts';
import { ConfigurationError } from '../../errors.ts';
import type { MailSender } from '../../ports/mail-sender.ts';
import type { Login } from '../../ports/mailbox-source.ts';
import { timeoutError } from '../../wire/connection-error.ts';
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
    connect: async ({ outgoing }, login, signal) => {
      if (outgoing !== undefined) return await begin(outgoing, login, { name, ...all }, signal);
      throw new ConfigurationError('the account has no server to send by', {
        remedy: 'Set `outgoing.host`, or `send: false`.',
      });
    },
  };
}

type Settings = LinkLimits & { readonly name: string | undefined };

async function begin(
  server: OutgoingServer,
  login: Login | null,
  settings: Settings,
  signal: AbortSignal,
): Promise<SmtpSession> {
  const { connectMs } = settings;
  const startedAt = performance.now();
  const link = await SmtpLink.open(server, settings.name, settings, signal);
  const left = connectMs - (performance.now() - startedAt);
  const late = () => link.fail(timeoutError(server.host, server.port, connectMs, link.layer));
  const timer = setTimeout(late, Math.max(0, left));
  const drop = () =>
    link.fail(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
  signal.addEventListener('abort', drop, { once: true });
  try {
    if (signal.aborted) drop();
    return await establish(link, server, login);
  } catch (error) {
    link.fail(error instanceof Error ? error : new Error(String(error)));
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', drop);
  }
}

async function establish(
  link: SmtpLink,
  server: OutgoingServer,
  login: Login | null,
): Promise<SmtpSession> {
  const capabilities = parseCapabilities(await link.greet());
  const { host, port } = server;
  // `tls` was judged before the greeting; here the turn is STARTTLS's, still before any secret.
  if (link.tls !== null) checkPeer(link.tls, { host, port, settings: server.tls });
  link.layer = 'login';
  const mechanism = login === null ? 'none' : await logIn(link, server, login, capabilities);
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
