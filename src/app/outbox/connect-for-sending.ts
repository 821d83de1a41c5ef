/** Logs in to send, and counts refused logins: after too many the server is not asked again, so that it locks nobody out. */

import type { Account } from '../../core/account/account.ts';
import type { Settings } from '../../core/account/settings.ts';
import { afterSendLogin, goodSending, type SendingHistory } from '../../core/account/suspension.ts';
import {
  isOtherEndpoint,
  incomingFingerprint,
  outgoingFingerprint,
} from '../../core/account/endpoint-fingerprint.ts';
import { asPosthornError, CredentialsError, type PosthornError } from '../../errors.ts';
import type { SenderSession } from '../../ports/sending/mail-sender.ts';
import type { AccountState } from '../../ports/state-store.ts';
import type { BoundAccount } from '../accounts/bind-account.ts';
import { connectOutgoing } from '../log-in.ts';
import type { Neighbours } from '../neighbours.ts';

/** Why nothing is sent until a person has mended it, or null; what was counted on another way to the server does not count. */
export function sendingSuspended(
  account: Account,
  known: AccountState | null,
): CredentialsError | null {
  const { suspended } = historyOn(account, known);
  if (suspended === null) return null;
  return new CredentialsError(`sending is suspended: ${suspended.why}`, {
    remedy: `Correct user name or password, then run: posthorn account enable ${account.name}`,
  });
}

/** Why the account sends nothing by itself: it is suspended, or its sending is; null where it does. */
export function haltedBy(account: Account, known: AccountState): string | null {
  const { suspended, failingWay } = known;
  if (suspended !== null && !isOtherEndpoint(failingWay, incomingFingerprint(account)))
    return `the account is suspended: ${suspended.why}`;
  return sendingSuspended(account, known)?.message ?? null;
}

function historyOn(account: Account, known: AccountState | null): SendingHistory {
  const history = known?.sending ?? goodSending;
  return isOtherEndpoint(history.failingWay, outgoingFingerprint(account)) ? goodSending : history;
}

/** Throws what kept it from logging in; CredentialsError at once, without a connection, where sending is suspended. */
export async function connectForSending(
  { account, id }: BoundAccount,
  neighbours: Neighbours,
  settings: Pick<Settings, 'maxLoginFailures'>,
  signal: AbortSignal,
): Promise<SenderSession> {
  const suspended = sendingSuspended(account, await neighbours.state.account(id));
  if (suspended !== null) throw suspended;
  const remember = (failure: PosthornError | null): Promise<void> =>
    rememberLogin({ account, id }, neighbours, settings, failure);
  try {
    const session = await connectOutgoing(account, id, neighbours, signal);
    await remember(null);
    return session;
  } catch (thrown) {
    const error = asPosthornError(thrown);
    if (!signal.aborted) await remember(error);
    throw error;
  }
}

/** Where nothing changes, nothing is written. */
async function rememberLogin(
  { account, id: accountId }: Pick<BoundAccount, 'account' | 'id'>,
  { state, clock }: Neighbours,
  settings: Pick<Settings, 'maxLoginFailures'>,
  failure: PosthornError | null,
): Promise<void> {
  const known = await state.account(accountId);
  const before = historyOn(account, known);
  const sending = afterSendLogin(
    before,
    failure,
    settings,
    clock.now(),
    outgoingFingerprint(account),
  );
  const { loginFailures, failingWay } = known?.sending ?? goodSending;
  const isSame = sending.loginFailures === loginFailures && sending.failingWay === failingWay;
  if (!isSame) await state.commit([{ kind: 'sending', accountId, sending }], 'relaxed');
}
