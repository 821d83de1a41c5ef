/**
 * Finds the addresses of hosts for connections of discovery. The system's own way can't be broken off: with a DNS that is
 * silent it would keep the process long after the answer is there. So DNS is asked first, and the system – its hosts file,
 * its other sources – only where DNS has answered that it knows nothing.
 */

import { lookup as lookUpBySystem } from 'node:dns/promises';
import { isIPv6, type LookupFunction } from 'node:net';
import { isLoopbackHost } from '../../core/account/host.ts';
import { lookUpAddresses, type DnsOptions } from './dns.ts';

type Addresses = { address: string; family: number }[];

export function addressLookup(dns: DnsOptions, signal: AbortSignal): LookupFunction {
  return (host, _options, done) => {
    addressesOf(host, dns, signal).then(
      (found) => {
        done(null, found);
      },
      (error: unknown) => {
        done(error as Error, []);
      },
    );
  };
}

async function addressesOf(host: string, dns: DnsOptions, signal: AbortSignal): Promise<Addresses> {
  // RFC 6761, section 6.3: localhost is no question for DNS.
  if (isLoopbackHost(host)) return await lookUpBySystem(host, { all: true });
  const found = await lookUpAddresses(host, dns, signal);
  if (found.length > 0)
    return found.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
  if (dns.servers === undefined) return await lookUpBySystem(host, { all: true });
  throw Object.assign(new Error(`${host} has no address`), { code: 'ENOTFOUND' });
}
