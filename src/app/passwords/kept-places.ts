/** Where posthorn keeps an account's passwords, and how one moves from there to another place. */

import type { Account } from '../../core/account/account.ts';
import { placeOf, refTo, type SecretPlace } from '../../core/account/secret-ref.ts';
import type { SecretOwner, Secrets } from '../../ports/accounts/secrets.ts';
import type { NewSecret } from './new-secrets.ts';

/** Where this server's own password is kept now; null where posthorn only reads it, or it has none. */
export function keptPlace(
  { incoming, outgoing, certificate }: Account,
  server: SecretOwner['server'],
): SecretPlace | null {
  if (server === 'certificate') return placeOf(certificate?.password);
  const isShared = outgoing?.credentials === 'same' || outgoing?.sharesPassword === true;
  // An account that only sends may log in with what is the incoming server's.
  if (server === 'incoming') return placeOf((incoming ?? (isShared ? outgoing : null))?.password);
  return isShared ? null : placeOf(outgoing?.password);
}

/** Where one goes that posthorn is to keep: where it was told to (`asked`), else where the present one is, else to a file. */
export function placeFor(
  asked: boolean | undefined,
  account: Account,
  server: SecretOwner['server'],
): SecretPlace {
  if (asked !== undefined) return asked ? 'keyring' : 'file';
  return keptPlace(account, server) ?? 'file';
}

/** The same password for another place. Throws where it cannot be read. */
export async function movedSecret(
  secrets: Pick<Secrets, 'read'>,
  owner: SecretOwner,
  from: SecretPlace,
  signal: AbortSignal,
): Promise<NewSecret> {
  const secret = await secrets.read(refTo(from), owner, signal);
  return { owner, secret, place: from === 'file' ? 'keyring' : 'file', isMoved: true };
}
