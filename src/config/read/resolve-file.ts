/** The entries of a file that holds, as settings and accounts; pure, and without the schema, which takes longer to load than all of it. */
import type { Account } from '../../core/account/account.ts';
import type { Settings } from '../../core/account/settings.ts';
import type { FileEntry } from '../schema/schema.ts';
import type { Config, ConfigLocation } from './config.ts';
import { inherit } from './inherit.ts';
import { resolveAccount } from './resolve-account.ts';
import { resolveSettings } from './settings.ts';
import type { PathContext } from './settings.ts';

export interface Resolved {
  readonly settings: Settings;
  readonly accounts: ReadonlyMap<string, Account>;
  readonly defaultAccount: string | undefined;
}

export function resolveFile(entry: FileEntry, context: PathContext): Resolved {
  const settings = resolveSettings(entry.options ?? {}, context);
  const { accessLists = {}, defaults = {}, accounts = {}, defaultAccount } = entry;
  const named = Object.entries(accounts).map(([name, own]) => {
    const merged = inherit(defaults, own);
    return [name, resolveAccount(name, merged, { ...context, settings, accessLists })] as const;
  });
  return { settings, accounts: new Map(named), defaultAccount };
}

export function configOf(
  { settings, accounts, defaultAccount }: Resolved,
  location: ConfigLocation,
  warnings: readonly string[],
): Config {
  const { path, exists } = location;
  return { path, exists, location, settings, accounts, defaultAccount, warnings };
}

const sections = new Set([
  'options',
  'defaults',
  'accounts',
  'identity',
  'incoming',
  'outgoing',
  'folders',
  'sync',
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
