/** Text of a configuration file to settings and accounts, or to everything that is wrong with it; pure. */
import type { Account } from '../../core/account/account.ts';
import type { Settings } from '../../core/account/settings.ts';
import { checkAccount, checkDefaultAccount, checkName, checkTogether } from '../schema/checks.ts';
import { checkAccessList } from '../schema/check-access.ts';
import type { Problem } from './config.ts';
import { faultsOf } from '../schema/fault.ts';
import type { Fault } from '../schema/fault.ts';
import { inherit } from './inherit.ts';
import { resolveAccount } from './resolve-account.ts';
import { fileSchema } from '../schema/schema.ts';
import type { FileEntry } from '../schema/schema.ts';
import { resolveSettings } from './settings.ts';
import type { PathContext } from './settings.ts';
import { located, parseYaml } from './yaml-file.ts';

export interface Reading {
  readonly settings: Settings;
  readonly accounts: ReadonlyMap<string, Account>;
  readonly defaultAccount: string | undefined;
  /** In the order of the file; with any of them the rest is not to be used. */
  readonly problems: readonly Problem[];
}

export function readConfigText(text: string, context: PathContext): Reading {
  const { file, problems } = parseYaml(text);
  if (problems.length > 0) return { ...resolveFile({}, context).reading, problems };
  const raw = withoutEmptySections(file.value ?? {});
  const checked = fileSchema.safeParse(raw);
  const names = Object.keys(mappingAt(raw, 'accounts')).flatMap(checkName);
  // What the schema refuses is left out, so that the checks between keys still run on the rest.
  const { reading, faults } = resolveFile(checked.success ? checked.data : soundPart(raw), context);
  const all = [
    ...names,
    ...(checked.success ? faults : [...faultsOf(checked.error, raw), ...faults]),
  ];
  const placed = all.map((fault) => located(fault, file));
  return {
    ...reading,
    problems: placed.sort(
      (a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
    ),
  };
}

function resolveFile(
  entry: FileEntry,
  context: PathContext,
): { reading: Omit<Reading, 'problems'>; faults: Fault[] } {
  const settings = resolveSettings(entry.options ?? {}, context);
  const { accessLists = {}, defaults = {} } = entry;
  const faults = checkAccessList(['defaults', 'access'], defaults.access, accessLists);
  const accounts = new Map<string, Account>();
  for (const [name, own] of Object.entries(entry.accounts ?? {})) {
    const merged = inherit(defaults, own);
    faults.push(
      ...checkAccount(name, merged, own),
      ...checkAccessList(['accounts', name, 'access'], own.access, accessLists),
    );
    accounts.set(name, resolveAccount(name, merged, { ...context, settings, accessLists }));
  }
  faults.push(
    ...checkTogether([...accounts.values()]),
    ...checkDefaultAccount(entry.defaultAccount, accounts),
  );
  return { reading: { settings, accounts, defaultAccount: entry.defaultAccount }, faults };
}

/** The accounts that hold by themselves; nothing where options or defaults, on which they rest, do not. */
function soundPart(raw: unknown): FileEntry {
  const { options, defaults, accessLists } = mappingAt(raw);
  const base = fileSchema.safeParse({ options, defaults, accessLists });
  if (!base.success) return {};
  const entries = Object.entries(mappingAt(raw, 'accounts'));
  const sound = entries.filter(
    ([name, account]) => fileSchema.safeParse({ accounts: { [name]: account } }).success,
  );
  return {
    ...base.data,
    accounts: Object.fromEntries(sound) as NonNullable<FileEntry['accounts']>,
  };
}

function mappingAt(value: unknown, ...path: readonly string[]): Record<string, unknown> {
  let found = value;
  for (const key of path) found = mappingAt(found)[key];
  return typeof found === 'object' && found !== null && !Array.isArray(found)
    ? (found as Record<string, unknown>)
    : {};
}

const sections = new Set([
  'options',
  'defaults',
  'accounts',
  'identity',
  'incoming',
  'outgoing',
  'folders',
  'tls',
  'signature',
  'certificate',
  'accessLists',
]);

/** A section whose keys are all commented out reads as null; it says nothing, as if it were not there. */
export function withoutEmptySections(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const kept = Object.entries(value).filter(([key, below]) => below !== null || !sections.has(key));
  return Object.fromEntries(kept.map(([key, below]) => [key, withoutEmptySections(below)]));
}
