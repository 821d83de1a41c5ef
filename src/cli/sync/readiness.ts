/** How a daemon in the background tells `start` that it is ready, or why it is not: one line on descriptor 3, `STATUS WHY`. */

import { writeSync } from 'node:fs';
import {
  asPosthornError,
  ConfigurationError,
  CredentialsError,
  InternalError,
  StorageError,
  TemporaryError,
  type PosthornError,
} from '../../errors.ts';
import { oneLine } from '../terminal/output.ts';

/** Set by `start` alone, so that descriptor 3 of any other parent is left alone. */
export const readinessVariable = 'POSTHORN_READY_FD';

const ready = 'ready';

function failureLine(error: PosthornError): string {
  return `${String(error.exitStatus)} ${oneLine(error)}`;
}

/** What `start` fails with, where the daemon said this line; null where it is ready. */
export function startFailure(line: string, logFile: string): PosthornError | null {
  if (line === ready) return null;
  const [, status, why] = /^(\d+) (.*)$/.exec(line) ?? [];
  const message = `the daemon did not start${why === undefined ? '' : `: ${why}`}`;
  const remedy = `See ${logFile}, or run: posthorn daemon run`;
  const details = { reach: 'program', remedy } as const;
  switch (status) {
    case '70':
      return new InternalError(message, details);
    case '74':
      return new StorageError(message, details);
    case '77':
      return new CredentialsError(message, details);
    case '78':
      return new ConfigurationError(message, details);
    default:
      return new TemporaryError(message, details);
  }
}

export function announceReady(
  env: Readonly<Record<string, string | undefined>>,
  failure: unknown,
): Promise<void> {
  const descriptor = Number(env[readinessVariable] ?? '0');
  if (!Number.isInteger(descriptor) || descriptor < 3) return Promise.resolve();
  const text = failure === null ? ready : failureLine(asPosthornError(failure));
  try {
    writeSync(descriptor, `${text.replaceAll('\n', ' ')}\n`);
  } catch {
    // Whoever waited has gone away; the daemon runs on.
  }
  return Promise.resolve();
}
