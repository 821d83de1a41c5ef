/** Recognises what listens at a port: by what it says of itself, or answers to a harmless question, in clear or under TLS. */

import type { Socket } from 'node:net';
import { isIP } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { PortIdentity } from '../core/discovery/port-identity.ts';
import { connect, type Peer } from './connect.ts';
import { printable } from './printable.ts';
import { protocolOf } from './protocol-of.ts';

export interface IdentifyOptions {
  /** For the name and the connection, milliseconds. */
  readonly connectMs?: number;
  /** How long a server that speaks first may take, milliseconds. */
  readonly listenMs?: number;
  /** How long an answer and a TLS handshake may take, milliseconds. */
  readonly answerMs?: number;
}

interface Search {
  readonly peer: Peer;
  readonly signal: AbortSignal;
  readonly limits: Required<IdentifyOptions>;
}

const usual = { connectMs: 5_000, listenMs: 1_500, answerMs: 3_000 };

/** Every server of HTTP answers it, and whoever speaks another protocol takes it for a line that makes no sense. */
const question = 'HEAD / HTTP/1.0\r\n\r\n';

/** Servers that speak between servers take whoever talks before the greeting for a sender of spam. */
const neverAsked = new Set([25]);

/** Port: PortIdentifier. */
export async function identifyPort(
  peer: Peer,
  signal: AbortSignal,
  options: IdentifyOptions = {},
): Promise<PortIdentity | null> {
  const search = { peer, signal, limits: { ...usual, ...options } };
  const socket = await opened(search);
  if (socket === null) return null;
  try {
    const said = await firstOctets(socket, search.limits.listenMs, signal);
    if (said !== null || neverAsked.has(peer.port)) return identity(said, false);
    const [asked, encrypted] = await Promise.all([ask(socket, search), underTls(search)]);
    return encrypted ?? identity(asked, false);
  } finally {
    socket.destroy();
  }
}

/** Null where the port can't be reached (any more): the account's own connection has told that already. */
async function opened({ peer, signal, limits }: Search): Promise<Socket | null> {
  try {
    const { host, port } = peer;
    return await connect({ host, port, timeoutMs: limits.connectMs, signal });
  } catch (error) {
    if (signal.aborted) throw error;
    return null;
  }
}

async function ask(socket: Socket, { limits, signal }: Search): Promise<Buffer | null> {
  if (socket.destroyed) return null;
  socket.write(question);
  return await firstOctets(socket, limits.answerMs, signal);
}

async function underTls(search: Search): Promise<PortIdentity | null> {
  const socket = await opened(search);
  if (socket === null) return null;
  const { limits, signal } = search;
  try {
    const secure = await handshake(socket, search);
    if (secure === null) return null;
    const said = await firstOctets(secure, limits.listenMs, signal);
    const answer = said ?? (await ask(secure, search));
    return identity(answer, true) ?? { protocol: 'tls', encrypted: true, text: '' };
  } finally {
    socket.destroy();
  }
}

/** Whoever it is: nothing that matters is said to it. */
async function handshake(socket: Socket, search: Search): Promise<TLSSocket | null> {
  const { host } = search.peer;
  const name = isIP(host) === 0 ? { servername: host } : {};
  const secure = connectTls({ socket, rejectUnauthorized: false, ...name });
  const done = await happens(secure, ['secureConnect'], search.limits.answerMs, search.signal);
  return done ? secure : null;
}

/** What comes first, at most some kilobytes; null where it ends or stays silent. */
async function firstOctets(
  socket: Socket,
  withinMs: number,
  signal: AbortSignal,
): Promise<Buffer | null> {
  await happens(socket, ['readable'], withinMs, signal);
  return socket.read() as Buffer | null;
}

/** Whether one of these events comes, before the socket ends or it takes too long. Throws the signal's reason. */
function happens(
  socket: Socket,
  events: readonly string[],
  withinMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  const ends = ['end', 'close', 'error'];
  return new Promise((resolve, reject) => {
    const settle = (conclude: () => void): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      for (const event of events) socket.off(event, onEvent);
      for (const event of ends) socket.off(event, onEnd);
      // An error in between must not end the process.
      socket.on('error', ignore);
      conclude();
    };
    const onEvent = (): void => {
      settle(() => {
        resolve(true);
      });
    };
    const onEnd = (): void => {
      settle(() => {
        resolve(false);
      });
    };
    const onAbort = (): void => {
      settle(() => {
        reject(signal.reason as Error);
      });
    };
    const timer = setTimeout(onEnd, withinMs);
    signal.addEventListener('abort', onAbort, { once: true });
    for (const event of events) socket.on(event, onEvent);
    for (const event of ends) socket.on(event, onEnd);
    if (signal.aborted) onAbort();
    else if (socket.destroyed) onEnd();
  });
}

function ignore(): void {}

/** Null where nothing was said. */
function identity(said: Buffer | null, encrypted: boolean): PortIdentity | null {
  if (said === null || said.length === 0) return null;
  // RFC 8446, section 5.1: an alert, the answer of TLS to what is none.
  if (said[0] === 0x15 && said[1] === 0x03) return { protocol: 'tls', encrypted: true, text: '' };
  const line = said.toString('utf8', 0, 1024).split(/\r?\n/, 1)[0] ?? '';
  return { protocol: protocolOf(line), encrypted, text: printable(line, 60) };
}
