/** The secrets port: an environment variable, a file, a command's output, a systemd credential, or what posthorn keeps itself. */

import type { SecretPlace, SecretRef } from '../../core/account/secret-ref.ts';
import { CredentialsError, InternalError } from '../../errors.ts';
import type { SecretOwner, Secrets } from '../../ports/accounts/secrets.ts';
import { checkSecret, firstLine, withoutLineEnd } from './check-secret.ts';
import { readCredential } from './credential.ts';
import { createKeyring } from './keyring.ts';
import { createKeyringSecrets, createMarks } from './keyring-secrets.ts';
import type { KeptSecrets } from './kept-secrets.ts';
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
  /** The process that talks to the keyring; default: the built one. */
  readonly keyringProgram?: URL;
}

/** Node 20 starts no TypeScript: from its source, posthorn has no keyring. */
const builtProgram = import.meta.url.endsWith('.ts')
  ? undefined
  : new URL('./keyring-program.js', import.meta.url);

/** The secret itself stands in no error, and neither does the command, which could hold one. */
export function createSecrets(options: SecretsOptions): Secrets {
  const { directory, env, commandDeadlineMs = 30_000, keyringProgram = builtProgram } = options;
  const keyring = createKeyring({ program: keyringProgram, env });
  const places: Record<SecretPlace, KeptSecrets> = {
    file: createStoredSecrets(directory),
    keyring: createKeyringSecrets(keyring, createMarks(directory)),
  };
  const read = (ref: SecretRef, owner: SecretOwner, signal?: AbortSignal): Promise<string> => {
    switch (ref.kind) {
      case 'env':
        return Promise.resolve(withoutLineEnd(variable(env, ref.variable)));
      case 'file':
        return readSecretFile(ref.path).then(firstLine);
      case 'command':
        return runSecretCommand(ref.command, env, commandDeadlineMs, signal).then(firstLine);
      case 'credential':
        return readCredential(env, ref.name).then(firstLine);
      case 'keyring':
        return keyring.read(keyOf(owner), signal);
      case 'stored':
        return places.file.read(keyOf(owner));
    }
  };
  return {
    read: async (ref, owner, signal) => {
      signal?.throwIfAborted();
      return checkSecret(await read(ref, owner, signal), origin(ref));
    },
    store: async (owner, secret, place) =>
      places[place].store(keyOf(owner), checkSecret(secret, 'the password')),
    stage: async (owner, secret, place) =>
      places[place].stage(keyOf(owner), checkSecret(secret, 'the password')),
    holds: async (owner, place) => places[place].holds(keyOf(owner)),
    drop: async (owner, place) => places[place].drop(keyOf(owner)),
    forget: (accountId) => forgetAll(accountId, places),
    keyringState: (deadlineMs) => keyring.state(deadlineMs),
  };
}

/** The file first: the keyring may be out of reach. */
async function forgetAll(
  accountId: string,
  places: Readonly<Record<SecretPlace, KeptSecrets>>,
): Promise<void> {
  for (const place of ['file', 'keyring'] as const)
    for (const server of ['incoming', 'outgoing', 'certificate'] as const)
      await places[place].drop(keyOf({ accountId, server }));
}

/** What a secret is called where posthorn keeps it, e.g. `7f3kq2.incoming`: a name of a file. */
function keyOf({ accountId, server }: SecretOwner): string {
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(accountId)) throw new InternalError('no id of an account');
  return `${accountId}.${server}`;
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
    case 'credential':
      return `the password in the systemd credential ${ref.name}`;
    case 'keyring':
      return 'the password in the keyring';
    case 'stored':
      return 'the stored password';
  }
}
