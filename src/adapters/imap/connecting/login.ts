/** Logging in, strictly: by the mechanism that was chosen; another one only where the server does not know that one. */

import type { Account, IncomingServer } from '../../../core/account/account.ts';
import { RefusedError } from '../../../errors.ts';
import type { Login } from '../../../ports/connection.ts';
import type { StepObserver } from '../../../ports/connection-steps.ts';
import { printable } from '../../../wire/printable.ts';
import { keepSecret } from '../../../wire/redaction.ts';
import { startSasl } from '../../../wire/sasl.ts';
import type { SaslExchange } from '../../../wire/sasl-exchange.ts';
import { isTemporary, loginFailure, RefusedCommand, type Refusal } from '../answers/refusal.ts';
import { astring, atom } from '../answers/tokens.ts';
import type { ImapConnection } from '../connection.ts';
import { chooseLogin, type LoginMethod } from './choose-login.ts';

export interface LoginInput {
  readonly account: Account;
  readonly server: IncomingServer;
  readonly login: Login;
  readonly observe?: StepObserver | undefined;
}

/** Logs in over the connection and resolves with the name of what did it. */
export async function logIn(connection: ImapConnection, input: LoginInput): Promise<string> {
  keepSecret(input.login.password);
  const names = [...connection.flow.capabilities.keys()];
  input.observe?.({ layer: 'capabilities', names: names.map((name) => printable(name, 80)) });
  const untaken = new Set<string>();
  let refusal: RefusedCommand | undefined;
  for (;;) {
    const method = nextMethod(connection, input, untaken, refusal);
    const name = nameOf(method);
    try {
      await attempt(connection, input, method);
      input.observe?.({ layer: 'login', mechanism: name });
      return name;
    } catch (error) {
      if (!(error instanceof RefusedCommand)) throw error;
      if (method === 'LOGIN' || !isUnknown(error.refusal))
        throw loginFailure(error.refusal, name, input.account.name);
      untaken.add(name);
      refusal = error;
    }
  }
}

/** BAD says that the server does not know the command or the mechanism, whatever it has announced. */
function isUnknown(refusal: Refusal): boolean {
  return refusal.status === 'BAD' && !isTemporary(refusal);
}

/** What was refused before is told, where no way is left. */
function nextMethod(
  connection: ImapConnection,
  { server, account }: LoginInput,
  untaken: ReadonlySet<string>,
  refused: RefusedCommand | undefined,
): LoginMethod {
  const ground = {
    capabilities: [...connection.flow.capabilities.keys()],
    tls: connection.flow.secureConnection,
    remoteAddress: connection.socket?.remoteAddress,
  };
  try {
    return chooseLogin(server, ground, untaken);
  } catch (error) {
    if (refused === undefined) throw error;
    throw loginFailure(refused.refusal, [...untaken].join(', '), account.name);
  }
}

function nameOf(method: LoginMethod): string {
  return method === 'LOGIN' ? method : method.sasl;
}

async function attempt(
  connection: ImapConnection,
  { login, server }: LoginInput,
  method: LoginMethod,
): Promise<void> {
  if (method === 'LOGIN') return await loginCommand(connection, login);
  const input = { ...login, host: server.host, port: server.port };
  await authenticate(connection, startSasl(method.sasl, input));
}

async function loginCommand(connection: ImapConnection, login: Login): Promise<void> {
  const secret = (text: string) => ({ ...astring(text), sensitive: true });
  await connection.run('LOGIN', [secret(login.username), secret(login.password)]);
}

/** AUTHENTICATE of RFC 9051, section 6.2.2, with the initial response of RFC 4959 where the server takes one. */
async function authenticate(connection: ImapConnection, exchange: SaslExchange): Promise<void> {
  const early = exchange.initialResponse !== null && connection.has('SASL-IR');
  let first = early ? null : exchange.initialResponse;
  let failure: unknown;

  const answer = (challenge: Buffer): Buffer => {
    if (first === null) return exchange.respond(challenge);
    const response = first;
    first = null;
    return response;
  };
  const onPlus = (line: unknown): void => {
    try {
      connection.writeLine(answer(challengeOf(line)).toString('base64'));
    } catch (error) {
      // The server waits for an answer: `*` gives up, and its BAD ends the command.
      failure ??= error;
      if (!connection.lost) connection.writeLine('*');
    }
  };
  const initial = early ? [secretAtom(exchange.initialResponse)] : [];
  try {
    await connection.converse('AUTHENTICATE', [atom(exchange.mechanism), ...initial], onPlus);
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

/** `line` as imapflow reads it: the words behind the plus are one token. */
function challengeOf(line: unknown): Buffer {
  const { attributes } = line as { attributes?: readonly { value?: unknown }[] };
  const value = attributes?.[0]?.value;
  const text = typeof value === 'string' ? value.trim() : '';
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
