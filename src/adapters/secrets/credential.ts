/** Reads what systemd hands to a service: a file below $CREDENTIALS_DIRECTORY (systemd.exec(5), CREDENTIALS). */

import { join } from 'node:path';
import { CredentialsError, TemporaryError } from '../../errors.ts';
import { readSecretFile } from './secret-file.ts';

/** The credential as text. Throws TemporaryError where it is not handed over here: started otherwise, it may be. */
export async function readCredential(env: NodeJS.ProcessEnv, name: string): Promise<string> {
  const directory = env['CREDENTIALS_DIRECTORY'] ?? '';
  if (directory === '')
    throw new TemporaryError(`the systemd credential ${name} is not to be had here`, {
      remedy:
        'Only a service that systemd starts has credentials: see CREDENTIALS_DIRECTORY in systemd.exec(5).',
    });
  try {
    return await readSecretFile(join(directory, name));
  } catch (error) {
    if (!(error instanceof CredentialsError) || !isMissing(error.cause)) throw error;
    throw new TemporaryError(`systemd hands over no credential ${name}`, {
      cause: error,
      remedy: `Add LoadCredential=${name}:FILE to the unit and start it again.`,
    });
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
