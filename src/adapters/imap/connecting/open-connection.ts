/** From an account to a logged-in connection: socket and TLS by wire, greeting and STARTTLS by imapflow, login by ours. */

import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import type { Socket } from 'node:net';
import { ImapFlow, type ImapFlowOptions } from 'imapflow';
import type { Layer } from '../../../errors.ts';
import { tlsStep } from '../../../wire/certificate.ts';
import { connect } from '../../../wire/connect.ts';
import { cutError, timeoutError } from '../../../wire/connection-error.ts';
import { checkPeer, tlsOptions } from '../../../wire/tls-options.ts';
import { ImapConnection } from '../connection.ts';
import type { WatchLimits } from '../watchdog.ts';
import { logIn, unexpectedPreauth, type LoginInput } from './login.ts';
import {
  connectFailure,
  isGreeting,
  layerOf,
  noImap,
  reasonOf,
  welcome,
  type LoginState,
} from './start-failure.ts';

export interface Timeouts extends WatchLimits {
  /** From the name's look-up to the login's answer, all of it. */
  readonly connectMs: number;
  /** How long saying good-bye may take. */
  readonly logoutMs: number;
}

const minute = 60_000;

export const defaultTimeouts: Timeouts = {
  connectMs: 30_000,
  stallMs: minute,
  floorMs: 3 * minute,
  floorOctets: 768,
  commandMs: 10 * minute,
  logoutMs: 2_500,
};

const mebibyte = 1024 * 1024;
/** Of a literal: bodies of messages don't come this way, and no name is longer. */
const maxLiteralSize = mebibyte;
/** Of a line: the answer to SEARCH has up to eleven octets for each message. */
const maxLineLength = 12 * mebibyte;
const maxResponseSize = maxLineLength + maxLiteralSize;
/** What imapflow reads itself are short lines of status. */
const maxResponseTokens = 2_000;

/**
 * imapflow's sockets have their own watchdog, which takes a caller who is busy elsewhere for a dead server. Ours
 * (ImapConnection) looks at running commands alone.
 */
const neverMs = 24 * 60 * 60 * 1000;

export interface OpenConnection {
  readonly connection: ImapConnection;
  readonly mechanism: string;
}

/** Errors as MailboxSource.connect. Aborting the signal drops the socket, also later on. */
export async function openConnection(
  input: LoginInput,
  timeouts: Timeouts,
  signal: AbortSignal,
): Promise<OpenConnection> {
  if (signal.aborted) throw reasonOf(signal);
  const { server } = input;
  const expiresAt = performance.now() + timeouts.connectMs;
  // Without an upgrade nobody needs the authorities, which take longer to load than a poll without news.
  const upgrades = server.security === 'starttls';
  const upgradeOptions = upgrades ? await tlsOptions(server.tls, server.host) : {};
  const socket = await connect({
    host: server.host,
    port: server.port,
    timeoutMs: timeouts.connectMs,
    signal,
    tls: server.security === 'tls' ? server.tls : null,
    observe: input.observe,
  }).catch((error: unknown) => {
    throw signal.aborted ? reasonOf(signal) : error;
  });
  return await startSession({ ...input, socket, upgradeOptions, signal }, timeouts, expiresAt);
}

interface SessionStart extends LoginInput {
  readonly socket: Socket;
  readonly upgradeOptions: ConnectionOptions;
  readonly signal: AbortSignal;
}

async function startSession(
  start: SessionStart,
  timeouts: Timeouts,
  expiresAt: number,
): Promise<OpenConnection> {
  const { server, signal, socket } = start;
  const state: LoginState = {
    greeted: false,
    begun: false,
    mechanism: undefined,
    failure: undefined,
  };
  const judge = (first: Buffer): void => {
    if (!isGreeting(first)) connection.drop(noImap(server.host, server.port, first));
    const text = welcome(first);
    state.greeted = text !== null;
    if (text !== null) start.observe?.({ layer: 'greeting', text });
  };
  const flow = new ImapFlow(flowOptions(start, judge));
  const connection = new ImapConnection(flow, timeouts);
  const layer = (): Layer => layerOf(flow, state, server);
  useOwnCommands(flow, connection, start, state);

  const onAbort = () => connection.drop(reasonOf(signal));
  signal.addEventListener('abort', onAbort, { once: true });
  connection.onLost(() => signal.removeEventListener('abort', onAbort));
  const left = Math.max(0, expiresAt - performance.now());
  const onTimeout = () =>
    connection.drop(timeoutError(server.host, server.port, timeouts.connectMs, layer()));
  const timer = setTimeout(onTimeout, left);
  try {
    if (signal.aborted) throw reasonOf(signal);
    await flow.connect();
    if (state.mechanism === undefined) throw unexpectedPreauth();
    // RFC 2971: only after the login, as some providers ask for it then and none before; nobody waits for the answer.
    if (connection.has('ID')) connection.post('ID', 'ID ("name" "posthorn")');
    return { connection, mechanism: state.mechanism };
  } catch (error) {
    const why = connectFailure(error, connection, state, layer(), server);
    connection.drop(why);
    socket.destroy();
    throw why;
  } finally {
    clearTimeout(timer);
  }
}

function flowOptions(start: SessionStart, judge: (first: Buffer) => void): ImapFlowOptions {
  const { server } = start;
  return {
    host: server.host,
    port: server.port,
    secure: server.security === 'tls',
    doSTARTTLS: server.security === 'starttls',
    // The secret never goes into imapflow: this only makes it call our AUTHENTICATE.
    auth: { user: 'posthorn', accessToken: 'unused' },
    transport: transportOver(start, judge),
    // It stands in log lines alone, of which there are none; a random one takes a part of Node that nothing else needs.
    id: 'posthorn',
    logger: false,
    disableAutoIdle: true,
    disableAutoEnable: true,
    disableCompression: true,
    disableBinary: true,
    disableIMAP4rev2: true,
    connectionTimeout: neverMs,
    greetingTimeout: neverMs,
    socketTimeout: neverMs,
    maxLiteralSize,
    maxLineLength,
    maxResponseSize,
    maxResponseTokens,
  };
}

type Transport = NonNullable<ImapFlowOptions['transport']>;

/**
 * Hands imapflow the socket that is open already, and upgrades it with our judgement on the certificate. `judge` sees the
 * first octets that came.
 */
function transportOver(
  { socket, upgradeOptions, server, observe }: SessionStart,
  judge: (first: Buffer) => void,
): Transport {
  return {
    connect(_options, onConnect) {
      setImmediate(() => {
        // A socket that broke meanwhile has nobody else to tell it.
        if (socket.destroyed) {
          socket.emit('error', cutError(server.host, server.port, 'greeting'));
          return;
        }
        onConnect();
        socket.once('data', judge);
      });
      return socket as unknown as ReturnType<Transport['connect']>;
    },
    upgrade(_socket, _options, onSecure) {
      const { host, port, tls: settings } = server;
      const options = { ...upgradeOptions, host, socket, rejectUnauthorized: false };
      const secure: TLSSocket = connectTls(options, () => {
        try {
          checkPeer(secure, { host, port, settings });
          observe?.(tlsStep(secure, settings));
        } catch (error) {
          secure.destroy(error as Error);
          return;
        }
        onSecure();
      });
      return secure as unknown as ReturnType<Transport['connect']>;
    },
  };
}

/**
 * The registry of commands is shared by all clients of the process, so this one gets its own; it lacks everything that
 * changes a mailbox, so that no fallback of the library can ever expunge.
 */
function useOwnCommands(
  flow: ImapFlow,
  connection: ImapConnection,
  start: SessionStart,
  state: LoginState,
): void {
  const inner = flow as unknown as { commands: Map<string, FlowCommand> };
  const shared = inner.commands;
  const own = new Map<string, FlowCommand>();
  for (const name of ['CAPABILITY', 'STARTTLS', 'LOGOUT', 'NOOP']) {
    const command = shared.get(name);
    if (command !== undefined) own.set(name, command);
  }
  own.set('AUTHENTICATE', async () => {
    state.begun = true;
    try {
      state.mechanism = await logIn(connection, start);
      return start.login.username;
    } catch (error) {
      state.failure = error;
      throw error;
    }
  });
  inner.commands = own;
}

type FlowCommand = (...args: unknown[]) => Promise<unknown>;
