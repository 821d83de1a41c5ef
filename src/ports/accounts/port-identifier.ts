/** Finds out what listens at a port that does not answer as the account expects. */

import type { PortIdentity } from '../../core/discovery/port-identity.ts';

/**
 * Looks on connections of its own: listens, and where nothing is said asks one harmless line, in clear and under TLS. No
 * certificate is judged and no secret sent. Null where nothing can be found out; it never throws but for the signal.
 */
export type PortIdentifier = (
  peer: { readonly host: string; readonly port: number },
  signal: AbortSignal,
) => Promise<PortIdentity | null>;
