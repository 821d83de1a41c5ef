/** Before anything is asked or tested for a password that is to go to the keyring: does one answer? */

import { TemporaryError } from '../../errors.ts';
import type { Secrets } from '../../ports/accounts/secrets.ts';

/** Long enough for somebody who is asked to unlock it. */
const patienceMs = 30_000;

/** Throws TemporaryError where no keyring answers. */
export async function requireKeyring(secrets: Secrets, account: string): Promise<void> {
  const { answers, why } = await secrets.keyringState(patienceMs);
  if (answers) return;
  throw new TemporaryError(`no keyring answers: ${why ?? 'nobody knows why'}`, {
    account,
    remedy:
      'Unlock it on the desktop and try again, or keep the password in a file of mode 0600: --password-stdin --no-password-keyring.',
  });
}
