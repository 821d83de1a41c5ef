/** Port: ServerCertificates, by a handshake that ends before anything is said. */

import type { Service } from '../../core/discovery/discovery.ts';
import { RefusedError } from '../../errors.ts';
import type {
  ServerCertificates,
  ServerCertificate,
} from '../../ports/accounts/server-certificates.ts';
import { connect, probeCertificate, type ShownCertificate } from '../../wire/connect.ts';
import { agreeOnTls, type TalkLimits } from './probe.ts';
import type { TlsSettings } from '../../core/account/account.ts';

const defaultTimeoutMs = 20_000;

export function createCertificates(timeoutMs = defaultTimeoutMs): ServerCertificates {
  return {
    shown: async (service, { host, port, security }, tls, signal) => {
      const limits = { host, port, timeoutMs, signal };
      const found = await (security === 'starttls'
        ? afterStartTls(service, limits, tls)
        : probeCertificate(limits, tls));
      return described(found, limits);
    },
  };
}

async function afterStartTls(
  service: Service,
  limits: TalkLimits,
  tls: TlsSettings,
): Promise<ShownCertificate> {
  const socket = await connect(limits);
  try {
    await agreeOnTls(service, socket, limits);
    return await probeCertificate(limits, tls, socket);
  } finally {
    socket.destroy();
  }
}

function described({ facts, trouble }: ShownCertificate, peer: TalkLimits): ServerCertificate {
  if (facts === null)
    throw new RefusedError(`${peer.host}:${String(peer.port)} shows no certificate`, {
      layer: 'tls',
      remedy: 'Check port and security.',
    });
  const { validFrom, validTo, ...rest } = facts;
  return { ...rest, validFrom: validFrom.getTime(), validTo: validTo.getTime(), trouble };
}
