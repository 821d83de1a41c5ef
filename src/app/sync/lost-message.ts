/** A connection that is lost while a message comes: whose trouble it is, the network's or the message's (design rule 11). */

import { asPosthornError, TemporaryError, type PosthornError } from '../../errors.ts';
import type { AccountRun } from './account-run.ts';

/**
 * What one fetch did not bring. Some servers hang up at a message that they can't read, each time; so the first one that did
 * not come is asked for last the next time, and is to blame where the connection is lost again though others came.
 */
export interface Loss<Id> {
  readonly error: PosthornError;
  readonly at: Id;
}

/** Null where nothing was lost: the poll is to end, the disk is full, the state is another's, the server asks for a pause. */
export function lossOf<Id>(
  { signal }: AccountRun,
  spent: boolean,
  thrown: unknown,
  at: Id | undefined,
): Loss<Id> | null {
  const error = asPosthornError(thrown);
  if (!spent || signal.aborted || at === undefined) return null;
  if (!(error instanceof TemporaryError) || error.reach !== 'account') return null;
  return error.pauseMs === undefined && error.code !== 'locked' ? { error, at } : null;
}

/** The server hung up; where one only stalls, each question for another message may wait as long again. */
export function isHangUp({ error }: Loss<unknown>): boolean {
  return error.code !== 'timeout';
}

/** The loss, as the trouble of the message alone. */
export function blamed({ error }: Loss<unknown>): TemporaryError {
  return new TemporaryError(`the connection is lost where this message comes: ${error.message}`, {
    reach: 'message',
    layer: 'session',
    remedy: 'Look at the message in webmail; it may be damaged on the server.',
  });
}
