/** Port: Discovery, by DNS and by connections that say nothing secret. */

import type { TlsSettings } from '../../core/account.ts';
import type { Discovery } from '../../ports/discovery.ts';
import { lookUpExchangers, lookUpServices } from './dns.ts';
import { probeServer } from './probe.ts';

export interface DiscoveryOptions {
  /** DNS servers, `ADDRESS` or `ADDRESS:PORT`; left out: those of the machine. */
  readonly dnsServers?: readonly string[] | undefined;
  /** For one look-up, and for one probe. */
  readonly timeoutMs?: number;
  /** What the certificates of probed servers must hold against; the system's authorities by default. */
  readonly tls?: TlsSettings;
}

const defaultTimeoutMs = 3_000;

export function createDiscovery(options: DiscoveryOptions = {}): Discovery {
  const { timeoutMs = defaultTimeoutMs, tls = {} } = options;
  const dns = { servers: options.dnsServers, timeoutMs };
  return {
    services: (name, signal) => lookUpServices(name, dns, signal),
    exchangers: (domain, signal) => lookUpExchangers(domain, dns, signal),
    probe: (service, server, signal) => probeServer(service, server, { timeoutMs, tls }, signal),
  };
}
