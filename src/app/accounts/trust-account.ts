/** `account trust`: looks at the certificates of an account's servers, and decides which of them there is a point in pinning. */

import type { Account, ServerEndpoint } from '../../core/account/account.ts';
import { asPosthornError, ConfigurationError, type PosthornError } from '../../errors.ts';
import type {
  ServerCertificates,
  ServerCertificate,
} from '../../ports/accounts/server-certificates.ts';

export type Side = 'incoming' | 'outgoing';

/**
 * pinned: the account pins this very certificate; otherwise: it pins another one, and refuses this; trusted: it holds by its
 * authority; untrusted: it does not, and there is no pin.
 */
export type Standing = 'pinned' | 'otherwise' | 'trusted' | 'untrusted';

export type SeenCertificate = { readonly side: Side; readonly endpoint: string } & (
  | {
      readonly certificate: ServerCertificate;
      readonly standing: Standing;
      readonly error: null;
    }
  | { readonly certificate: null; readonly standing: null; readonly error: PosthornError }
);

/** One entry for each server that is asked for and that the account uses, in this order. Never throws. */
export async function lookAtCertificates(
  account: Account,
  sides: readonly Side[],
  certificates: ServerCertificates,
  signal: AbortSignal,
): Promise<SeenCertificate[]> {
  const servers = sides.flatMap((side) => {
    const server = account[side];
    return server === undefined ? [] : [{ side, server }];
  });
  return Promise.all(
    servers.map(({ side, server }) => lookAt(account, side, server, certificates, signal)),
  );
}

async function lookAt(
  account: Account,
  side: Side,
  server: ServerEndpoint,
  certificates: ServerCertificates,
  signal: AbortSignal,
): Promise<SeenCertificate> {
  const endpoint = `${server.host}:${String(server.port)}`;
  const service = side === 'outgoing' ? 'smtp' : account.type;
  try {
    const { host, port, security } = server;
    if (security === 'none') throw inClear(endpoint, account.name, side);
    const address = { host, port, security };
    const certificate = await certificates.shown(service, address, server.tls, signal);
    const standing = standingOf(certificate, server.tls.fingerprint);
    return { side, endpoint, certificate, standing, error: null };
  } catch (thrown) {
    const error = asPosthornError(thrown);
    error.account ??= account.name;
    return { side, endpoint, certificate: null, standing: null, error };
  }
}

function inClear(endpoint: string, name: string, side: Side): ConfigurationError {
  const option = side === 'incoming' ? '--in-security' : '--out-security';
  return new ConfigurationError(
    `${endpoint} is used without encryption, so there is no certificate`,
    { remedy: `Run: posthorn account edit ${name} ${option} tls` },
  );
}

function standingOf(
  { fingerprint, trouble }: ServerCertificate,
  pin: string | undefined,
): Standing {
  if (pin !== undefined) return pin === fingerprint ? 'pinned' : 'otherwise';
  return trouble === null ? 'trusted' : 'untrusted';
}

/**
 * Those to pin: what is refused without a pin. A certificate that holds by its authority is renewed every few months, and a pin
 * would then refuse the new one: it is pinned where a side was named, or where nothing else could be meant.
 */
export function worthPinning(
  seen: readonly SeenCertificate[],
  wasNamed: boolean,
): SeenCertificate[] {
  const refused = seen.filter(
    ({ standing }) => standing === 'untrusted' || standing === 'otherwise',
  );
  const trusted = seen.filter(({ standing }) => standing === 'trusted');
  if (wasNamed) return [...refused, ...trusted];
  return refused.length > 0 || seen.some(({ error }) => error !== null) ? refused : trusted;
}
