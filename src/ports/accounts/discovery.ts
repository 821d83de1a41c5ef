/** What the network says about the servers of a domain. */

import type { Service, ServiceTarget } from '../../core/discovery/discovery.ts';
import type { MailConfig } from '../../core/discovery/mail-config.ts';
import type { ServerAddress } from '../../core/providers/provider.ts';

/** Each call ends within a short deadline of its own, or with the signal's reason. */
export interface Discovery {
  /** Targets of an SRV record, e.g. `_imaps._tcp.example.org`; none is no error. TemporaryError where DNS does not answer. */
  services(name: string, signal: AbortSignal): Promise<readonly ServiceTarget[]>;
  /** Hosts that take the domain's mail, the preferred one first; none is no error. TemporaryError where DNS does not answer. */
  exchangers(domain: string, signal: AbortSignal): Promise<readonly string[]>;
  /**
   * What the file at this address says, null where there is none. TemporaryError where its server can't be reached or has
   * trouble, RefusedError where the server's certificate does not hold or it leads astray, DataError where it is no such file.
   */
  mailConfig(url: string, signal: AbortSignal): Promise<MailConfig | null>;
  /**
   * Connects, goes over into TLS, and hears the service's greeting; nothing secret is sent. TemporaryError where the server
   * can't be reached, RefusedError where its certificate does not hold or another service answers.
   */
  probe(service: Service, server: ServerAddress, signal: AbortSignal): Promise<void>;
}
