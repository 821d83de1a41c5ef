/** What follows from a change of an account's settings, and which changes its mail does not allow. */

import type { Account, IncomingServer } from '../../core/account/account.ts';
import { ConfigurationError } from '../../errors.ts';
import { lookUpState } from './bind-account.ts';
import type { Neighbours } from '../neighbours.ts';

/** Whether another server, login or endpoint is tried from now on: whatever failed before says nothing about it. */
export function isReachedOtherwise(before: Account, after: Account): boolean {
  const reached = (account: Account): string =>
    JSON.stringify([account.type, endpointOf(account.incoming), account.outgoing]);
  return reached(before) !== reached(after);
}

function endpointOf(incoming: IncomingServer | undefined): object | undefined {
  if (incoming === undefined) return undefined;
  const { intervalMs: _interval, idle: _idle, leaveOnServer: _leave, ...others } = incoming;
  const { maxConnections: _connections, ...endpoint } = others;
  return endpoint;
}

/** ConfigurationError where the account has mail that would be left behind, or whose ids mean nothing to the other protocol. */
export async function refuseLosingMail(
  before: Account,
  after: Account,
  { state, roots }: Pick<Neighbours, 'state' | 'roots'>,
): Promise<void> {
  if (before.path === after.path && before.type === after.type) return;
  const known = await lookUpState(state, before);
  if (known?.root == null) return;
  if (before.type !== after.type)
    throw new ConfigurationError(`it has mail by ${before.type} already`, {
      account: before.name,
      remedy: `The ids of its messages mean nothing to ${after.type}: add a second account instead.`,
    });
  if (before.path !== after.path && !(await roots.isOurs(after.path, known.id)))
    throw new ConfigurationError(`its mail is in ${before.path}, not in ${after.path}`, {
      account: before.name,
      remedy: `Move it first: mv ${before.path} ${after.path}`,
    });
}
