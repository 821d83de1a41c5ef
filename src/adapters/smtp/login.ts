/** Logs in by one mechanism, chosen strictly: AUTH of RFC 4954. */

import type { OutgoingServer } from '../../core/account/account.ts';
import type { Login } from '../../ports/connection.ts';
import { chooseMechanism, isConfidential, startSasl } from '../../wire/sasl.ts';
import type { SaslExchange } from '../../wire/sasl-exchange.ts';
import type { SmtpCapabilities } from './capabilities.ts';
import { loginRefusal } from './failures.ts';
import type { Say, SmtpLink } from './link.ts';

/** RFC 5321 4.5.3.1.4, its line end included; RFC 4954 section 4 holds AUTH to it. */
const longestCommand = 512;

/** Resolves with the mechanism's name. */
export async function logIn(
  link: SmtpLink,
  server: OutgoingServer,
  login: Login,
  capabilities: SmtpCapabilities,
): Promise<string> {
  const mechanism = chooseMechanism({
    wanted: server.auth,
    offered: capabilities.mechanisms,
    confidential: isConfidential({
      tls: link.tls !== null,
      remoteAddress: link.remoteAddress,
      allowInsecure: false,
    }),
    allowInsecure: server.allowInsecure,
  });
  const exchange = startSasl(mechanism, { ...login, host: server.host, port: server.port });
  await link.logIn((say) => authenticate(say, exchange));
  return mechanism;
}

async function authenticate(say: Say, exchange: SaslExchange): Promise<void> {
  const command = `AUTH ${exchange.mechanism}`;
  const early = `${command} ${initialText(exchange.initialResponse)}`;
  const fits = exchange.initialResponse !== null && early.length + 2 <= longestCommand;
  let first = fits ? null : exchange.initialResponse;
  let reply = await say(fits ? early : command);
  while (reply.startsWith('334')) {
    let answer: Buffer;
    try {
      answer = first ?? exchange.respond(challengeOf(reply));
    } catch (error) {
      // RFC 4954 section 4: `*` gives up.
      await say('*');
      throw error;
    }
    first = null;
    reply = await say(answer.toString('base64'));
  }
  if (!reply.startsWith('2')) throw loginRefusal(reply, exchange.mechanism);
  exchange.finish();
}

/** RFC 4954 section 4: an initial response without octets is a `=`. */
function initialText(response: Buffer | null): string {
  return response === null || response.length === 0 ? '=' : response.toString('base64');
}

function challengeOf(reply: string): Buffer {
  return Buffer.from(reply.slice(4).trim(), 'base64');
}
