/** Fetches a file of mail servers from the web: bounded in time, size and redirects, never from https back to http. */

import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import type { LookupFunction, Socket } from 'node:net';
import type { TlsSettings } from '../../core/account/account.ts';
import type { MailConfig } from '../../core/discovery/mail-config.ts';
import { DataError, PosthornError, RefusedError, TemporaryError } from '../../errors.ts';
import { connect } from '../../wire/connect.ts';
import { connectionError, timeoutError } from '../../wire/connection-error.ts';
import { readConfigFile } from './config-file.ts';

/** The longest of the public collection have some 20 KiB. */
const longestFile = 128 * 1024;
const mostRedirects = 3;

export interface FetchOptions {
  /** For all of it together. */
  readonly timeoutMs: number;
  readonly tls: TlsSettings;
  readonly lookup: LookupFunction;
}

/** Port: Discovery.mailConfig. */
export async function fetchMailConfig(
  url: string,
  options: FetchOptions,
  signal: AbortSignal,
): Promise<MailConfig | null> {
  const first = new URL(url);
  const late = new AbortController();
  const timer = setTimeout(() => {
    late.abort(timeoutError(hostOf(first), portOf(first), options.timeoutMs, 'session'));
  }, options.timeoutMs);
  try {
    return await follow(first, options, AbortSignal.any([signal, late.signal]));
  } catch (error) {
    if (isNobodyThere(error)) return null;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function follow(
  first: URL,
  options: FetchOptions,
  signal: AbortSignal,
): Promise<MailConfig | null> {
  let place = first;
  for (let hops = 0; hops <= mostRedirects; hops += 1) {
    const { next, text } = await get(place, options, signal);
    if (next === null) return text === null ? null : understood(text, place);
    place = next;
  }
  throw astray(first, `sends on more than ${String(mostRedirects)} times`);
}

function understood(text: string, place: URL): MailConfig {
  const config = readConfigFile(text);
  if (config === null) throw noFile(place);
  return config;
}

interface Answer {
  /** Where to ask instead. */
  readonly next: URL | null;
  /** Null where there is no file. */
  readonly text: string | null;
}

const nothing: Answer = { next: null, text: null };

async function get(
  place: URL,
  { tls, lookup }: FetchOptions,
  signal: AbortSignal,
): Promise<Answer> {
  const peer = { host: hostOf(place), port: portOf(place) };
  const isSecure = place.protocol === 'https:';
  const socket = await connect({ ...peer, signal, lookup, tls: isSecure ? tls : null });
  try {
    return await answerOf(await ask(place, socket, signal), place);
  } catch (error) {
    signal.throwIfAborted();
    throw connectionError(error, peer.host, peer.port);
  } finally {
    socket.destroy();
  }
}

async function ask(place: URL, socket: Socket, signal: AbortSignal): Promise<IncomingMessage> {
  const asked = request({
    // The connection is there, its certificate judged.
    createConnection: () => socket,
    path: `${place.pathname}${place.search}`,
    headers: { host: place.host, accept: 'application/xml, text/xml', 'user-agent': 'posthorn' },
    signal,
  });
  asked.end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  return response;
}

async function answerOf(response: IncomingMessage, place: URL): Promise<Answer> {
  const { statusCode: status = 0, headers } = response;
  if (status === 200) return { next: null, text: await textOf(response, place) };
  if (status >= 300 && status < 400)
    return { next: redirected(place, headers.location), text: null };
  if (status >= 500)
    throw new TemporaryError(`${place.host} has trouble of its own (HTTP ${String(status)})`);
  return nothing;
}

/** To http only from http; never with a name and password in the address. */
function redirected(place: URL, location = ''): URL {
  const next = URL.canParse(location, place.href) ? new URL(location, place) : place;
  if (next === place || next.username !== '' || next.password !== '')
    throw astray(place, 'sends on to no address');
  if (next.protocol === 'https:' || (next.protocol === 'http:' && place.protocol === 'http:'))
    return next;
  throw astray(place, 'sends on to a place that is less safe');
}

/** Whatever the server calls its type, and in UTF-8: servers mostly know no better. */
async function textOf(response: IncomingMessage, place: URL): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > longestFile) throw noFile(place);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The name does not exist, or no web server runs there: then there is no file either. A DNS that refuses is another matter. */
function isNobodyThere(error: unknown): boolean {
  if (!(error instanceof PosthornError) || !(error.cause instanceof Error)) return false;
  const code = 'code' in error.cause ? error.cause.code : undefined;
  return error.layer === 'resolve'
    ? code === 'ENOTFOUND' || code === 'ENODATA'
    : code === 'ECONNREFUSED';
}

/** What stands behind the question mark is the address of a person. */
function shown({ origin, pathname }: URL): string {
  return `${origin}${pathname}`;
}

function noFile(place: URL): DataError {
  return new DataError(`${shown(place)} is no file of mail servers`);
}

function astray(place: URL, what: string): RefusedError {
  return new RefusedError(`${shown(place)} ${what}`);
}

function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

function portOf({ port, protocol }: URL): number {
  if (port !== '') return Number(port);
  return protocol === 'https:' ? 443 : 80;
}
