/** How a daemon in the background tells `start` that it is ready, or why it is not: one line on descriptor 3. */

import { writeSync } from 'node:fs';
import { asPosthornError } from '../errors.ts';
import { oneLine } from './output.ts';

/** Set by `start` alone, so that descriptor 3 of any other parent is left alone. */
export const readinessVariable = 'POSTHORN_READY_FD';

export function announceReady(
  env: Readonly<Record<string, string | undefined>>,
  failure: unknown,
): Promise<void> {
  const descriptor = Number(env[readinessVariable] ?? '0');
  if (!Number.isInteger(descriptor) || descriptor < 3) return Promise.resolve();
  const text = failure === null ? 'ready' : oneLine(asPosthornError(failure));
  try {
    writeSync(descriptor, `${text.replaceAll('\n', ' ')}\n`);
  } catch {
    // Whoever waited has gone away; the daemon runs on.
  }
  return Promise.resolve();
}
