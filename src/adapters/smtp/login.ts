/** Logs in by one mechanism, chosen strictly: AUTH of RFC 4954. */

import type { OutgoingServer } from '../../core/account/account.ts';
import type { Login } from '../../ports/connection.ts';
import { keepSecret } from '../../wire/redaction.ts';
import { chooseMechanism, isConfidential, startSasl } from '../../wire/sasl.ts';
import type { SaslExchange } from '../../wire/sasl-exchange.ts';
import type { SmtpCapabilities } from './capabilities.ts';
import type { SmtpConnection } from './connection.ts';
import { loginRefusal } from './failures.ts';
import { isPositive, type SmtpReply } from './reply.ts';

/** RFC 5321 4.5.3.1.4, its line end included; RFC 4954 section 4 holds AUTH to it. */
const longestCommand = 512;

/** Resolves with the mechanism's name. */
export async function logIn(
  connection: SmtpConnection,
  server: OutgoingServer,
  login: Login,
  capabilities: SmtpCapabilities,
): Promise<string> {
  const mechanism = chooseMechanism({
    wanted: server.auth,
    offered: capabilities.mechanisms,
    confidential: isConfidential({
      tls: connection.tls !== null,
      remoteAddress: connection.remoteAddress,
      allowInsecure: false,
    }),
    allowInsecure: server.allowInsecure,
  });
  keepSecret(login.password);
  const exchange = startSasl(mechanism, { ...login, host: server.host, port: server.port });
  await authenticate(connection, exchange);
  return mechanism;
}

async function authenticate(connection: SmtpConnection, exchange: SaslExchange): Promise<void> {
  const command = `AUTH ${exchange.mechanism}`;
  const early = `${command} ${initialText(exchange.initialResponse)}`;
  const fits = exchange.initialResponse !== null && early.length + 2 <= longestCommand;
  let first = fits ? null : exchange.initialResponse;
  let reply = await connection.command(fits ? early : command);
  while (reply.code === 334) {
    let answer: Buffer;
    try {
      answer = first ?? exchange.respond(challengeOf(reply));
    } catch (error) {
      // RFC 4954 section 4: `*` gives up.
      await connection.command('*');
      throw error;
    }
    first = null;
    reply = await connection.command(answer.toString('base64'));
  }
  if (!isPositive(reply)) throw loginRefusal(reply, exchange.mechanism);
  exchange.finish();
}

/** RFC 4954 section 4: an initial response without octets is a `=`. */
function initialText(response: Buffer | null): string {
  return response === null || response.length === 0 ? '=' : response.toString('base64');
}

function challengeOf({ text }: SmtpReply): Buffer {
  return Buffer.from(text.slice(4).trim(), 'base64');
}
