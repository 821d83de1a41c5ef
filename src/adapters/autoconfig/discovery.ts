/** Port: Discovery, by DNS, by files on the web, and by connections that say nothing secret. */

import type { TlsSettings } from '../../core/account/account.ts';
import type { Discovery } from '../../ports/accounts/discovery.ts';
import { addressLookup } from './address-lookup.ts';
import { lookUpExchangers, lookUpServices } from './dns.ts';
import { fetchMailConfig } from './fetch-config.ts';
import { probeServer } from './probe.ts';

export interface DiscoveryOptions {
  /** DNS servers, `ADDRESS` or `ADDRESS:PORT`; left out: those of the machine. */
  readonly dnsServers?: readonly string[] | undefined;
  /** For one look-up, one file and one probe. */
  readonly timeoutMs?: number;
  /** What the certificates of servers must hold against; the system's authorities by default. */
  readonly tls?: TlsSettings;
}

const defaultTimeoutMs = 3_000;

export function createDiscovery(options: DiscoveryOptions = {}): Discovery {
  const { timeoutMs = defaultTimeoutMs, tls = {} } = options;
  const dns = { servers: options.dnsServers, timeoutMs };
  const reach = (signal: AbortSignal) => ({ timeoutMs, tls, lookup: addressLookup(dns, signal) });
  return {
    services: (name, signal) => lookUpServices(name, dns, signal),
    exchangers: (domain, signal) => lookUpExchangers(domain, dns, signal),
    mailConfig: (url, signal) => fetchMailConfig(url, reach(signal), signal),
    probe: (service, server, signal) => probeServer(service, server, reach(signal), signal),
  };
}
