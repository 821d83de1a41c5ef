/** What an account inherits from `defaults`: mappings are merged key by key, everything else is replaced. */
import type { AccountEntry, FileEntry } from './schema.ts';

type Mapping = Readonly<Record<string, unknown>>;

/** One source of a password replaces the other: merged, they would be two. */
const whole = new Set(['password']);

export function inherit(
  defaults: NonNullable<FileEntry['defaults']>,
  own: AccountEntry,
): AccountEntry {
  const merged = merge(fitting(defaults, own.type ?? defaults.type ?? 'imap'), own);
  return merged as AccountEntry;
}

/** Defaults are written for accounts of both types; what belongs to the other type passes this one by. */
function fitting(defaults: NonNullable<FileEntry['defaults']>, type: 'imap' | 'pop3'): Mapping {
  if (defaults.incoming === undefined) return defaults;
  const { idle, leaveOnServer, ...both } = defaults.incoming;
  const kept = type === 'imap' ? { idle } : { leaveOnServer };
  return { ...defaults, incoming: { ...both, ...kept } };
}

/** Key by key; what `over` says wins. */
export function merge(base: Mapping, over: Mapping): Mapping {
  const result: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = result[key];
    const both = isMapping(below) && isMapping(value) && !whole.has(key);
    if (value !== undefined) result[key] = both ? merge(below, value) : value;
  }
  return result;
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
