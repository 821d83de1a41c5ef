/** From the greeting to the maildrop: STLS, and the login. */

import { createHash } from 'node:crypto';
import type { IncomingServer } from '../../core/account/account.ts';
import { RefusedError, TemporaryError } from '../../errors.ts';
import type { StepObserver } from '../../ports/connection-steps.ts';
import type { Login } from '../../ports/connection.ts';
import { printable } from '../../wire/printable.ts';
import { keepSecret } from '../../wire/redaction.ts';
import { isConfidential, startSasl } from '../../wire/sasl.ts';
import type { SaslExchange } from '../../wire/sasl-exchange.ts';
import { askCapabilities, type Capabilities } from './capabilities.ts';
import type { Pop3Connection } from './connection.ts';
import { chooseMethod, otherMethod, type Method, type MethodChoice } from './method.ts';
import { isNotNow, loginRefusal, said, type Reply } from './reply.ts';

/** RFC 1939 section 7: the msg-id in the greeting that APOP signs, or null. */
export async function readGreeting(
  connection: Pop3Connection,
  observe?: StepObserver,
): Promise<string | null> {
  connection.layer = 'greeting';
  const reply = await connection.reply('greeting');
  if (reply.kind === 'ok') {
    observe?.({ layer: 'greeting', text: printable(reply.text) });
    return /<[\x21-\x3b\x3d\x3f-\x7e]+@[\x21-\x3b\x3d\x3f-\x7e]+>/.exec(reply.text)?.[0] ?? null;
  }
  const message = `the server turns us away${said(reply)}`;
  if (reply.code === 'SYS/PERM') throw new RefusedError(message, { layer: 'greeting' });
  throw new TemporaryError(message, {
    layer: 'greeting',
    remedy: 'The server may be busy, or allow fewer connections; posthorn tries again.',
  });
}

/** RFC 2595 section 4. A server that refuses STLS is left: nothing is ever said in clear in its place. */
export async function secure(
  connection: Pop3Connection,
  server: IncomingServer,
  signal: AbortSignal,
): Promise<void> {
  connection.layer = 'tls';
  const reply = await connection.command('STLS');
  if (reply.kind !== 'ok') {
    throw new RefusedError(`the server does not offer STARTTLS${said(reply)}`, {
      layer: 'tls',
      remedy: 'Set `security: tls`, which usually has port 995.',
    });
  }
  await connection.startTls(server.tls, signal);
}

/** Logs in, and says by what. `timestamp` comes from the greeting. */
export async function logIn(
  connection: Pop3Connection,
  server: IncomingServer,
  login: Login,
  timestamp: string | null,
  observe?: StepObserver,
): Promise<{ mechanism: Method; capabilities: Capabilities }> {
  keepSecret(login.password);
  connection.layer = 'capabilities';
  const before = await askCapabilities(connection);
  observe?.({ layer: 'capabilities', names: before.lines });
  connection.layer = 'login';
  const mechanism = await enter(connection, { server, login, timestamp, capabilities: before });
  observe?.({ layer: 'login', mechanism });
  connection.layer = 'session';
  return { mechanism, capabilities: await capabilitiesNow(connection, before) };
}

interface Entry {
  readonly server: IncomingServer;
  readonly login: Login;
  readonly timestamp: string | null;
  readonly capabilities: Capabilities;
}

/** Some servers offer mechanisms that they then refuse as unknown, so a refused AUTH is no word on the password yet. */
async function enter(connection: Pop3Connection, entry: Entry): Promise<Method> {
  const choice = choiceOf(connection, entry);
  const first = chooseMethod(choice);
  const { reply, rounds } = await tryMethod(connection, first, entry);
  if (reply.kind === 'ok') return first;
  const other = rounds === 0 && saysNothing(reply) ? otherMethod(first, choice) : null;
  if (other === null) throw loginRefusal(reply);
  const again = await tryMethod(connection, other, entry);
  if (again.reply.kind !== 'ok') throw loginRefusal(again.reply);
  return other;
}

/** Neither that the password is wrong (RFC 3206), nor that it is not now. */
function saysNothing(reply: Reply): boolean {
  return reply.code !== 'AUTH' && reply.code !== 'SYS/PERM' && !isNotNow(reply);
}

function choiceOf(
  connection: Pop3Connection,
  { server, timestamp, capabilities }: Entry,
): MethodChoice {
  const tls = connection.tls !== null;
  const { remoteAddress } = connection;
  return {
    wanted: server.auth,
    capabilities,
    timestamp,
    confidential: isConfidential({ tls, remoteAddress, allowInsecure: false }),
    allowInsecure: server.allowInsecure,
  };
}

/** RFC 2449 section 3: some capabilities may show after the login alone. PIPELINING is worth the question, nothing else is. */
async function capabilitiesNow(
  connection: Pop3Connection,
  before: Capabilities,
): Promise<Capabilities> {
  const settled = before.names.size === 0 || before.names.has('PIPELINING');
  return settled ? before : await askCapabilities(connection);
}

/** `rounds`: challenges of AUTH that were answered. */
interface Tried {
  readonly reply: Reply;
  readonly rounds: number;
}

async function tryMethod(
  connection: Pop3Connection,
  method: Method,
  { server, login: { username, password }, timestamp }: Entry,
): Promise<Tried> {
  switch (method) {
    case 'APOP': {
      const digest = createHash('md5')
        .update(`${timestamp ?? ''}${password}`)
        .digest('hex');
      return { reply: await connection.command(`APOP ${username} ${digest}`, 'slow'), rounds: 0 };
    }
    case 'USER': {
      const known = await connection.command(`USER ${username}`);
      if (known.kind !== 'ok') return { reply: known, rounds: 0 };
      return { reply: await connection.command(`PASS ${password}`, 'slow'), rounds: 0 };
    }
    default: {
      const { host, port } = server;
      return await authenticate(connection, startSasl(method, { username, password, host, port }));
    }
  }
}

/** RFC 5034 section 4: the longest AUTH line, CRLF included, that may carry an initial response. */
const longestCommand = 255;

async function authenticate(connection: Pop3Connection, exchange: SaslExchange): Promise<Tried> {
  const command = `AUTH ${exchange.mechanism}`;
  const initial = exchange.initialResponse;
  const whole = initial === null ? command : `${command} ${initial.toString('base64') || '='}`;
  const fits = whole.length + 2 <= longestCommand;
  let reply = await connection.command(fits ? whole : command, 'slow');
  let rounds = 0;
  for (; reply.kind === 'continue'; rounds += 1) {
    const challenge = Buffer.from(reply.text, 'base64');
    const isPrompt = rounds === 0 && initial !== null && (!fits || challenge.length === 0);
    const answer = isPrompt ? initial : exchange.respond(challenge);
    reply = await connection.command(answer.toString('base64'), 'slow');
  }
  if (reply.kind === 'ok') exchange.finish();
  return { reply, rounds };
}
