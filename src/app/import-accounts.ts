/** What was read from another program's file, as accounts of ours: names that hold, and where a sender joins a receiver. */

import { accountNameFault, accountNameFor } from '../core/account-name.ts';
import { DataError } from '../errors.ts';
import type { Imported, ImportedAccount, ImportedEntry, LeftOver } from '../ports/importer.ts';

/** What is there already, by NAME: as far as it decides what an imported account becomes. */
export interface PresentAccount {
  readonly address: string | undefined;
  readonly sends: boolean;
  /** It says itself how it sends, or inherits it. */
  readonly hasOutgoing: boolean;
}

export interface NamedImport {
  readonly name: string;
  readonly line: number;
  /** Keys of an account that is there are laid over it. */
  readonly joins: boolean;
  readonly entry: ImportedEntry;
  readonly secrets: ImportedAccount['secrets'];
}

/** Throws DataError for names that are taken, with their lines, all of them in its detail. */
export function nameImported(
  { accounts }: Pick<Imported, 'accounts'>,
  present: ReadonlyMap<string, PresentAccount>,
  prefix: string,
  file: string,
): NamedImport[] {
  const taken = new Set(present.keys());
  const joined = new Set<string>();
  const faults: string[] = [];
  const named = accounts.map((account): NamedImport => {
    const { line, entry, secrets } = account;
    const receiver = receiverFor(entry, present, joined);
    if (receiver !== undefined)
      return { name: receiver, line, joins: true, entry: senderKeys(entry), secrets };
    const name = nameFor(account, taken, prefix);
    if (taken.has(name))
      faults.push(`${file}:${String(line)}: there is an account ${name} already`);
    taken.add(name);
    return { name, line, joins: false, entry, secrets };
  });
  refuse(faults);
  return named;
}

/** An account of the same address that only receives; one sender joins it. */
function receiverFor(
  entry: ImportedEntry,
  present: ReadonlyMap<string, PresentAccount>,
  joined: Set<string>,
): string | undefined {
  if (entry.receive !== false || entry.outgoing === undefined) return undefined;
  const address = entry.identity?.address?.toLowerCase();
  const isFree = (name: string, { address: own, sends, hasOutgoing }: PresentAccount): boolean =>
    own?.toLowerCase() === address && !(sends && hasOutgoing) && !joined.has(name);
  const found = [...present].find(([name, account]) => isFree(name, account))?.[0];
  if (found !== undefined) joined.add(found);
  return found;
}

function senderKeys({ outgoing, identity }: ImportedEntry): ImportedEntry {
  const { name } = identity ?? {};
  return {
    ...(outgoing === undefined ? {} : { outgoing }),
    ...(name === undefined ? {} : { identity: { name } }),
    send: true,
  };
}

/** As the other program calls it, made fit; without a name there, from the address. */
function nameFor(
  { name, entry }: ImportedAccount,
  taken: ReadonlySet<string>,
  prefix: string,
): string {
  const address = entry.identity?.address ?? 'account';
  if (name === undefined && prefix === '') return accountNameFor(address, taken);
  const wished = `${prefix}${name ?? address.split('@')[0] ?? ''}`;
  return accountNameFault(wished) === undefined ? wished : accountNameFor(`${wished}@`, new Set());
}

function refuse([first, ...others]: readonly string[]): void {
  if (first === undefined) return;
  const more = others.length === 0 ? '' : ` (and ${String(others.length)} more: --verbose)`;
  throw new DataError(`${first}${more}`, {
    reach: 'program',
    remedy: 'Add --prefix to give the imported accounts names of their own.',
    detail: [first, ...others].join('\n'),
  });
}

/** `FILE:LINE: what: why`. */
export function leftOverLine(file: string, { line, what, why }: LeftOver): string {
  return `${file}:${String(line)}: ${what}: ${why}`;
}
