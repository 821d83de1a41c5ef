/** Finds out whether a mail server answers at an address, with TLS and a certificate that holds; nothing secret is sent. */

import type { LookupFunction, Socket } from 'node:net';
import type { TlsSettings } from '../../core/account/account.ts';
import type { Service } from '../../core/discovery/discovery.ts';
import type { ServerAddress } from '../../core/providers/provider.ts';
import { RefusedError } from '../../errors.ts';
import { connect, upgrade } from '../../wire/connect.ts';
import { timeoutError } from '../../wire/connection-error.ts';
import { SocketReader } from '../../wire/lines.ts';

/** RFC 5321, section 4.5.3.1.5, allows 512 octets; greetings of IMAP are longer. */
const lineLimit = 4096;
/** A greeting or an answer to EHLO has tens of lines at most. */
const mostLines = 64;

interface Words {
  /** How the last line of the greeting, and of an answer that says yes, begins. */
  readonly greeting: RegExp;
  /** Said before TLS is asked for, where something must be. */
  readonly hello: string | null;
  readonly startTls: string;
  readonly yes: RegExp;
  readonly no: RegExp;
}

const words: Readonly<Record<Service, Words>> = {
  imap: {
    greeting: /^\* (?:OK|PREAUTH)\b/i,
    hello: null,
    startTls: 'a STARTTLS',
    yes: /^a OK\b/i,
    no: /^a /i,
  },
  pop3: { greeting: /^\+OK/i, hello: null, startTls: 'STLS', yes: /^\+OK/i, no: /^-ERR/i },
  // RFC 5321, section 4.1.3: an address literal where the client has no name that means anything.
  smtp: {
    greeting: /^220 /,
    hello: 'EHLO [127.0.0.1]',
    startTls: 'STARTTLS',
    yes: /^2\d\d(?: |$)/,
    no: /^[45]\d\d(?: |$)/,
  },
};

export interface ProbeOptions {
  readonly timeoutMs: number;
  readonly tls: TlsSettings;
  readonly lookup: LookupFunction;
}

/** Port: Discovery.probe. */
export async function probeServer(
  service: Service,
  { host, port, security }: ServerAddress,
  { timeoutMs, tls, lookup }: ProbeOptions,
  signal: AbortSignal,
): Promise<void> {
  const limits = { host, port, timeoutMs, signal };
  const socket = await connect({ ...limits, lookup, tls: security === 'tls' ? tls : null });
  try {
    if (security === 'starttls') {
      await agreeOnTls(service, socket, limits);
      await upgrade(socket, { ...limits, tls }).then((encrypted) => encrypted.destroy());
    } else await talking(socket, limits, (reader) => greeted(service, reader, limits));
  } finally {
    socket.destroy();
  }
}

export interface TalkLimits extends Peer {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Hears the greeting in clear and asks for TLS; what the socket says next is the handshake. Throws as probe does. */
export async function agreeOnTls(
  service: Service,
  socket: Socket,
  limits: TalkLimits,
): Promise<void> {
  await talking(socket, limits, async (reader) => {
    await greeted(service, reader, limits);
    await askForTls(service, socket, reader, limits);
    reader.release();
  });
}

async function talking(
  socket: Socket,
  { host, port, timeoutMs, signal }: TalkLimits,
  talk: (reader: SocketReader) => Promise<void>,
): Promise<void> {
  const reader = new SocketReader(socket, { peer: { host, port }, idleMs: timeoutMs });
  const slow = setTimeout(() => {
    reader.fail(timeoutError(host, port, timeoutMs, 'greeting'));
  }, timeoutMs);
  const stop = (): void => {
    reader.fail(signal.reason as Error);
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    await talk(reader);
  } finally {
    clearTimeout(slow);
    signal.removeEventListener('abort', stop);
  }
}

interface Peer {
  readonly host: string;
  readonly port: number;
}

async function greeted(service: Service, reader: SocketReader, peer: Peer): Promise<void> {
  reader.layer = 'greeting';
  const { greeting } = words[service];
  const goesOn = service === 'smtp' ? /^220-/ : /^(?!)/;
  await answer(reader, { yes: greeting, goesOn }, () => notThis(service, peer));
}

async function askForTls(
  service: Service,
  socket: Socket,
  reader: SocketReader,
  peer: Peer,
): Promise<void> {
  const { hello, startTls, yes, no } = words[service];
  const goesOn = service === 'imap' ? /^\* / : /^2\d\d-/;
  for (const line of [hello, startTls]) {
    if (line === null) continue;
    socket.write(`${line}\r\n`);
    await answer(reader, { yes, goesOn }, (said) =>
      no.test(said) ? noTls(peer) : notThis(service, peer),
    );
  }
}

/** Reads until a line says yes; lines that only lead there are passed over, any other ends it. */
async function answer(
  reader: SocketReader,
  { yes, goesOn }: { readonly yes: RegExp; readonly goesOn: RegExp },
  refusal: (said: string) => RefusedError,
): Promise<void> {
  for (let count = 0; count < mostLines; count += 1) {
    const said = (await reader.line(lineLimit)).toString('latin1');
    if (yes.test(said)) return;
    if (!goesOn.test(said)) throw refusal(said);
  }
  throw refusal('');
}

function notThis(service: Service, { host, port }: Peer): RefusedError {
  return new RefusedError(`${host}:${port} does not speak ${service.toUpperCase()}`, {
    layer: 'greeting',
    remedy: 'Check host and port.',
  });
}

function noTls({ host, port }: Peer): RefusedError {
  return new RefusedError(`${host}:${port} offers no STARTTLS`, {
    layer: 'tls',
    remedy: 'Check port and security.',
  });
}
