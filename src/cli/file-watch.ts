/** Looks into the configuration file again, in the middle of a command: does it still have an account as it was read? */

import { stat } from 'node:fs/promises';
import type { Neighbours } from '../app/neighbours.ts';
import type { Config, ConfigLocation } from '../config/read/config.ts';
import { loadConfigAt } from '../config/read/load.ts';

/** Read again only where it has changed since the last look: a thousand new accounts ask one after the other. */
export function fileWatch(location: ConfigLocation): NonNullable<Neighbours['isInFile']> {
  let seen: { readonly stamp: string; readonly accounts: Config['accounts'] | null } | undefined;
  return async ({ name, id }) => {
    const stamp = await stampOf(location.path);
    if (stamp === null) return true;
    if (seen?.stamp !== stamp) seen = { stamp, accounts: await accountsIn(location) };
    if (seen.accounts === null) return true;
    const there = seen.accounts.get(name);
    return there !== undefined && there.id === id;
  };
}

/** Null for a pipe, which can't be read twice, and for a file that is gone: it says nothing of a rename. */
async function stampOf(path: string): Promise<string | null> {
  const found = await stat(path, { bigint: true }).catch(() => null);
  if (found?.isFile() !== true) return null;
  return [found.dev, found.ino, found.size, found.mtimeNs].join(' ');
}

/** Null where it does not hold just now, as in the middle of an edit by hand. */
async function accountsIn(location: ConfigLocation): Promise<Config['accounts'] | null> {
  return loadConfigAt(location).then(
    ({ accounts }) => accounts,
    () => null,
  );
}
