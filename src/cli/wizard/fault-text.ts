/** Why a draft does not hold, for somebody who is about to change it. */

import { PosthornError } from '../../errors.ts';
import { oneLine } from '../output.ts';

/** What happened and what to do; to which account is plain. */
export function faultText(thrown: Error): string {
  if (!(thrown instanceof PosthornError)) return thrown.message;
  const { message, remedy, code } = thrown;
  return oneLine({ account: undefined, message, remedy, code });
}
