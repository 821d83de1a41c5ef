/** What was read from another program's file, as accounts of ours: names that hold, and where a sender joins a receiver. */

import { accountNameFault, accountNameFor } from '../../core/account/account-name.ts';
import { DataError } from '../../errors.ts';
import type {
  Imported,
  ImportedAccount,
  ImportedEntry,
  LeftOver,
} from '../../ports/accounts/importer.ts';

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

export interface Naming {
  /** Put before each name; then an address may be there already. */
  readonly prefix: string;
  readonly file: string;
  /** In a table names are given to be kept; elsewhere one that comes again is only numbered. */
  readonly isTable: boolean;
}

/** Throws DataError for names that are taken, with their lines, all of them in its detail. */
export function nameImported(
  { accounts }: Pick<Imported, 'accounts'>,
  present: ReadonlyMap<string, PresentAccount>,
  naming: Naming,
): NamedImport[] {
  const names = new Names(present, naming);
  const named = accounts.map((account): NamedImport => {
    const { line, entry, secrets } = account;
    const receiver = names.receiverFor(entry);
    if (receiver !== undefined)
      return { name: receiver, line, joins: true, entry: senderKeys(entry), secrets };
    return { name: names.nameFor(account), line, joins: false, entry, secrets };
  });
  refuse(names.faults);
  return named;
}

class Names {
  readonly faults: string[] = [];
  readonly #present: ReadonlyMap<string, PresentAccount>;
  readonly #naming: Naming;
  readonly #taken: Set<string>;
  /** Names of this file to their lines. */
  readonly #lines = new Map<string, number>();
  readonly #byAddress: ReadonlyMap<string, readonly string[]>;
  readonly #joined = new Set<string>();

  constructor(present: ReadonlyMap<string, PresentAccount>, naming: Naming) {
    [this.#present, this.#naming, this.#taken] = [present, naming, new Set(present.keys())];
    const byAddress = new Map<string, string[]>();
    for (const [name, { address = '' }] of present) {
      const key = address.toLowerCase();
      byAddress.set(key, [...(byAddress.get(key) ?? []), name]);
    }
    this.#byAddress = byAddress;
  }

  /** An account of the same address that only receives; one sender joins it. */
  receiverFor(entry: ImportedEntry): string | undefined {
    if (entry.receive !== false || entry.outgoing === undefined) return undefined;
    const found = this.#of(entry).find((name) => {
      const account = this.#present.get(name);
      return !(account?.sends === true && account.hasOutgoing) && !this.#joined.has(name);
    });
    if (found !== undefined) this.#joined.add(found);
    return found;
  }

  /** As the other program calls it, made fit; without a name there, from the address. */
  nameFor(account: ImportedAccount): string {
    const { prefix, isTable } = this.#naming;
    const address = account.entry.identity?.address ?? 'account';
    const wished = `${prefix}${account.name ?? address.split('@')[0] ?? ''}`;
    const name =
      account.name === undefined && prefix === ''
        ? accountNameFor(address, this.#taken)
        : fit(wished);
    const chosen =
      this.#lines.has(name) && !isTable
        ? accountNameFor(`${wished}@${address.split('@')[1] ?? ''}`, this.#taken)
        : name;
    this.#check(account, chosen);
    this.#taken.add(chosen);
    this.#lines.set(chosen, account.line);
    return chosen;
  }

  #check({ name, line, entry }: ImportedAccount, chosen: string): void {
    const say = (what: string): void => {
      this.faults.push(`${this.#naming.file}:${String(line)}: ${what}`);
    };
    const before = this.#lines.get(chosen);
    const [same] = this.#of(entry);
    if (before !== undefined) say(`the name ${chosen} stands in line ${String(before)} already`);
    else if (this.#taken.has(chosen)) say(`there is an account ${chosen} already`);
    else if (name === undefined && this.#naming.prefix === '' && same !== undefined)
      say(`the account ${same} has the address ${entry.identity?.address ?? ''} already`);
  }

  #of({ identity }: ImportedEntry): readonly string[] {
    return this.#byAddress.get(identity?.address?.toLowerCase() ?? '') ?? [];
  }
}

function fit(wished: string): string {
  return accountNameFault(wished) === undefined ? wished : accountNameFor(`${wished}@`, new Set());
}

function senderKeys({ outgoing, identity }: ImportedEntry): ImportedEntry {
  const { name } = identity ?? {};
  return {
    ...(outgoing === undefined ? {} : { outgoing }),
    ...(name === undefined ? {} : { identity: { name } }),
    send: true,
  };
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
