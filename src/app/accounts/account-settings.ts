/** An account as --json shows it: everything that it is set to, but of a command for a password that there is one. */

import type { Account } from '../../core/account/account.ts';
import type { SecretRef } from '../../core/account/secret-ref.ts';

interface WithPassword {
  readonly password?: SecretRef | undefined;
}

/** A command line may hold a secret of its own, so it is not repeated; a variable's or a file's name holds none. */
export function settingsJson(account: Account): object {
  const { incoming, outgoing, certificate } = account;
  return {
    ...account,
    incoming: masked(incoming),
    outgoing: masked(outgoing),
    certificate: masked(certificate),
  };
}

function masked<T extends WithPassword>(holder: T | undefined): object | undefined {
  if (holder?.password?.kind !== 'command') return holder;
  return { ...holder, password: { kind: 'command' } };
}
