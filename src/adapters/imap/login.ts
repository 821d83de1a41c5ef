/** Logging in, strictly: by the mechanism that was chosen, or not at all; never by another one in its place. */

import type { Account, IncomingServer } from '../../core/account/account.ts';
import { RefusedError } from '../../errors.ts';
import type { StepObserver } from '../../ports/connection-steps.ts';
import type { Login } from '../../ports/mailbox-source.ts';
import { printable } from '../../wire/printable.ts';
import { chooseMechanism, isConfidential, startSasl } from '../../wire/sasl.ts';
import type { SaslExchange, SaslMechanism } from '../../wire/sasl-exchange.ts';
import { socketOf, writeLine, type ImapConnection } from './connection.ts';
import { loginFailure, RefusedCommand } from './failures.ts';
import { astring, atom, textOf, type Answer } from './tokens.ts';

export interface LoginInput {
  readonly account: Account;
  readonly server: IncomingServer;
  readonly login: Login;
  readonly observe?: StepObserver | undefined;
}

/** A SASL mechanism, or the command LOGIN of RFC 9051, section 6.2.3. */
export type LoginMethod = { sasl: SaslMechanism } | 'LOGIN';

/** Logs in over the connection and resolves with the name of what did it. */
export async function logIn(connection: ImapConnection, input: LoginInput): Promise<string> {
  const { flow } = connection;
  input.observe?.({ layer: 'capabilities', names: [...flow.capabilities.keys()].map(shown) });
  const method = chooseLogin(input.server, {
    capabilities: [...flow.capabilities.keys()],
    tls: flow.secureConnection,
    remoteAddress: socketOf(flow)?.remoteAddress,
  });
  const name = method === 'LOGIN' ? 'LOGIN' : method.sasl;
  try {
    if (method === 'LOGIN') await loginCommand(connection, input.login);
    else await authenticate(connection, startSasl(method.sasl, saslInput(input)));
  } catch (error) {
    if (!(error instanceof RefusedCommand)) throw error;
    throw loginFailure(error.refusal, name, input.account.name);
  }
  input.observe?.({ layer: 'login', mechanism: name });
  return name;
}

function shown(capability: string): string {
  return printable(capability, 80);
}

function saslInput({ login, server }: LoginInput): Parameters<typeof startSasl>[1] {
  return { ...login, host: server.host, port: server.port };
}

/** What the choice depends on, besides the account. */
export interface LoginGround {
  /** As the server names them, in any case. */
  readonly capabilities: readonly string[];
  readonly tls: boolean;
  readonly remoteAddress: string | undefined;
}

/**
 * How to log in. The command LOGIN stands in for the mechanism LOGIN where the server does not announce that one,
 * unless LOGINDISABLED forbids it; for `auto` only where nothing else is on offer. Errors as chooseMechanism.
 */
export function chooseLogin(
  server: Pick<IncomingServer, 'auth' | 'allowInsecure'>,
  { capabilities, tls, remoteAddress }: LoginGround,
): LoginMethod {
  const names = capabilities.map((name) => name.toUpperCase());
  const offered = new Set(
    names.filter((name) => name.startsWith('AUTH=')).map((name) => name.slice(5)),
  );
  const wantsLogin =
    server.auth === 'login' || (server.auth === 'auto' && !usual.some((each) => offered.has(each)));
  const byCommand = wantsLogin && !offered.has('LOGIN') && !names.includes('LOGINDISABLED');
  if (byCommand) offered.add('LOGIN');
  const sasl = chooseMechanism({
    wanted: server.auth,
    offered,
    confidential: isConfidential({ tls, remoteAddress, allowInsecure: false }),
    allowInsecure: server.allowInsecure,
  });
  return byCommand && sasl === 'LOGIN' ? 'LOGIN' : { sasl };
}

const usual: readonly SaslMechanism[] = [
  'PLAIN',
  'LOGIN',
  'CRAM-MD5',
  'SCRAM-SHA-1',
  'SCRAM-SHA-256',
];

async function loginCommand(connection: ImapConnection, login: Login): Promise<void> {
  const secret = (text: string) => ({ ...astring(text), sensitive: true });
  await connection.exec('LOGIN', [secret(login.username), secret(login.password)]);
}

/** AUTHENTICATE of RFC 9051, section 6.2.2, with the initial response of RFC 4959 where the server takes one. */
async function authenticate(connection: ImapConnection, exchange: SaslExchange): Promise<void> {
  const { flow } = connection;
  const early = exchange.initialResponse !== null && flow.capabilities.has('SASL-IR');
  let first = early ? null : exchange.initialResponse;
  let failure: unknown;

  const answer = (challenge: Buffer): Buffer => {
    if (first === null) return exchange.respond(challenge);
    const response = first;
    first = null;
    return response;
  };
  const onPlusTag = async (line: Answer): Promise<void> => {
    try {
      writeLine(flow, answer(challengeOf(line)).toString('base64'));
    } catch (error) {
      // The server waits for an answer: `*` gives up, and its BAD ends the command.
      failure ??= error;
      if (!connection.lost) writeLine(flow, '*');
    }
  };
  const initial = early ? [secretAtom(exchange.initialResponse)] : [];
  try {
    await connection.exec('AUTHENTICATE', [atom(exchange.mechanism), ...initial], { onPlusTag });
  } catch (error) {
    throw failure ?? error;
  }
  if (failure !== undefined) throw failure;
  exchange.finish();
}

/** RFC 4959, section 3: an empty initial response is a `=`. */
function secretAtom(response: Buffer | null) {
  const text = response === null || response.length === 0 ? '=' : response.toString('base64');
  return { ...atom(text), sensitive: true };
}

function challengeOf(line: Answer): Buffer {
  const text = (textOf(line.attributes?.[0]) ?? '').trim();
  // Base64 or nothing; servers that write words instead of an empty challenge mean an empty one.
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return Buffer.alloc(0);
  return Buffer.from(text, 'base64');
}

/** The server has greeted this connection as logged in already (PREAUTH): as whom, nobody knows. */
export function unexpectedPreauth(): RefusedError {
  return new RefusedError(
    'the server takes the connection for logged in without asking who it is',
    {
      layer: 'greeting',
      remedy: 'Check host and port: this is no server for mail programs.',
    },
  );
}
