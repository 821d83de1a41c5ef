/** What most commands begin with: the configuration, the accounts that were meant, and the neighbours, closed at the end. */

import { withoutTakenIds } from '../app/accounts/bind-account.ts';
import type { Neighbours } from '../app/neighbours.ts';
import type { Config } from '../config/read/config.ts';
import { loadConfig, type LoadOptions } from '../config/read/load.ts';
import type { Account } from '../core/account/account.ts';
import { ConfigurationError, UsageError } from '../errors.ts';
import { accountNamed } from './account-named.ts';
import { configSource, type Run } from './world.ts';

export async function readConfig(run: Run, options: LoadOptions = {}): Promise<Config> {
  const { build } = run.world;
  const config = await loadConfig(configSource(run), { build, ...options });
  for (const warning of config.warnings) run.output.warn(warning);
  return config;
}

/** The same for a command that will write it; StorageError, before anything is asked, tested or stored, where it cannot be. */
export async function readConfigToChange(run: Run, options: LoadOptions = {}): Promise<Config> {
  const config = await readConfig(run, options);
  const { refuseUnwritable } = await import('../config/edit/save.ts');
  await refuseUnwritable(config.path);
  return config;
}

/** Lends the neighbours and closes what they opened, however the work ends. */
export async function withNeighbours<T>(
  run: Run,
  config: Config,
  work: (neighbours: Neighbours) => Promise<T>,
): Promise<T> {
  const neighbours = run.world.neighbours(config.location, (text) => {
    run.output.warn(text);
  });
  const state = withoutTakenIds(neighbours.state, config.accounts.values());
  try {
    return await work({ ...neighbours, state });
  } finally {
    await neighbours.state.close();
  }
}

/** The accounts that NAME… and @TAG mean, each once; all of them where nothing is named. */
export function accountsMeant(config: Config, names: readonly string[]): Account[] {
  if (names.length === 0) return [...config.accounts.values()];
  const meant = new Set(names.flatMap((name) => meantBy(config, name)));
  return [...meant];
}

/** The same for commands that change accounts: they must be named, or `--all` said. */
export function accountsChosen(
  config: Config,
  names: readonly string[],
  all: boolean | undefined,
): Account[] {
  if (all === true && names.length > 0) throw new UsageError('--all does not go with names');
  if (all !== true && names.length === 0)
    throw new UsageError("missing required argument 'names'", {
      remedy: 'Add NAME, @TAG or --all.',
    });
  return accountsMeant(config, names);
}

function meantBy(config: Config, name: string): Account[] {
  if (!name.startsWith('@')) return [accountNamed(config, name)];
  const tagged = [...config.accounts.values()].filter(({ tags }) => tags.includes(name.slice(1)));
  if (tagged.length === 0) throw new UsageError(`no account has the tag ${name}`);
  return tagged;
}

/** The one account a command is about: named, the default, or the only one there is. */
export function oneAccount(config: Config, name: string | undefined): Account {
  if (name !== undefined) return accountNamed(config, name);
  const [only, ...others] = [...config.accounts.values()];
  if (only !== undefined && others.length === 0) return only;
  if (config.defaultAccount !== undefined) return accountNamed(config, config.defaultAccount);
  throw only === undefined
    ? new ConfigurationError('there is no account yet', { remedy: 'Run: posthorn account add' })
    : new UsageError('several accounts could be meant', { remedy: 'Name one.' });
}
