/** How a command ends that has thrown. */

import { asPosthornError, PosthornError } from '../../errors.ts';
import type { Output } from './output.ts';

/** Says what went wrong and returns the exit status; what broke off because it was asked to is no news. */
export function failed(thrown: unknown, output: Output, signal: AbortSignal): number {
  if (signal.aborted && !(thrown instanceof PosthornError)) return 75;
  output.error(thrown);
  return asPosthornError(thrown).exitStatus;
}
