/** Logs in to send, and counts refused logins: after too many the server is not asked again, so that it locks nobody out. */

import type { Settings } from '../core/settings.ts';
import { afterSendLogin, goodSending, type PollFailure } from '../core/suspension.ts';
import { asPosthornError, CredentialsError } from '../errors.ts';
import type { SenderSession } from '../ports/mail-sender.ts';
import type { BoundAccount } from './bind-account.ts';
import { connectOutgoing } from './log-in.ts';
import type { Neighbours } from './neighbours.ts';

/** Throws what kept it from logging in; CredentialsError at once, without a connection, where sending is suspended. */
export async function connectForSending(
  { account, id }: BoundAccount,
  neighbours: Neighbours,
  settings: Pick<Settings, 'maxLoginFailures'>,
  signal: AbortSignal,
): Promise<SenderSession> {
  const known = await neighbours.state.account(id);
  if (known?.sending?.suspended != null)
    throw new CredentialsError(`sending is suspended: ${known.sending.suspended.why}`, {
      remedy: `Correct user name or password, then run: posthorn account enable ${account.name}`,
    });
  try {
    const session = await connectOutgoing(account, id, neighbours, signal);
    await remember(id, neighbours, settings, null);
    return session;
  } catch (thrown) {
    const error = asPosthornError(thrown);
    if (!signal.aborted) await remember(id, neighbours, settings, error);
    throw error;
  }
}

/** Where nothing changes, nothing is written. */
async function remember(
  accountId: string,
  { state, clock }: Neighbours,
  settings: Pick<Settings, 'maxLoginFailures'>,
  failure: PollFailure | null,
): Promise<void> {
  const before = (await state.account(accountId))?.sending ?? goodSending;
  const sending = afterSendLogin(before, failure, settings, clock.now());
  const isSame = sending.loginFailures === before.loginFailures;
  if (!isSame) await state.commit([{ kind: 'sending', accountId, sending }], 'relaxed');
}
