/** Looks up records of DNS – SRV, MX, addresses – each within a deadline. */

import { Resolver } from 'node:dns/promises';
import type { ServiceTarget } from '../../core/discovery/discovery.ts';
import { TemporaryError } from '../../errors.ts';

export interface DnsOptions {
  /** `ADDRESS` or `ADDRESS:PORT`; left out: those of the machine. */
  readonly servers?: readonly string[] | undefined;
  readonly timeoutMs: number;
}

/** A domain with more is not helped by trying them all. */
const mostRecords = 4;

export async function lookUpServices(
  name: string,
  options: DnsOptions,
  signal: AbortSignal,
): Promise<ServiceTarget[]> {
  const records = await lookUp(name, (resolver) => resolver.resolveSrv(name), options, signal);
  return records
    .toSorted((a, b) => a.priority - b.priority)
    .slice(0, mostRecords)
    .map(({ name: host, ...rest }) => ({ ...rest, host: rooted(host) }));
}

export async function lookUpExchangers(
  domain: string,
  options: DnsOptions,
  signal: AbortSignal,
): Promise<string[]> {
  const records = await lookUp(domain, (resolver) => resolver.resolveMx(domain), options, signal);
  return records
    .toSorted((a, b) => a.priority - b.priority)
    .slice(0, mostRecords)
    .map(({ exchange }) => rooted(exchange))
    .filter((host) => host !== '');
}

/** IPv4 first: where IPv6 leads nowhere, a probe has no time to find out. None is no error. */
export async function lookUpAddresses(
  host: string,
  options: DnsOptions,
  signal: AbortSignal,
): Promise<string[]> {
  const [four, six] = await Promise.allSettled([
    lookUp(host, (resolver) => resolver.resolve4(host), options, signal),
    lookUp(host, (resolver) => resolver.resolve6(host), options, signal),
  ]);
  const found = [four, six].flatMap((each) => (each.status === 'fulfilled' ? each.value : []));
  if (found.length > 0) return found;
  for (const each of [four, six]) if (each.status === 'rejected') throw each.reason;
  return [];
}

/** The root as a target says that there is no such service (RFC 2782; RFC 7505 for mail). */
function rooted(host: string): string {
  return host === '.' ? '' : host.replace(/\.$/, '').toLowerCase();
}

async function lookUp<T>(
  name: string,
  ask: (resolver: Resolver) => Promise<T[]>,
  { servers, timeoutMs }: DnsOptions,
  signal: AbortSignal,
): Promise<T[]> {
  signal.throwIfAborted();
  const resolver = new Resolver({ timeout: timeoutMs, tries: 1 });
  if (servers !== undefined) resolver.setServers(servers);
  // With several servers each has the whole time: the sum is bounded here.
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  const cancel = (): void => {
    resolver.cancel();
  };
  limit.addEventListener('abort', cancel, { once: true });
  try {
    return await ask(resolver);
  } catch (cause) {
    signal.throwIfAborted();
    if (isNone(cause)) return [];
    throw noAnswer(name, cause);
  } finally {
    limit.removeEventListener('abort', cancel);
  }
}

/** No such name, or no such record of it. */
function isNone(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && noneCodes.has(String(cause.code));
}

const noneCodes = new Set(['ENOTFOUND', 'ENODATA']);

function noAnswer(name: string, cause: unknown): TemporaryError {
  return new TemporaryError(`${name} could not be looked up (DNS)`, {
    cause,
    layer: 'resolve',
    remedy: 'Check that this machine is online.',
  });
}
