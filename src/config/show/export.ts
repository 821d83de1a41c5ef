/** Accounts as a file that `account apply` takes: what they inherit is written out, so that each stands for itself. Pure. */
import { dataOf } from '../edit/edit.ts';
import { inherit } from '../read/inherit.ts';
import { renderBlock } from '../edit/render.ts';
import type { ConfigMapping } from '../edit/render.ts';
import type { AccountEntry, FileEntry } from '../schema/schema.ts';

export interface ExportedFile {
  readonly version: 1;
  /** Those that the accounts name. */
  readonly accessLists?: FileEntry['accessLists'];
  readonly accounts: Readonly<Record<string, AccountEntry>>;
}

/** `text` is a configuration that holds. Passwords stand in none: only where they come from is exported. */
export function exportAccounts(text: string, names: readonly string[]): ExportedFile {
  const { defaults = {}, accounts = {}, accessLists = {} } = dataOf(text) as FileEntry;
  const entries = names.map((name) => [name, exported(defaults, accounts[name] ?? {})] as const);
  const used = new Set(entries.map(([, { access }]) => access));
  const lists = Object.entries(accessLists).filter(([name]) => used.has(name));
  return {
    version: 1,
    ...(lists.length === 0 ? {} : { accessLists: Object.fromEntries(lists) }),
    accounts: Object.fromEntries(entries),
  };
}

function exported(defaults: NonNullable<FileEntry['defaults']>, own: AccountEntry): AccountEntry {
  const { id, label, ...rest } = inherit(defaults, own);
  return cleaned({ id, label, ...rest }) as AccountEntry;
}

/** Without sections that say nothing. */
function cleaned(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const kept = Object.entries(value)
    .map(([key, each]) => [key, cleaned(each)] as const)
    .filter(([, each]) => each !== undefined && each !== null && !isEmpty(each));
  return Object.fromEntries(kept);
}

function isEmpty(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.keys(value).length === 0
  );
}

export function exportText(file: ExportedFile): string {
  return renderBlock(file as unknown as ConfigMapping);
}
