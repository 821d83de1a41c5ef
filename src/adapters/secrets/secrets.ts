/** The secrets port: an environment variable, a file, a command's output, or a file that posthorn keeps itself. */

import type { SecretRef } from '../../core/secret-ref.ts';
import { CredentialsError } from '../../errors.ts';
import type { SecretOwner, Secrets } from '../../ports/secrets.ts';
import { checkSecret, firstLine, withoutLineEnd } from './check-secret.ts';
import { runSecretCommand } from './secret-command.ts';
import { readSecretFile } from './secret-file.ts';
import { createStoredSecrets } from './stored-secrets.ts';

export interface SecretsOptions {
  /** Where secrets of `{stored: true}` are kept; made with mode 0700 when the first one is. */
  readonly directory: string;
  /** The environment that variables are read from and that commands run in. */
  readonly env: NodeJS.ProcessEnv;
  /** Default: 30 seconds. */
  readonly commandDeadlineMs?: number;
}

/** The secret itself stands in no error, and neither does the command, which could hold one. */
export function createSecrets(options: SecretsOptions): Secrets {
  const { directory, env, commandDeadlineMs = 30_000 } = options;
  const stored = createStoredSecrets(directory);
  const read = (ref: SecretRef, owner: SecretOwner, signal?: AbortSignal): Promise<string> => {
    switch (ref.kind) {
      case 'env':
        return Promise.resolve(withoutLineEnd(variable(env, ref.variable)));
      case 'file':
        return readSecretFile(ref.path).then(firstLine);
      case 'command':
        return runSecretCommand(ref.command, env, commandDeadlineMs, signal).then(firstLine);
      case 'stored':
        return stored.read(stored.key(owner));
    }
  };
  return {
    read: async (ref, owner, signal) => {
      signal?.throwIfAborted();
      return checkSecret(await read(ref, owner, signal), origin(ref));
    },
    store: async (owner, secret) => {
      await stored.write(stored.key(owner), checkSecret(secret, 'the password'));
    },
    forget: (accountId) => stored.forget(accountId),
  };
}

function variable(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name];
  if (value !== undefined) return value;
  throw new CredentialsError(`the environment variable ${name} is not set`, {
    remedy: `Set ${name} where posthorn is started; cron and systemd start it without your shell's variables.`,
  });
}

/** What the secret is called in an error. */
function origin(ref: SecretRef): string {
  switch (ref.kind) {
    case 'env':
      return `the password in the environment variable ${ref.variable}`;
    case 'file':
      return `the password in ${ref.path}`;
    case 'command':
      return 'the password that the command printed';
    case 'stored':
      return 'the stored password';
  }
}
