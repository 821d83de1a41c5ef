/** What has to be edited so that the configuration holds what another file says; a plan as data. Pure. */
import { isDeepStrictEqual } from 'node:util';
import { ConfigurationError } from '../../errors.ts';
import { displacedBy } from '../schema/alternatives.ts';
import { dataOf, type Data } from './edit.ts';
import type { Edits } from './edit-many.ts';
import { inherit, merge } from '../read/inherit.ts';
import { flattened } from './key-changes.ts';
import type { ConfigValue } from './render.ts';
import type { AccountEntry, FileEntry } from '../schema/schema.ts';

export interface AccountChange {
  readonly name: string;
  readonly change: 'added' | 'changed' | 'unchanged' | 'removed';
  /** Dotted, in the order of the file that is applied; of a changed account alone. */
  readonly keys: readonly string[];
}

export interface ApplyPlan {
  readonly accounts: readonly AccountChange[];
  /** Keys outside the accounts that change, dotted. */
  readonly general: readonly string[];
  readonly edits: Edits;
}

export interface ApplyOptions {
  /** Accounts that the file does not name are removed. */
  readonly prune: boolean;
  /** The id of a new account without one. */
  readonly newId: (name: string) => string;
  /** Ids that accounts of the configuration without one have in the state. */
  readonly knownIds?: ReadonlyMap<string, string>;
}

type Assignment = readonly [path: readonly string[], value: ConfigValue];

/** `text` is the configuration. Throws ConfigurationError where it is no YAML, or an account would change its id. */
export function planApply(text: string, wanted: FileEntry, options: ApplyOptions): ApplyPlan {
  const present = dataOf(text) as FileEntry;
  const { accounts = {}, version: _version, ...rest } = wanted;
  const general = differences(rest, present);
  const planned = Object.entries(accounts).map(([name, entry]) =>
    planAccount(name, entry, withDefaults(present, wanted), options),
  );
  const removed = options.prune ? othersThan(accounts, present) : [];
  return {
    accounts: [
      ...planned.map(({ change }) => change),
      ...removed.map((name): AccountChange => ({ name, change: 'removed', keys: [] })),
    ],
    general: general.map(([path]) => path.join('.')),
    edits: {
      set: [...general, ...planned.flatMap(({ set }) => set)],
      remove: [
        ...removals(removed, present, wanted),
        ...planned.flatMap(({ remove }) => remove),
        ...displaced(['defaults'], keysBelow('defaults', general), present.defaults ?? {}),
      ],
      add: planned.flatMap(({ add }) => add),
    },
  };
}

/** The configuration as far as accounts rest on it: its own, and the defaults that will hold. */
function withDefaults(present: FileEntry, wanted: FileEntry): FileEntry {
  const defaults = merge(present.defaults ?? {}, wanted.defaults ?? {});
  return { ...present, defaults };
}

interface PlannedAccount {
  readonly change: AccountChange;
  readonly set: readonly Assignment[];
  readonly remove: Edits['remove'];
  readonly add: Edits['add'];
}

function planAccount(
  name: string,
  entry: AccountEntry,
  base: FileEntry,
  options: ApplyOptions,
): PlannedAccount {
  const own = ownAccount(base, name);
  if (own === undefined) {
    const added = { id: options.newId(name), ...entry };
    return {
      change: { name, change: 'added', keys: [] },
      set: [],
      remove: [],
      add: [[name, added]],
    };
  }
  refuseOtherId(name, entry.id, own.id ?? options.knownIds?.get(name));
  const found = differences(entry, inherit(base.defaults ?? {}, own));
  const keys = found.map(([path]) => path.join('.'));
  return {
    change: { name, change: keys.length === 0 ? 'unchanged' : 'changed', keys },
    set: found.map(([path, value]) => [['accounts', name, ...path], value]),
    remove: displaced(['accounts', name], keys, own),
    add: [],
  };
}

/** Paths of what stands there and has to go, since what is set takes its place. */
function displaced(base: readonly string[], keys: readonly string[], present: object): string[][] {
  const there = flattened(present as Data);
  return displacedBy(keys)
    .filter((key) => there.has(key))
    .map((key) => [...base, ...key.split('.')]);
}

function keysBelow(section: string, assignments: readonly Assignment[]): string[] {
  return assignments.flatMap(([[first, ...rest]]) => (first === section ? [rest.join('.')] : []));
}

function ownAccount({ accounts = {} }: FileEntry, name: string): AccountEntry | undefined {
  return Object.hasOwn(accounts, name) ? accounts[name] : undefined;
}

/** State and stored passwords hang on the id: another one would fetch all mail again. */
function refuseOtherId(name: string, wanted: string | undefined, own: string | undefined): void {
  if (wanted === undefined || own === undefined || wanted === own) return;
  throw new ConfigurationError(`its id is ${own} here and cannot become ${wanted}`, {
    account: name,
    remedy: 'Remove the id from the file that is applied, or give the account another name there.',
  });
}

/** Every key of `wanted` that `present` does not say the same of. A list or a password is one value. */
function differences(wanted: object, present: object, path: readonly string[] = []): Assignment[] {
  const known = present as Readonly<Record<string, unknown>>;
  return Object.entries(wanted).flatMap(([key, value]): Assignment[] => {
    const old = Object.hasOwn(known, key) ? known[key] : undefined;
    if (isSection(key, value))
      return differences(value, isSection(key, old) ? old : {}, [...path, key]);
    return value === undefined || isDeepStrictEqual(value, old)
      ? []
      : [[[...path, key], value as ConfigValue]];
  });
}

function isSection(key: string, value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && key !== 'password';
}

function othersThan(accounts: object, present: FileEntry): string[] {
  return Object.keys(present.accounts ?? {}).filter((name) => !Object.hasOwn(accounts, name));
}

/** A default sender that goes takes its mention along. */
function removals(removed: readonly string[], present: FileEntry, wanted: FileEntry): string[][] {
  const { defaultAccount } = present;
  const loses =
    wanted.defaultAccount === undefined &&
    defaultAccount !== undefined &&
    removed.includes(defaultAccount);
  return [...removed.map((name) => ['accounts', name]), ...(loses ? [['defaultAccount']] : [])];
}
