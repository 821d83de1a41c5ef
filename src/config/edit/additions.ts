/** Accounts that are to join a configuration, checked one by one, so that each fault can be told with its line. Pure. */
import { dirname } from 'node:path';
import { checkAccount } from '../schema/checks.ts';
import { dataOf } from './edit.ts';
import { inherit, merge } from '../read/inherit.ts';
import { accountFaults } from '../read/partial.ts';
import { accountPath } from '../read/resolve-account.ts';
import type { AccountEntry, FileEntry } from '../schema/schema.ts';
import { resolveSettings } from '../read/settings.ts';
import type { PathContext } from '../read/settings.ts';

export interface Addition {
  readonly name: string;
  /** Laid over what the account of this name says already, if there is one. */
  readonly entry: AccountEntry;
}

export interface CheckedAddition {
  /** What is wrong with it, as sentences; empty where it holds. */
  readonly faults: readonly string[];
  /** Its mail folder, absolute. */
  readonly path: string;
  /** NAME of an account before it whose folder is the same, or within this one, or around it. */
  readonly mixesWith: string | undefined;
}

/** `text` is the configuration, which holds by itself. In the order of `additions`. */
export function checkAdditions(
  text: string,
  additions: readonly Addition[],
  context: PathContext,
): CheckedAddition[] {
  const file = dataOf(text) as FileEntry;
  const roots = new Roots();
  const settings = resolveSettings(file.options ?? {}, context);
  const pathOf = (name: string, entry: AccountEntry): string =>
    accountPath(name, inherit(file.defaults ?? {}, entry), { ...context, settings });
  for (const [name, entry] of Object.entries(file.accounts ?? {}))
    roots.add(pathOf(name, entry), name);
  return additions.map(({ name, entry }) => {
    const own = ownEntry(file, name, entry);
    const path = pathOf(name, own);
    const mixesWith = roots.mixing(path, name);
    if (mixesWith === undefined) roots.add(path, name);
    return { faults: faultsOf(name, entry, own, file), path, mixesWith };
  });
}

function ownEntry({ accounts = {} }: FileEntry, name: string, entry: AccountEntry): AccountEntry {
  const present = Object.hasOwn(accounts, name) ? accounts[name] : undefined;
  return present === undefined ? entry : (merge(present, entry) as AccountEntry);
}

function faultsOf(
  name: string,
  entry: AccountEntry,
  own: AccountEntry,
  { defaults = {} }: FileEntry,
): string[] {
  const faults = accountFaults(name, entry);
  if (faults.length > 0) return faults;
  return checkAccount(name, inherit(defaults, own), own).map(({ message }) => message);
}

/** Folders of accounts, and every folder that one of them lies in. */
class Roots {
  readonly #roots = new Map<string, string>();
  readonly #around = new Map<string, string>();

  add(path: string, name: string): void {
    this.#roots.set(path, name);
    for (const folder of above(path)) this.#around.set(folder, name);
  }

  mixing(path: string, name: string): string | undefined {
    const others = [path, ...above(path)].map((each) => this.#roots.get(each));
    return [...others, this.#around.get(path)].find((each) => each !== undefined && each !== name);
  }
}

function above(path: string): string[] {
  const folders: string[] = [];
  for (let at = dirname(path); at !== dirname(at); at = dirname(at)) folders.push(at);
  return folders;
}
