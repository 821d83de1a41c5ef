/** The certificates that servers show, for a person to look at. */

import type { TlsSettings } from '../../core/account/account.ts';
import type { Service } from '../../core/discovery/discovery.ts';
import type { ServerAddress } from '../../core/providers/provider.ts';

/** Times are milliseconds since the epoch; texts are fit to be shown. */
export interface ServerCertificate {
  /** SHA-256 of the certificate: 64 lower-case hex digits. */
  readonly fingerprint: string;
  readonly subject: string;
  readonly issuer: string;
  /** Host names and addresses that it was issued for. */
  readonly names: readonly string[];
  readonly validFrom: number;
  readonly validTo: number;
  /** Why it does not hold by its authority, its dates and the host's name, as the end of "it is …"; null where it does. */
  readonly trouble: string | null;
}

export interface ServerCertificates {
  /**
   * Goes over into TLS, by STARTTLS where the server has it so, and ends. A pin among the settings is not looked at, and no
   * certificate is refused. TemporaryError where the server can't be reached, RefusedError where it offers no TLS or shows none.
   */
  shown(
    service: Service,
    server: ServerAddress,
    tls: TlsSettings,
    signal: AbortSignal,
  ): Promise<ServerCertificate>;
}
