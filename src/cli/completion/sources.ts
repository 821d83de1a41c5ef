/** What completion finds in the configuration and the state; nothing is written, and every failure is silence. */

import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { Neighbours } from '../../app/neighbours.ts';
import type { ConfigLocation } from '../../config/read/config.ts';
import type { Glance } from '../../config/read/glance.ts';
import { once } from '../once.ts';
import { printable } from '../../printable.ts';
import type { World } from '../world.ts';
import type { Candidate, Sources } from './candidates.ts';

/** `config` is what `--config` said on the line that is being typed. */
export function sourcesOf(world: World, config: string | undefined): Sources {
  const reading = once(() => read(world, config));
  const accounts = async (): Promise<readonly Glance[]> => (await reading())?.accounts ?? [];
  return {
    accounts: async () => (await accounts()).map(({ name, said }) => ({ text: name, said })),
    tags: async () => tagsOf(await accounts()),
    keys: async () => {
      const { accountKeys } = await import('../../config/edit/key-changes.ts');
      return accountKeys().map((text) => ({ text, said: '' }));
    },
    folders: async (names) => {
      const found = await reading();
      return found === null
        ? []
        : quietly([], () => foldersOf(world, found, chosen(found.accounts, names)));
    },
    messages: async () => {
      const found = await reading();
      return found === null ? [] : quietly([], () => messagesIn(world, found.location));
    },
  };
}

interface Found {
  readonly location: ConfigLocation;
  readonly accounts: readonly Glance[];
}

async function quietly<T>(otherwise: T, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch {
    return otherwise;
  }
}

function read({ env, homedir, cwd }: World, config: string | undefined): Promise<Found | null> {
  const source = { env, homedir, cwd, ...(config === undefined ? {} : { configFile: config }) };
  return quietly(null, async () => {
    const { findConfig, readConfigFile } = await import('../../config/read/find.ts');
    const { glanceAt } = await import('../../config/read/glance.ts');
    const location = await findConfig(source);
    return { location, accounts: glanceAt((await readConfigFile(location.path)).text) };
  });
}

function tagsOf(accounts: readonly Glance[]): Candidate[] {
  const members = new Map<string, string[]>();
  for (const { name, tags } of accounts)
    for (const tag of tags) members.set(tag, [...(members.get(tag) ?? []), name]);
  return [...members].map(([text, names]) => ({ text, said: names.slice(0, 5).join(', ') }));
}

/** Of the accounts that stand on the line already, or of all. */
function chosen(accounts: readonly Glance[], names: readonly string[]): readonly Glance[] {
  const named = accounts.filter(({ name }) => names.includes(name));
  return named.length === 0 ? accounts : named;
}

/** The state is opened only where there is one: completion makes no file. */
async function foldersOf(
  world: World,
  { location, accounts: all }: Found,
  accounts: readonly Glance[],
): Promise<Candidate[]> {
  await access(join(location.places.stateDir, 'state.db'));
  const { state } = neighboursOf(world, location);
  try {
    const taken = new Set(all.flatMap(({ id }) => id ?? []));
    const roles = new Map<string, string>();
    for (const { id, name } of accounts) {
      const known = await (id === undefined ? state.accountNamed(name, taken) : state.account(id));
      const folders = known === null ? [] : await state.folders(known.id);
      for (const { path, role } of folders) roles.set(path, role ?? '');
    }
    return [...roles].map(([text, said]) => ({ text, said }));
  } finally {
    await state.close();
  }
}

async function messagesIn(world: World, location: ConfigLocation): Promise<Candidate[]> {
  await access(join(location.places.stateDir, 'outbox'));
  const { entries } = await neighboursOf(world, location).outbox.list();
  return entries.map(({ id, subject, state }) => ({
    text: id,
    said: printable(`${state}: ${subject}`),
  }));
}

function neighboursOf(world: World, location: ConfigLocation): Neighbours {
  return world.neighbours(location, () => undefined);
}
