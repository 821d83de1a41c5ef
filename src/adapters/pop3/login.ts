/** From the greeting to the maildrop: STLS, and one way to log in, chosen strictly. */

import { createHash } from 'node:crypto';
import type { AuthMethod, IncomingServer } from '../../core/account/account.ts';
import { RefusedError, TemporaryError } from '../../errors.ts';
import type { StepObserver } from '../../ports/connection-steps.ts';
import type { Login } from '../../ports/mailbox-source.ts';
import { printable } from '../../wire/printable.ts';
import { chooseMechanism, isConfidential, passwordInClear, startSasl } from '../../wire/sasl.ts';
import type { SaslMechanism } from '../../wire/sasl-exchange.ts';
import { askCapabilities, type Capabilities } from './capabilities.ts';
import type { Pop3Connection } from './connection.ts';
import { loginRefusal, refusal, said, type Reply } from './reply.ts';

/** APOP and USER (with PASS) are commands of POP3 itself, the others go by AUTH. */
export type Method = SaslMechanism | 'APOP' | 'USER';

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
  connection.layer = 'capabilities';
  const before = await askCapabilities(connection);
  observe?.({ layer: 'capabilities', names: before.lines });
  connection.layer = 'login';
  const mechanism = chooseMethod({
    wanted: server.auth,
    capabilities: before,
    timestamp,
    confidential: isConfidential({
      tls: connection.tls !== null,
      remoteAddress: connection.remoteAddress,
      allowInsecure: false,
    }),
    allowInsecure: server.allowInsecure,
  });
  const reply = await tryMethod(connection, mechanism, server, login, timestamp);
  if (reply.kind !== 'ok') throw loginRefusal(reply);
  observe?.({ layer: 'login', mechanism });
  connection.layer = 'session';
  return { mechanism, capabilities: await capabilitiesNow(connection, before) };
}

/** RFC 2449 section 3: some capabilities may show after the login alone. PIPELINING is worth the question, nothing else is. */
async function capabilitiesNow(
  connection: Pop3Connection,
  before: Capabilities,
): Promise<Capabilities> {
  const settled = before.names.size === 0 || before.names.has('PIPELINING');
  return settled ? before : await askCapabilities(connection);
}

export interface MethodChoice {
  readonly wanted: AuthMethod;
  readonly capabilities: Capabilities;
  readonly timestamp: string | null;
  /** By TLS or on loopback. */
  readonly confidential: boolean;
  readonly allowInsecure: boolean;
}

const revealing: readonly Method[] = ['PLAIN', 'LOGIN', 'USER'];
const proving: readonly Method[] = ['SCRAM-SHA-256', 'SCRAM-SHA-1', 'CRAM-MD5', 'APOP'];

/**
 * Strict as chooseMechanism of the wire, whose order it keeps, with POP3's own commands added. `login` is LOGIN by SASL,
 * or USER and PASS, its older twin: both show name and password as they are.
 */
export function chooseMethod(choice: MethodChoice): Method {
  const { wanted, capabilities, confidential, allowInsecure } = choice;
  const offered = offeredMethods(choice);
  if (wanted === 'apop') return theApop(offered);
  if (wanted === 'login' && !offered.has('LOGIN') && offered.has('USER')) {
    if (!confidential && !allowInsecure) throw passwordInClear();
    return 'USER';
  }
  const found = wanted === 'auto' ? inOrder(choice).find((each) => offered.has(each)) : undefined;
  return (
    found ?? chooseMechanism({ wanted, offered: capabilities.sasl, confidential, allowInsecure })
  );
}

function inOrder({ confidential, allowInsecure }: MethodChoice): readonly Method[] {
  if (confidential) return [...revealing, ...proving];
  return allowInsecure ? [...proving, ...revealing] : proving;
}

function offeredMethods({ capabilities, timestamp }: MethodChoice): ReadonlySet<string> {
  const offered = new Set(capabilities.sasl);
  if (timestamp !== null) offered.add('APOP');
  // RFC 2449 6.3: announced as USER; a server that announces no way to log in at all is older than that.
  if (capabilities.names.has('USER') || !capabilities.names.has('SASL')) offered.add('USER');
  return offered;
}

function theApop(offered: ReadonlySet<string>): Method {
  if (offered.has('APOP')) return 'APOP';
  throw new RefusedError('the server does not offer APOP, which the account asks for', {
    layer: 'login',
    remedy: 'Set `auth: auto`, or another method.',
  });
}

async function tryMethod(
  connection: Pop3Connection,
  method: Method,
  server: IncomingServer,
  { username, password }: Login,
  timestamp: string | null,
): Promise<Reply> {
  switch (method) {
    case 'APOP': {
      const digest = createHash('md5')
        .update(`${timestamp ?? ''}${password}`)
        .digest('hex');
      return await connection.command(`APOP ${username} ${digest}`, 'slow');
    }
    case 'USER': {
      const known = await connection.command(`USER ${username}`);
      return known.kind === 'ok' ? await connection.command(`PASS ${password}`, 'slow') : known;
    }
    default: {
      const { host, port } = server;
      return await authenticate(connection, startSasl(method, { username, password, host, port }));
    }
  }
}

/** RFC 5034 section 4: the longest AUTH line, CRLF included, that may carry an initial response. */
const longestCommand = 255;

async function authenticate(
  connection: Pop3Connection,
  exchange: ReturnType<typeof startSasl>,
): Promise<Reply> {
  const command = `AUTH ${exchange.mechanism}`;
  let initial = exchange.initialResponse;
  const whole = initial === null ? command : `${command} ${initial.toString('base64') || '='}`;
  const fits = whole.length + 2 <= longestCommand;
  if (fits) initial = null;
  let reply = await connection.command(fits ? whole : command, 'slow');
  while (reply.kind === 'continue') {
    const answer = initial ?? exchange.respond(Buffer.from(reply.text, 'base64'));
    initial = null;
    reply = await connection.command(answer.toString('base64'), 'slow');
  }
  if (reply.kind === 'ok') exchange.finish();
  return reply;
}

/** STAT: how many messages the maildrop has. */
export async function countMessages(connection: Pop3Connection): Promise<number> {
  const reply = await connection.command('STAT', 'slow');
  const count = /^(\d{1,9}) /.exec(`${reply.text} `)?.[1];
  if (reply.kind === 'ok' && count !== undefined) return Number(count);
  throw refusal('to count the messages (STAT)', reply, { layer: 'session' });
}
